"""The atlas as one page with a map to move in: nothing is fetched, every name is text."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import get_num_coordinates, is_empty, simplify, to_geojson, transform

from corridors.atlas import facts, palette
from corridors.atlas.decision import decided
from corridors.atlas.map_layers import middles
from corridors.atlas.months import WHOLE_YEAR, HerdMonths
from corridors.atlas.styles import HARM
from corridors.atlas.words.bottlenecks import MEANING, passing_words, width_words
from corridors.atlas.words.decision import MONTHS
from corridors.atlas.words.threats import GRADE_WORDS, stretch_name
from corridors.foundation.errors import visible

# Outlines are drawn to about 50 m and 1 m: enough on a screen, a tenth of the size.
SIMPLIFIED_DEG: Final = 0.0005
_PLACES_OF_DEG: Final = 5  # decimals, about 1 m
# Few words, told by their place in a list; and what stands as it is.
_CODED: Final = ("herd", "kind", "status", "grade", "action")
_RANKS: Final = ("atlas_rank", "rank")
_ASKED: Final = ("herd", "kind", "status", "grade")
_UNKNOWN: Final = HerdMonths()
_NAMED: Final = ("name", "kind", "from_km", "to_km")
_DIGITS: Final = 4
_NOWHERE: Final = (-180.0, -60.0, 180.0, 75.0)


def web_map_values(
    layers: Mapping[str, gpd.GeoDataFrame],
    herds: Sequence[Mapping[str, Any]],
    months: Mapping[str, HerdMonths],
) -> dict[str, Any]:
    """Return the values of ``map.html.jinja`` beside those of every page.

    What the list needs is apart from the outlines, which stand behind it in the page: the list is
    there before they are read, and they are read by the map alone.

    Parameters
    ----------
    layers
        EPSG:4326: ``threats`` (with ``atlas_rank``), ``bottlenecks``, ``corridors``,
        ``modelled_corridor``, ``expert_corridor``, ``stopovers``, ``ranges``, ``boundary``; each
        may be empty.
    herds
        Rows of the index page.
    months
        Herd -> when it used what; nothing is known of a herd that is not there.
    """
    own = files("corridors.atlas").joinpath("templates", "web_map.js").read_text("utf-8")
    scripts = {"own": own, "maplibre": _maplibre("maplibre-gl.js")}
    corridors = _in_months(_corridors(layers), months)
    stopovers = _in_months(layers["stopovers"].assign(evidence="tracked"), months)
    ranges = layers["ranges"].assign(
        months=_masks(layers["ranges"], "season", months, lambda one: one.ranges)
    )
    told = _told(layers["threats"], months)
    return {
        "scripts": scripts,
        "hashes": [_hash(script) for script in scripts.values()],
        "map_style": _maplibre("maplibre-gl.css"),
        "data": _embedded(
            _json(
                {
                    **told,
                    "month_names": MONTHS,
                    "bottlenecks": _bottlenecks(layers["bottlenecks"]),
                    "bottleneck": MEANING,
                    "seasons": sorted(set(map(str, corridors["season"]))),
                    "bounds": _bounds(
                        [
                            corridors,
                            *(layers[name] for name in ("ranges", "bottlenecks", "threats")),
                        ]
                    ),
                    "herds": _herds(
                        herds,
                        months,
                        {
                            "migrations": corridors[corridors["is_monthly"] == 1],
                            "ranges": ranges,
                        },
                    ),
                    "grades": dict(GRADE_WORDS),
                    "colours": _colours(),
                }
            )
        ),
        "shapes": {
            "corridors": _shapes(
                corridors, ["herd", "season", "use", "evidence"], ["months", "is_monthly"]
            ),
            "ranges": _shapes(ranges, ["herd", "season", "evidence"], ["months"]),
            "stopovers": _shapes(stopovers, ["herd", "season"], ["months", "is_monthly"]),
            "boundary": _shapes(layers["boundary"], ["left_state", "right_state"]),
            "bottlenecks": _shapes(
                layers["bottlenecks"].assign(i=range(len(layers["bottlenecks"]))), ["herd"], ["i"]
            ),
            "places": _lines(layers["threats"], told["columns"]["months"]),
        },
    }


def _colours() -> dict[str, Any]:
    return {
        "grade": dict(palette.GRADE),
        "corridors": dict(palette.CORRIDOR),
        "modelled": dict(palette.MODELLED),
        "expert": dict(palette.EXPERT),
        "winter": palette.RANGE["winter"][0],
        "summer": palette.RANGE["summer"][0],
        "range": palette.RANGE_OTHER[0],
        "boundary": palette.BOUNDARY,
        "bottleneck": palette.BOTTLENECK,
        "stopover": palette.STOPOVER,
        "land": palette.LAND,
        "paper": palette.PAPER,
        "ink": palette.INK,
    }


def _corridors(layers: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the corridors of all kinds of evidence, low use first, so that high lies on top."""
    together = [layers[name] for name in ("modelled_corridor", "expert_corridor", "corridors")]
    frames = [frame for frame in together if len(frame)]
    if not frames:
        return together[0].assign(use="")
    joined = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True))
    joined["use"] = joined["corridor_class"]
    order = joined["use"].map({"low": 0, "medium": 1, "high": 2})
    return joined.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _masks(
    frame: gpd.GeoDataFrame,
    column: str,
    months: Mapping[str, HerdMonths],
    of: Callable[[HerdMonths], Mapping[str, int]],
) -> list[int]:
    """Return for each row when it is shown; 0: nothing is known, and it is shown always."""
    rows = zip(frame["herd"].tolist(), frame[column].tolist(), strict=True)
    known = ((months.get(herd, _UNKNOWN), name) for herd, name in rows)
    return [one.shown(of(one).get(name, 0)) for one, name in known]


def _in_months(frame: gpd.GeoDataFrame, months: Mapping[str, HerdMonths]) -> gpd.GeoDataFrame:
    """Return corridors or stopovers with when they are shown, and which of them by month.

    What a herd used in a month is told by its seasons, if each is drawn and has dates; else by what
    all migrations together used.
    """
    told = frame.assign(months=_masks(frame, "season", months, lambda one: one.migrations))
    is_whole = told["season"] == "all"
    by_season = set()
    for (herd, evidence), own in told[~is_whole].groupby(["herd", "evidence"]):
        seasons = set(months.get(str(herd), _UNKNOWN).migrations)
        if (own["months"] > 0).all() and seasons <= set(own["season"]):
            by_season.add((herd, evidence))
    keys = zip(told["herd"].tolist(), told["evidence"].tolist(), strict=True)
    is_by_season = np.array([key in by_season for key in keys], dtype=bool)
    return told.assign(is_monthly=(is_by_season != is_whole.to_numpy()).astype(int))


def _bounds(frames: Sequence[gpd.GeoDataFrame]) -> tuple[float, ...]:
    """Return (west, south, east, north) of what the map opens with; nearly the world of nothing."""
    every = np.array([frame.total_bounds for frame in frames if len(frame)])
    if not len(every):
        return _NOWHERE
    low, high = every[:, :2].min(axis=0), every[:, 2:].max(axis=0)
    return tuple(np.round([*low, *high], _PLACES_OF_DEG).tolist())


def _shapes(frame: gpd.GeoDataFrame, columns: list[str], numbers: Sequence[str] = ()) -> str:
    """Return GeoJSON; what vanishes when it is simplified is left out."""
    told = [*(_texts(frame[name]) for name in columns), *(frame[name].tolist() for name in numbers)]
    columns = [*columns, *numbers]
    rows = zip(*told, strict=True)
    return _collection(frame, [_json(dict(zip(columns, row, strict=True))) for row in rows])


def _lines(threats: gpd.GeoDataFrame, months: list[int]) -> str:
    """Return the lines of places as GeoJSON: a line knows its row, and what filters ask for."""
    asked = [pd.factorize(threats[name], sort=True)[0].tolist() for name in _ASKED]
    rows = zip(range(len(threats)), *asked, months, strict=True)
    form = ",".join(f'"{name}":%d' for name in ("i", *_ASKED, "months"))
    return _collection(threats, [f"{{{form % row}}}" for row in rows])


def _collection(frame: gpd.GeoDataFrame, properties: list[str]) -> str:
    drawn = np.array(frame.geometry, dtype=object)
    # A line of two points has none to spare.
    bent = get_num_coordinates(drawn) > 2
    drawn[bent] = simplify(drawn[bent], SIMPLIFIED_DEG)
    drawn = transform(drawn, lambda at: at.round(_PLACES_OF_DEG))
    features = [
        f'{{"type":"Feature","properties":{own},"geometry":{text}}}'
        for own, text, nothing in zip(
            properties, to_geojson(drawn).tolist(), is_empty(drawn).tolist(), strict=True
        )
        if not nothing
    ]
    return _embedded(f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}')


def _told(threats: gpd.GeoDataFrame, months: Mapping[str, HerdMonths]) -> dict[str, Any]:
    """Return column by column what is said of the places, in the order of their ranks.

    A code is a place in the list of words of its column. Positions are whole numbers, in the last
    place that is drawn; the sentences of places stand by their row.
    """
    codes, words = {}, {}
    for name in _CODED:
        coded, known = pd.factorize(threats[name], sort=True)
        codes[name], words[name] = coded.tolist(), [visible(str(word)) for word in known]
    at = middles(threats) if len(threats) else np.empty((0, 2))
    lon, lat = np.rint(at.T * 10**_PLACES_OF_DEG).astype(np.int64).tolist()
    is_harm = threats["grade"].isin(HARM)
    first = [place for _, own in threats[is_harm].groupby("herd") for place in decided(own, HARM)]
    # The sentences of places without harm would be nine tenths of the page; reports have them.
    reasons = zip(np.flatnonzero(is_harm).tolist(), _texts(threats["reason"][is_harm]), strict=True)
    missing_year = threats["missing_per_year"]
    least = 10.0**-_DIGITS  # what is little is not nothing
    is_little = missing_year.between(0.0, least, inclusive="neither")
    missing = missing_year.round(_DIGITS).mask(is_little, least).tolist()
    named = (threats[name].tolist() for name in _NAMED)
    columns = {
        **codes,
        **{
            name: [None if rank != rank else int(rank) for rank in threats[name].tolist()]
            for name in _RANKS
        },
        "missing_per_year": [None if value != value else value for value in missing],
        "months": _masks(threats, "threat", months, lambda one: one.places),
        "threat": _texts(threats["threat"]),
        "name": _visible(list(map(stretch_name, *named))),
        "lon": lon,
        "lat": lat,
    }
    return {
        "columns": columns,
        "words": words,
        "reasons": dict(reasons),
        "first": np.flatnonzero(threats["threat"].isin(first)).tolist(),
    }


def _bottlenecks(found: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return what is said of each bottleneck, in the order of their rows."""
    if found.empty:
        return []
    at = np.rint(middles(found) * 10**_PLACES_OF_DEG).astype(np.int64)
    rows = facts.records(pd.DataFrame(found.drop(columns="geometry")))
    return [
        {
            "bottleneck": visible(row["bottleneck"]),
            "herd": visible(row["herd"]),
            "rank": row["rank"],
            "width": width_words(row),
            "passing": passing_words(row),
            "lon": int(lon),
            "lat": int(lat),
        }
        for (lon, lat), row in zip(at, rows, strict=True)
    ]


def _texts(column: pd.Series) -> list[str]:
    return _visible([str(value) for value in column.tolist()])


def _visible(texts: list[str]) -> list[str]:
    """Return names as they may be shown; all at once where none needs it."""
    joined = "".join(texts)
    return texts if visible(joined) == joined else [visible(text) for text in texts]


def _herds(
    herds: Sequence[Mapping[str, Any]],
    months: Mapping[str, HerdMonths],
    drawn: Mapping[str, pd.DataFrame],
) -> list[dict[str, Any]]:
    """Return what is said of each herd, and of which months what is drawn of it is not known."""
    kept = ("herd", "title", "species", "evidence", "simulated")
    return [
        {
            **{name: visible(own) if isinstance(own := row[name], str) else own for name in kept},
            "untracked": months.get(row["herd"], _UNKNOWN).untracked,
            "unknown": {
                name: _not_known(frame, row["herd"], months) for name, frame in drawn.items()
            },
        }
        for row in herds
        if row["is_done"]
    ]


def _not_known(frame: pd.DataFrame, herd: str, months: Mapping[str, HerdMonths]) -> int:
    """Return the months in which a herd's shapes are shown without knowing that they were used."""
    own = frame.loc[frame["herd"] == herd, "months"]
    if own.empty:
        return 0
    return WHOLE_YEAR if (own == 0).any() else months.get(herd, _UNKNOWN).untracked


def _embedded(text: str) -> str:
    """Return JSON that no text in it can end: it stands inside an element of the page."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _maplibre(name: str) -> str:
    """Return a file that the package ``maplibre`` carries, without its pointer to another file."""
    spec = find_spec("maplibre")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("maplibre")
    text = Path(spec.origin).with_name("srcjs").joinpath(name).read_text("utf-8")
    return text.rsplit("\n//# sourceMappingURL=", 1)[0]
