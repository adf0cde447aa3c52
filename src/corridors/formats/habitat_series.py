"""A habitat layer with dates: bands of one raster, or one raster per date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from corridors.formats import raster_faults
from corridors.formats.habitat_raster import open_habitat_raster
from corridors.formats.raster_file import RasterFile
from corridors.foundation.arrays import Floats
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.grid import Grid


def read_bands(
    path: Path | RasterFile,
    grid: Grid,
    *,
    date_format: str | None,
    dates: Sequence[date] | None,
    months: Sequence[int],
    nodata: float | None,
    extremes_are_data: bool,
    max_source_cells: float,
    label: str,
    facts: dict[str, Any],
) -> Iterator[tuple[date, Floats]]:
    """Yield date and values on ``grid`` of the bands of a raster, in order of date.

    One band is held at a time. ``facts`` takes what is known about the raster.

    Parameters
    ----------
    path, grid, nodata, extremes_are_data, max_source_cells, label
        As in :func:`corridors.formats.habitat_raster.read_onto_grid`.
    date_format
        The ``strptime`` format of the bands' descriptions, else ``dates`` has a date per band.
    months
        Bands of other months are not read.

    Raises
    ------
    InputError
        As for one band; a band without a date; a number of dates that is not that of the bands;
        two bands of one day; no band in ``months``.
    """
    with open_habitat_raster(
        path,
        grid,
        band=None,
        kind="continuous",
        nodata=nodata,
        max_source_cells=max_source_cells,
        label=label,
        any_band=True,
    ) as raster:
        chosen = chosen_days(
            raster.dataset, date_format=date_format, dates=dates, months=months, label=label
        )
        faults: list[Fault] = []
        for _, band in chosen:
            faults += raster.faults(band, extremes_are_data=extremes_are_data)
            if faults:  # the same in every band: one is enough
                raise InputError(faults)
        facts |= raster.facts(chosen[0][1], grid)
        for day, band in chosen:
            yield day, raster.read(band, grid, cell_m=grid.cell_m)


def read_files(
    files: Mapping[date, tuple[Path | RasterFile, str]],
    grid: Grid,
    *,
    band: int | None,
    months: Sequence[int],
    nodata: float | None,
    extremes_are_data: bool,
    max_source_cells: float,
    facts: dict[str, Any],
) -> Iterator[tuple[date, Floats]]:
    """Yield date and values on ``grid`` of rasters of one date each, in order of date.

    ``files`` maps a date to the path and to the file as the user named it. The rest is as in
    :func:`read_bands`.
    """
    days = [day for day in sorted(files) if day.month in months]
    if not days:
        raise InputError(_no_month(months, sorted(files), "habitat.layers: files"))
    for number, day in enumerate(days):
        path, label = files[day]
        with open_habitat_raster(
            path,
            grid,
            band=band,
            kind="continuous",
            nodata=nodata,
            max_source_cells=max_source_cells,
            label=label,
        ) as raster:
            faults = raster.faults(band or 1, extremes_are_data=extremes_are_data)
            if faults:
                raise InputError(faults)
            if number == 0:
                facts |= raster.facts(band or 1, grid)
            yield day, raster.read(band or 1, grid, cell_m=grid.cell_m)


def check_coverage(values: Floats, *, min_coverage_frac: float, label: str) -> float:
    """Return the share of the grid that has data.

    Raises
    ------
    InputError
        It is too small.
    """
    faults = raster_faults.value_faults(
        values, kind="continuous", min_coverage_frac=min_coverage_frac, label=label
    )
    if faults:
        raise InputError(faults)
    return float(np.isfinite(values).mean())


def chosen_days(
    dataset: Any,
    *,
    date_format: str | None,
    dates: Sequence[date] | None,
    months: Sequence[int],
    label: str,
) -> list[tuple[date, int]]:
    """Return date and band of the bands that count, sorted by date.

    Parameters and errors as in :func:`read_bands`.
    """
    days = _days(dataset, date_format, dates, label)
    chosen = [(day, band) for day, band in days if day.month in months]
    if not chosen:
        raise InputError(_no_month(months, [day for day, _ in days], label))
    return chosen


def _days(
    dataset: Any, date_format: str | None, dates: Sequence[date] | None, label: str
) -> list[tuple[date, int]]:
    """Return date and band, sorted by date."""
    if dates is not None:
        if len(dates) != dataset.count:
            raise InputError(
                Fault(
                    "the series has not as many dates as bands",
                    file=label,
                    expected=f"{dataset.count} dates",
                    got=f"{len(dates)} dates",
                    cure="list the date of every band in habitat.layers: dates",
                )
            )
        found = list(dates)
    else:
        found = _named_days(dataset, date_format or "%Y-%m-%d", label)
    doubled = sorted({day for day in found if found.count(day) > 1})
    if doubled:
        raise InputError(
            Fault(
                "several bands of the series have the same date",
                file=label,
                expected="one band per date",
                got=", ".join(day.isoformat() for day in doubled[:5]),
                cure="take the superfluous bands out of the file",
            )
        )
    return sorted((day, band) for band, day in enumerate(found, start=1))


def _named_days(dataset: Any, date_format: str, label: str) -> list[date]:
    found, unread = [], []
    for band, name in enumerate(dataset.descriptions, start=1):
        try:
            # A day of the year has no clock: no zone is wanted.
            found.append(datetime.strptime(name or "", date_format).date())  # noqa: DTZ007
        except ValueError:
            unread.append(f"band {band}: {name!r}")
    if unread:
        raise InputError(
            Fault(
                "bands of the series have no readable date in their name",
                file=label,
                expected=f"names in the format {date_format}",
                got=f"{'; '.join(unread[:3])} ({len(unread)} of {dataset.count} bands)",
                cure="change date_format in habitat.layers, or list the dates of the bands",
            )
        )
    return found


def _no_month(months: Sequence[int], days: Sequence[date], label: str) -> Fault:
    return Fault(
        "no date of the series is in the months that count",
        file=label,
        expected=f"months {', '.join(map(str, months))}",
        got=f"{days[0]} to {days[-1]}",
        cure="change months in habitat.layers",
    )
