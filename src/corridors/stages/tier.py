"""Tiers: what must not be passed on because it shows a single animal."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from corridors.atlas.products import LeftOut
from corridors.foundation.errors import Fault, MethodError

INTERNAL = "internal"
_ONE = "one animal alone gave it; tier {}"


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


def tables_to_show(
    tables: Mapping[str, pd.DataFrame], tier: str
) -> tuple[dict[str, pd.DataFrame], list[LeftOut]]:
    """Return the tables without the areas of a season that one animal gave, and what is missing.

    Parameters
    ----------
    tables
        Artefact name -> rows; ``corridors stopovers ranges`` among them.
    tier
        ``internal``: everything.
    """
    if tier == INTERNAL:
        return dict(tables), []
    corridors, stopovers, ranges = (tables[name] for name in ("corridors", "stopovers", "ranges"))
    is_one = (corridors["evidence"] == "tracked") & (corridors["n_tracked"] == 1)
    seasons = sorted(set(corridors.loc[is_one, "season"]))
    shown = {
        **tables,
        "corridors": corridors[~is_one].reset_index(drop=True),
        "stopovers": stopovers[~stopovers["season"].isin(seasons)].reset_index(drop=True),
        "ranges": ranges_to_show(gpd.GeoDataFrame(ranges), tier),
    }
    one_range = sorted(set(ranges.loc[ranges["n_animals"] == 1, "season"]))
    why = _ONE.format(tier)
    left_out = [LeftOut(f"Corridor and stopovers in {season}", why) for season in seasons]
    left_out += [LeftOut(f"{season.capitalize()} range", why) for season in one_range]
    return shown, left_out
