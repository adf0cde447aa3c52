"""Tiers: what must not be passed on because it shows a single animal."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from corridors.atlas.products import LeftOut
from corridors.foundation.errors import Fault, MethodError

INTERNAL = "internal"
# Tables that say in which months animals crossed.
_WITH_MONTHS = ("crossings", "border_report", "border_stretches")


def refuse_what_would_show_one_animal(
    tier: str, *, n_animals: int, corridors: pd.DataFrame
) -> None:
    """Refuse to pass on what one animal alone has done.

    Parameters
    ----------
    tier
        For whom the results are.
    n_animals
        Animals with usable fixes.
    corridors
        CORRIDORS of the herd: ``evidence season n_tracked``.

    Raises
    ------
    MethodError
        The herd has one tracked animal, or its corridor is that of one, and the results are not
        for internal use.
    """
    if tier == INTERNAL:
        return
    whole = corridors[(corridors["evidence"] == "tracked") & (corridors["season"] == "all")]
    if n_animals == 1:
        why = "the herd has only one with usable fixes"
    elif (whole["n_tracked"] == 1).any():
        why = "only one gave the herd's corridor and surface"
    else:
        return
    raise MethodError(
        Fault(
            f"tier {tier} would show a single animal: {why}",
            column="publish.tier",
            expected="at least two tracked animals, or none",
            got="1",
            cure="set publish.tier to internal and do not pass the result on",
        )
    )


def ranges_to_show(ranges: gpd.GeoDataFrame, tier: str) -> gpd.GeoDataFrame:
    """Return RANGES without those that one tracked animal gave, unless the tier is internal."""
    if tier == INTERNAL:
        return ranges
    return ranges[ranges["n_animals"] != 1].reset_index(drop=True)


def corridors_to_show(corridors: gpd.GeoDataFrame, tier: str) -> gpd.GeoDataFrame:
    """Return CORRIDORS without those that one tracked animal gave, unless the tier is internal."""
    if tier == INTERNAL:
        return corridors
    return corridors[~_of_one_track(corridors)].reset_index(drop=True)


def stopovers_to_show(
    stopovers: gpd.GeoDataFrame, corridors: pd.DataFrame, tier: str
) -> gpd.GeoDataFrame:
    """Return STOPOVERS without those of a season whose corridor one animal gave, as above.

    ``corridors`` are all those of the herd, also those that are not shown.
    """
    if tier == INTERNAL:
        return stopovers
    alone = set(corridors.loc[_of_one_track(corridors), "season"])
    return stopovers[~stopovers["season"].isin(alone)].reset_index(drop=True)


def least_units(tier: str) -> int:
    """Return in how many independent units' tracks a month must be, to be told."""
    return 1 if tier == INTERNAL else 2


def agreements_to_show(agreements: gpd.GeoDataFrame, tier: str) -> gpd.GeoDataFrame:
    """Return BORDER_AGREEMENTS without the months of one animal, unless the tier is internal."""
    if tier == INTERNAL or agreements.empty:
        return agreements
    return gpd.GeoDataFrame(_without_months(agreements))


def tables_to_show(
    tables: Mapping[str, pd.DataFrame], tier: str
) -> tuple[dict[str, pd.DataFrame], list[LeftOut]]:
    """Return the tables without what one animal alone gave, and what is missing.

    Parameters
    ----------
    tables
        Artefact name -> rows; ``corridors stopovers ranges behaviour_index crossings border_report
        border_stretches border_agreements zone_shares`` among them.
    tier
        ``internal``: everything.

    Notes
    -----
    Areas of a season, and behaviour at a barrier, that come from one animal go; where one animal
    crossed, the months go. That an animal was there is left: a rank is of all animals.
    """
    if tier == INTERNAL:
        return dict(tables), []
    corridors, stopovers, ranges = (tables[name] for name in ("corridors", "stopovers", "ranges"))
    index, zoned = tables["behaviour_index"], tables["zone_shares"]
    one_range = sorted(set(ranges.loc[ranges["n_animals"] == 1, "season"]))
    seasons = sorted(set(corridors.loc[_of_one_track(corridors), "season"]))
    shown = {
        **tables,
        "corridors": corridors_to_show(gpd.GeoDataFrame(corridors), tier),
        "stopovers": stopovers_to_show(gpd.GeoDataFrame(stopovers), corridors, tier),
        "ranges": ranges_to_show(gpd.GeoDataFrame(ranges), tier),
        "behaviour_index": index[index["n_animals"] != 1].reset_index(drop=True),
        "border_agreements": agreements_to_show(
            gpd.GeoDataFrame(tables["border_agreements"]), tier
        ),
        "zone_shares": zoned[~_of_one_animal(zoned, seasons, one_range)].reset_index(drop=True),
        **{name: _without_months(tables[name]) for name in _WITH_MONTHS},
    }
    titles = [f"Corridor and stopovers in {season}" for season in seasons]
    titles += [f"{season.capitalize()} range" for season in one_range]
    if (index["n_animals"] == 1).any():
        titles.append("Behaviour at barriers that one animal met")
    if any((tables[name]["n_animals"] == 1).any() for name in _WITH_MONTHS):
        titles.append("Months in which one animal crossed")
    return shown, [LeftOut(title, f"from one animal alone; tier {tier}") for title in titles]


def _of_one_track(corridors: pd.DataFrame) -> pd.Series[bool]:
    return (corridors["evidence"] == "tracked") & (corridors["n_tracked"] == 1)


def _of_one_animal(zoned: pd.DataFrame, seasons: list[str], ranges: list[str]) -> pd.Series[bool]:
    """Return which rows of ZONE_SHARES tell of areas that one tracked animal gave."""
    of_range = zoned["product"] == "range"
    season = zoned["season"]
    alone = season.isin(seasons).where(~of_range, season.isin(ranges))
    return (zoned["evidence"] == "tracked") & alone.astype(bool)


def _without_months(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(months=rows["months"].mask(rows["n_animals"] == 1, "").astype(str))
