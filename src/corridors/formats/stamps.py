"""Time stamps of a file: columns to UTC, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.row_faults import RowFaults
from corridors.foundation.arrays import Flags, Indices, Times
from corridors.foundation.clock import Stamps, parse_utc
from corridors.foundation.errors import Fault
from corridors.foundation.time_forms import ISO, fitting
from corridors.foundation.zones import cure_of, is_zone

if TYPE_CHECKING:
    from corridors.formats.track_columns import TrackMapping


_DAY_US = 86_400_000_000
_SAMPLE = 20
# A workbook's date has a midnight of its own, also beside a column with the time of day.
_DATE_CELL = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)? "
_ALONE = "date without time of day"


def check_zone(time_zone: str | None, name: str) -> list[Fault]:
    """Return a fault if ``time_zone`` is given and does not say one zone."""
    if time_zone is None or is_zone(time_zone):
        return []
    return [
        Fault(
            "unknown time zone",
            name,
            expected="an IANA name such as UTC, Asia/Dushanbe or Etc/GMT-5",
            got=time_zone,
            cure=cure_of(time_zone),
        )
    ]


class StampReader:
    """Reads the time stamps of one file, part by part.

    Parameters
    ----------
    name
        How messages call the file.
    mapping
        Columns, form and zone.
    faults
        What cannot be read is added here.

    Notes
    -----
    R and spreadsheets write midnight as a date alone. So it is read where nothing else can be
    meant: other stamps have a time of day, at least as many as not; none of them says midnight; and
    no animal has two dates alone of one day. Else such rows are faults.
    """

    def __init__(self, name: str, mapping: TrackMapping, faults: RowFaults) -> None:
        self._mapping = mapping
        self._faults = faults
        self._name = name
        self.label = ", ".join(mapping.times())
        self._alone = RowFaults(name)
        self._n = {"alone": 0, "whole": 0, "midnight": 0}
        self._days: list[tuple[str, int]] = []

    def read(self, columns: pa.RecordBatch, rows: Indices, animal: pa.DictionaryArray) -> Times:
        """Return UTC times of a part, NaT where there is a fault."""
        parts = [columns.column(name) for name in self._mapping.times()]
        text = parts[0]
        if len(parts) == 1 and pa.types.is_timestamp(text.type):
            text = pc.strftime(text, "%Y-%m-%dT%H:%M:%S" + ("Z" if text.type.tz else ""))
        texts = [_text(part) for part in (parts if len(parts) > 1 else [text])]
        if len(texts) > 1:
            filled = [pc.fill_null(one, "") for one in texts]
            joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*filled, " "))
            text = pc.replace_substring_regex(joined, _DATE_CELL, r"\1 ")
        else:
            text = texts[0]
        stamps = parse_utc(
            text,
            time_zone=self._mapping.time_zone,
            time_format=self._mapping.time_format,
            midnight=self._mapping.midnight is not False,
        )
        self._midnights(stamps, text, rows, animal)
        if not stamps.is_good:
            self._bad(stamps, text, rows)
        return stamps.micros.view("datetime64[us]")

    def finish(self) -> dict[str, Any]:
        """Return what is worth knowing, and add the faults that only the whole file shows."""
        n = self._n
        if not n["alone"] or self._mapping.midnight is False:
            return {}
        clear = (
            n["whole"] >= n["alone"]
            and not n["midnight"]
            and len(set(self._days)) == len(self._days)
        )
        if self._mapping.midnight or clear:
            return {"midnight_as_a_date_alone": n["alone"]}
        self._faults.join(self._alone)
        return {}

    def _midnights(
        self, stamps: Stamps, text: pa.Array, rows: Indices, animal: pa.DictionaryArray
    ) -> None:
        alone = stamps.date_alone
        if self._mapping.midnight is not None:
            self._n["alone"] += int(alone.sum())
            return
        self._n["midnight"] += int(stamps.midnight.sum())
        self._n["whole"] += int((~alone & ~stamps.unreadable).sum())
        if not alone.any():
            return
        self._n["alone"] += int(alone.sum())
        places = np.flatnonzero(alone)
        names = animal.take(pa.array(places)).to_pylist()
        self._days += zip(names, (stamps.micros[places] // _DAY_US).tolist(), strict=True)
        self._alone.add(
            _ALONE,
            alone,
            rows,
            text.to_pylist(),
            column=self.label,
            expected="day and time of day",
            cure="where it is midnight set midnight: date_alone of this source, or write "
            "00:00:00 (in R: format(time, '%Y-%m-%d %H:%M:%S') before write.csv)",
        )

    def _bad(self, stamps: Stamps, text: pa.Array, rows: Indices) -> None:
        told = pc.fill_null(text, "").to_pylist()
        if stamps.zoneless.any():
            first = int(np.flatnonzero(stamps.zoneless)[0])
            self._faults.one(
                Fault(
                    "time stamps without a time zone",
                    self._name,
                    int(rows[first]),
                    self.label,
                    expected="an offset such as Z or +05:00, or time_zone in the configuration",
                    got=str(told[first]),
                    cure="set time_zone of this source to the clock of the file, e.g. UTC",
                )
            )
        unreadable = stamps.unreadable
        if self._mapping.midnight is False and stamps.date_alone.any():
            unreadable = unreadable & ~stamps.date_alone
            self._faults.add(
                _ALONE,
                stamps.date_alone,
                rows,
                told,
                column=self.label,
                expected="day and time of day",
                cure="write the time of day too, as in 2020-01-31 00:00",
            )
        form = self._mapping.time_format
        forms = ", ".join((form,) if isinstance(form, str) else form or ())
        if unreadable.any():
            self._faults.add(
                "time cannot be read",
                unreadable,
                rows,
                told,
                column=self.label,
                expected=forms or "YYYY-MM-DD hh:mm[:ss], ISO 8601",
                cure=self._cure(unreadable, told),
            )
        self._faults.add(
            "local time is ambiguous or does not exist",
            stamps.clock_change,
            rows,
            told,
            column=self.label,
            expected=f"one instant in {self._mapping.time_zone}",
            cure="the clock changes there: export in UTC and set time_zone: UTC",
        )
        self._faults.add(
            "time is impossible for a GPS fix",
            stamps.implausible,
            rows,
            told,
            column=self.label,
            expected="1980 to 2099",
            cure="correct or remove the rows",
        )

    def _cure(self, unreadable: Flags, told: list[str]) -> str:
        """Return the cure of stamps that cannot be read: the forms that they follow, if any."""
        stated = self._mapping.time_format
        stated = (stated,) if isinstance(stated, str) else stated or ()
        if any("%Z" in form for form in stated):
            return (
                "no zone but UTC, GMT and Z is read from the text: set time_zone, and write the "
                "letters of the zone in columns.time_format instead of %Z"
            )
        wrong = [text for text, is_bad in zip(told, unreadable, strict=True) if is_bad]
        found = fitting([text.strip() for text in wrong[:_SAMPLE]])
        if not found:
            if self._mapping.is_by_format:
                return (
                    "correct or remove the rows, or read it as format: csv with columns.time_format"
                )
            return "correct or remove the rows, or set columns.time_format of this source"
        others = len(wrong) < len(told)
        kept = [*(stated or (ISO,))] if others else []
        lists = [_yaml([*kept, form]) for form in found[:3]]
        key = "columns.time_format of this source"
        if self._mapping.is_by_format:
            key = "format: csv of this source, name its columns, and set columns.time_format"
        doubt = " (which of them the file alone does not tell)" if len(lists) > 1 else ""
        return f"set {key}: {' or '.join(lists)}{doubt}"


def _text(column: pa.Array) -> pa.Array:
    """Return a column as text; whole numbers without a point."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        values = column.to_numpy(zero_copy_only=False)
        return pa.array([None if np.isnan(v) else repr(float(v)) for v in values], pa.string())
    return column.cast(pa.string())


def _yaml(forms: list[str]) -> str:
    quoted = [form if form.isidentifier() else f"'{form}'" for form in forms]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
