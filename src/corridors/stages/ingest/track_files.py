"""Sources of tracks as the configuration names them, read part by part.

`ingest` and `check` read through the same functions, so that neither accepts what the other
refuses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.formats.deployments import read_deployments
from corridors.formats.geopoints import scan_points
from corridors.formats.gpx import scan_gpx
from corridors.formats.kml import scan_kml
from corridors.formats.movebank import TAG_PREFIX, scan_movebank
from corridors.formats.plain_parquet import is_plain_parquet
from corridors.formats.track_columns import TrackMapping, TrackScan
from corridors.formats.track_part import TrackPart
from corridors.formats.tracks import scan_csv
from corridors.foundation.arrays import Flags, Indices, Labels
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.faults import IN_FILES_FRAC, nearest

if TYPE_CHECKING:
    from corridors.config.sources import TrackSource


_WEEKS_1024_US = 1024 * 7 * 86_400_000_000


def mapping_of(source: TrackSource) -> TrackMapping:
    """Return the mapping of a source with columns.

    Raises
    ------
    InputError
        It has none.
    """
    columns = source.columns
    if columns is None:
        raise InputError(Fault("columns are not configured", source.path, cure="set columns"))
    return TrackMapping(
        animal=columns.animal,
        time=columns.time,
        lon=columns.lon,
        lat=columns.lat,
        dop=columns.dop,
        fix_type=columns.fix_type,
        species=columns.species,
        outlier=columns.outlier,
        tag=columns.tag,
        utm_zone=columns.utm_zone,
        animal_name=source.animal,
        animal_prefix=source.animal_prefix,
        time_format=columns.time_format,
        time_zone=source.time_zone,
        midnight=_midnight(source),
        crs=source.crs,
        unit=source.unit,
        decimal=source.decimal,
    )


def _midnight(source: TrackSource) -> bool | None:
    return True if source.midnight == "date_alone" else None


def scan(path: Path, source: TrackSource) -> TrackScan:
    """Return the fixes of a source, part by part, as its format reads them.

    Raises
    ------
    CorridorsError
        What is wrong with the file as a whole; what is wrong with rows when they are read.
    """
    name, prefix = source.path, source.animal_prefix
    if source.format == "movebank":
        return scan_movebank(
            path,
            name,
            time_zone=source.time_zone,
            encoding=source.encoding,
            header_row=source.header_row,
            animal_prefix=prefix,
            midnight=_midnight(source),
        )
    if source.format in ("gpx", "kml"):
        read = scan_gpx if source.format == "gpx" else scan_kml
        return read(path, name, animal_name=source.animal, animal_prefix=prefix)
    mapping = mapping_of(source)
    is_table = source.format == "csv" or (
        bool(mapping.lon and mapping.lat) and is_plain_parquet(path)
    )
    if is_table:
        return scan_csv(
            path,
            name,
            mapping,
            encoding=source.encoding,
            header_row=source.header_row,
            sheet=source.layer,
        )
    return scan_points(path, name, mapping, layer=source.layer, crs=source.crs)


class SourceFixes:
    """The fixes that a source gives to its herd, part by part, once.

    Parts have ``tracks.SCHEMA``; ``undeployed`` is true outside of all deployments. ``notes`` is
    complete after the last part.

    Parameters
    ----------
    source
        Its configuration.
    path
        The file.
    deployments
        File of its deployments; None without.
    species
        The herd's.
    """

    def __init__(
        self, source: TrackSource, path: Path, deployments: Path | None, species: str
    ) -> None:
        self._source = source
        self._scan = scan(path, source)
        self._choice = _Choice(source, species)
        self._worn: _Worn | None = None
        if deployments is not None and source.deployments is not None:
            windows = read_deployments(deployments, source.deployments, time_zone=source.time_zone)
            self._worn = _Worn(windows, source)
        self.notes: dict[str, Any] = {}

    def __iter__(self) -> Iterator[TrackPart]:
        n_rows = n_moved = n_left = 0
        for part in map(TrackPart, self._scan.parts):
            n_rows += len(part)
            chosen = self._choice.of(part)
            n_left += len(part) - len(chosen)
            turned, n = self._with_weeks(chosen)
            n_moved += n
            yield turned if self._worn is None else self._worn.on(turned)
        self._choice.finish()
        if self._worn is not None:
            self._worn.finish()
        self.notes = {"rows": n_rows, **self._scan.notes}
        if n_left:
            self.notes["rows_not_selected"] = n_left
        if n_moved:
            self.notes["rows_with_1024_weeks_added"] = n_moved

    def _with_weeks(self, part: TrackPart) -> tuple[TrackPart, int]:
        before = self._source.add_1024_weeks_before
        if before is None or not len(part):
            return part, 0
        limit = pd.Timestamp(before, tz="UTC").value // 1000
        time_us = part.time_us
        early = time_us < limit
        moved = np.where(early, time_us + _WEEKS_1024_US, time_us).astype(np.int64)
        return part.with_times(moved), int(np.count_nonzero(early))


class _Choice:
    """The animals and taxa that a source is read for."""

    def __init__(self, source: TrackSource, species: str) -> None:
        self._source = source
        self._herd_species = species
        self._animals: set[str] = set()
        self._taxa: Counter[str] = Counter()
        self._chosen_taxa: set[str] = set()

    def of(self, part: TrackPart) -> TrackPart:
        """Return the rows that the source asks for."""
        source = self._source
        self._animals.update(part.animals)
        self._taxa += part.taxa()
        if source.animals is not None:
            part = part.of_animals(source.animals)
        self._chosen_taxa.update(taxon for taxon in part.taxa() if taxon)
        if source.species is not None:
            part = part.of_taxon(source.species)
        return part

    def finish(self) -> None:
        """Refuse animals and taxa that are not there, and taxa that nobody asked for."""
        source, faults = self._source, []
        known = sorted(self._animals)
        for animal in source.animals or ():
            if animal not in self._animals:
                near = nearest(animal, known, least_alike_frac=IN_FILES_FRAC)
                faults.append(
                    Fault(
                        "animal not in the file",
                        source.path,
                        expected=animal,
                        got=_listed(known),
                        cure=f"the nearest name is '{near}'" if near else "correct animals",
                    )
                )
        taxa = sorted(self._chosen_taxa)
        if source.species is not None and source.species not in taxa:
            faults.append(
                Fault(
                    "taxon not in the file",
                    source.path,
                    expected=source.species,
                    got=", ".join(taxa) or "no taxon column, or nothing in it",
                    cure="correct species of this source, or leave it out",
                )
            )
        alien = set(taxa) - {self._herd_species}
        if source.species is None and source.animals is None and alien:
            faults.append(
                Fault(
                    "rows of another taxon than the herd's",
                    source.path,
                    expected=self._herd_species,
                    got=", ".join(f"{taxon} ({self._taxa[taxon]} rows)" for taxon in taxa),
                    cure="set species or animals of this source to say what to read",
                )
            )
        if faults:
            raise InputError(faults)


class _Worn:
    """Which animal wore a collar when, as a table of deployments says."""

    def __init__(self, windows: pd.DataFrame, source: TrackSource) -> None:
        self._source = source
        self._prefix = source.animal_prefix
        start = windows["start"].astype("datetime64[us, UTC]").astype("int64")
        end = windows["end"].astype("datetime64[us, UTC]").astype("int64")
        lowest, highest = np.iinfo(np.int64).min, np.iinfo(np.int64).max
        self._start = np.where(windows["start"].isna(), lowest, start)
        self._end = np.where(windows["end"].isna(), highest, end)
        self._wearer = windows["animal"].to_numpy(dtype=object)
        self._collar = windows["collar"].to_numpy(dtype=object)
        self._animals = set(self._wearer.tolist())
        self._collars = set(self._collar.tolist()) - {""}
        self._absent: set[str] = set()
        self._both: set[str] = set()
        self._refuse_shared()

    def _refuse_shared(self) -> None:
        """Refuse a collar that two animals wear at once."""
        faults = []
        for collar in sorted(self._collars):
            rows = np.flatnonzero(self._collar == collar)
            rows = rows[np.argsort(self._start[rows], kind="stable")]
            for a, b in pairwise(rows):
                if self._end[a] > self._start[b] and self._wearer[a] != self._wearer[b]:
                    faults.append(
                        Fault(
                            "two animals wear one collar at the same time",
                            self._source.deployments,
                            expected="each deployment ended before the collar's next",
                            got=f"{collar}: {self._wearer[a]} and {self._wearer[b]}",
                            cure="correct start and end of their rows",
                        )
                    )
        if faults:
            raise InputError(faults)

    def on(self, part: TrackPart) -> TrackPart:
        """Return a part with the names of the animals, and what is outside of deployments."""
        names, codes, time = part.animals, part.animal, part.time_us
        tag = part.tags if self._collars else None
        place = {name: i for i, name in enumerate(names)}
        new, outside = codes.copy(), part.is_undeployed.copy()
        for code, name in enumerate(names):
            here = np.flatnonzero(codes == code)
            if not len(here):
                continue
            plain = name.removeprefix(self._prefix)
            if self._is_collar(plain, is_undeployed=bool(outside[here[0]])):
                wearer, worn = self._wearers(plain.removeprefix(TAG_PREFIX), time[here])
                outside[here] = ~worn
                for one in map(str, np.unique(wearer[worn])):
                    to = place.setdefault(self._prefix + one, len(place))
                    new[here[worn & (wearer == one)]] = to
                lost = TAG_PREFIX + plain.removeprefix(TAG_PREFIX)
                if not worn.all():
                    new[here[~worn]] = place.setdefault(self._prefix + lost, len(place))
            elif not outside[here].all():
                tags = None if tag is None else [tag[i] for i in map(int, here)]
                outside[here] |= ~self._inside(plain, time[here], tags)
        return part.with_animals(new, list(place)).with_undeployed(outside)

    def _is_collar(self, name: str, *, is_undeployed: bool) -> bool:
        if is_undeployed and name.removeprefix(TAG_PREFIX) in self._collars:
            return True
        is_collar, is_animal = name in self._collars, name in self._animals
        by = self._source.deployments_by
        if is_collar and is_animal and by is None:
            own = self._wearer[self._collar == name]
            if not (own == name).all():
                self._both.add(name)
            return False
        if by == "collar" or (is_collar and by is None):
            if not is_collar:
                self._absent.add(name)
            return is_collar
        if not is_animal and not is_undeployed:
            self._absent.add(name)
        return False

    def _wearers(self, collar: str, time: Indices) -> tuple[Labels, Flags]:
        wearer = np.full(len(time), "", dtype=object)
        worn = np.zeros(len(time), dtype=bool)
        for row in np.flatnonzero(self._collar == collar):
            held = (time >= self._start[row]) & (time <= self._end[row]) & ~worn
            wearer[held] = self._wearer[row]
            worn |= held
        return wearer, worn

    def _inside(self, animal: str, time: Indices, tags: list[str | None] | None) -> Flags:
        inside = np.zeros(len(time), dtype=bool)
        for row in np.flatnonzero(self._wearer == animal):
            held = (time >= self._start[row]) & (time <= self._end[row])
            if tags is not None and self._collar[row]:
                # A tag that the table does not know says nothing against the animal.
                held &= np.array(
                    [tag == self._collar[row] or tag not in self._collars for tag in tags]
                )
            inside |= held
        return inside

    def finish(self) -> None:
        """Refuse names that the table lacks, and names that are both a collar and an animal."""
        source = self._source
        if self._both:
            raise InputError(
                Fault(
                    "names are animals and collars in deployments",
                    source.deployments,
                    expected="deployments_by: animal or collar",
                    got=_listed(sorted(self._both)),
                    cure=f"set deployments_by of {source.path} to what the names in it are",
                )
            )
        if not self._absent:
            return
        kind = "collars" if self._collars and source.deployments_by == "collar" else "animals"
        columns = (
            ""
            if self._collars
            else "; if they are names of collars, add a column collar to the deployments, with the "
            "collar that each animal wore"
        )
        raise InputError(
            Fault(
                f"{kind} without a deployment",
                source.deployments,
                expected="a row for each animal of " + source.path,
                got=_listed(sorted(self._absent)),
                cure="add their rows, or read only the others with animals" + columns,
            )
        )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (f" ... ({len(names)})" if len(names) > 12 else "")
