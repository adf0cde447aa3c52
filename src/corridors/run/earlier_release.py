"""An earlier release for download, of the same study and tier: what it shows of each herd."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.foundation.errors import Fault, InputError

if TYPE_CHECKING:
    import geopandas as gpd

_SETTINGS = "settings.json"


@dataclass(frozen=True)
class EarlierRelease:
    """A release that was verified.

    Parameters
    ----------
    folder, day
        Where, and of which day.
    herds
        Those with a folder in it.
    """

    folder: Path
    day: date
    herds: Sequence[str]

    def layers(self, herd: str) -> dict[str, gpd.GeoDataFrame]:
        """Return layer -> its rows."""
        import geopandas as gpd

        begin = f"{herd}_"
        return {
            path.stem.removeprefix(begin): gpd.read_parquet(path)
            for path in sorted((self.folder / herd).glob("*.parquet"))
        }

    def samples(self, herd: str) -> list[str]:
        """Return the sizes of the sample that it tells, numbers or spans."""
        told = [frame["sample"] for frame in self.layers(herd).values() if "sample" in frame]
        return sorted({str(one) for column in told for one in column if one})


def earlier_release(folder: Path, study: str, tier: str, day: date) -> EarlierRelease:
    """Return a release, read from its folder.

    Parameters
    ----------
    folder
        As `corridors release download` wrote it.
    study, tier, day
        Those of the release that follows it.

    Raises
    ------
    MissingInputError
        There is no release.
    InputError
        It was changed since; it is of another study or tier, or of a later day.
    """
    from corridors.formats.checksums import verified

    verified(folder)
    path = folder / _SETTINGS
    told = json.loads(path.read_bytes())["release"]
    faults = [
        Fault(
            f"the earlier release is of another {key}",
            file=str(path),
            expected=wanted,
            got=str(told[key]),
            cure=f"name a release of this {key} with --after",
        )
        for key, wanted in (("study", study), ("tier", tier))
        if told[key] != wanted
    ]
    own_day = date.fromisoformat(told["day"])
    if own_day > day:
        faults.append(
            Fault(
                "the earlier release is newer than this one",
                file=str(path),
                expected=f"a day up to {day.isoformat()}",
                got=own_day.isoformat(),
                cure="give a later --date",
            )
        )
    if faults:
        raise InputError(faults)
    return EarlierRelease(folder, own_day, told["herds"])
