"""Every table contract takes good rows that were written by hand and refuses each single fault."""

from __future__ import annotations

import pandera.pandas as pa
import pytest

from contract.rows import EXAMPLES
from contract.rows.cases import answer, cases, narrow
from contract.rows.mutants import mutants
from corridors.foundation import tables

# One worker: columns that stand in many contracts are tried once.
pytestmark = pytest.mark.xdist_group("tables")
CASES = {name: cases(name, example) for name, example in EXAMPLES.items()}


def test_every_contract_is_listed_and_has_rows() -> None:
    written = {s.name for s in vars(tables).values() if isinstance(s, pa.DataFrameSchema)}
    assert written == set(tables.CONTRACTS) == set(EXAMPLES)


@pytest.mark.parametrize("name", tables.CONTRACTS)
def test_the_columns_of_a_contract_and_their_order_are_those_written_down(name: str) -> None:
    assert list(tables.CONTRACTS[name].columns) == list(EXAMPLES[name].row)


@pytest.mark.parametrize("name", tables.CONTRACTS)
def test_the_contract_of_a_layer_is_one_with_a_geometry(name: str) -> None:
    schema = tables.CONTRACTS[name]
    assert isinstance(schema, tables.LayerSchema) == ("geometry" in schema.columns)


@pytest.mark.parametrize("name", tables.CONTRACTS)
def test_a_contract_takes_an_empty_table(name: str) -> None:
    schema = tables.CONTRACTS[name]
    assert len(tables.check(tables.empty(schema), schema)) == 0


# One test for all cases of a contract: as tests of their own they would be half of the suite.
@pytest.mark.parametrize("name", tables.CONTRACTS)
def test_a_contract_takes_good_rows_and_names_each_single_fault(name: str) -> None:
    told = [
        (case, answer(case, narrow(tables.CONTRACTS[name], case.column))) for case in CASES[name]
    ]
    wrong = [
        f"{case.column} {case.name}: {words!r} for {case.said!r}"
        for case, words in told
        if words != case.said
    ]
    assert told
    assert wrong == []


@pytest.mark.parametrize("name", tables.CONTRACTS)
def test_no_rule_of_a_contract_changes_unseen(name: str) -> None:
    unseen = [
        mutant.name
        for mutant in mutants(tables.CONTRACTS[name])
        if all(
            answer(case, mutant.schema) == case.said
            for case in CASES[name]
            if (case.rule, case.column) == (mutant.rule, mutant.column)
        )
    ]
    assert not unseen
