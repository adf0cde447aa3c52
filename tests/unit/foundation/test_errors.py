"""Errors carry every fault, across process borders too."""

from __future__ import annotations

import pickle

from corridors.foundation import errors
from corridors.foundation.errors import CorridorsError, Fault, InputError


def test_a_fault_says_what_where_expected_got_and_the_cure() -> None:
    fault = Fault("time cannot be read", "a.csv", 3, "time", "ISO 8601", "'noon'", "mend the row")
    assert str(fault) == (
        "time cannot be read\n"
        "  where: file a.csv, row 3, column time\n"
        "  expected: ISO 8601\n"
        "  got: 'noon'\n"
        "  cure: mend the row"
    )


def test_an_error_survives_the_way_to_another_process() -> None:
    error = InputError([Fault("one", "a.csv"), "two"])
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is InputError
    assert back.faults == error.faults
    assert str(back) == str(error)


def test_no_two_errors_share_an_exit_code() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, CorridorsError)
    ]
    codes = [kind.exit_code for kind in kinds] + [errors.OK, errors.PARTLY_DONE, 2]
    assert len(set(codes)) == len(codes)
