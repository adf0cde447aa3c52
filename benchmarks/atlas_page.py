"""The map of 300 herds and 200,000 places: how long it takes to make, to open and to filter.

``python -m benchmarks.atlas_page N`` does N places.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import buffer, linestrings, points

from benchmarks.figure import Figure, MissingDataError
from corridors.atlas.months import HerdMonths
from corridors.atlas.pages import render
from corridors.atlas.web_map import web_map_values
from corridors.foundation import tables

_PLACES, _HERDS = 200_000, 300
_VIEW_S, _FILTER_S = 2.0, 0.2
_GRADES = ("act", "look_on_site", "nothing_seen", "not_known")
# Called by their text, which the policy of the page allows from outside alone.
_DRAWN = "() => window.map && window.map.loaded() && window.map.queryRenderedFeatures().length"
_FILTER = """([name, value, type]) => {
  const chosen = document.getElementById(name), start = performance.now();
  chosen.value = value;
  chosen.dispatchEvent(new Event(type));
  return performance.now() - start;
}"""


def run(n_places: int = _PLACES) -> list[Figure]:
    """Return the times of making, opening and filtering, against what was allowed.

    Raises
    ------
    MissingDataError
        Chromium or playwright is not there.
    """
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise MissingDataError("the package playwright is needed") from error
    if not program:
        raise MissingDataError("chromium is needed; CHROMIUM names it")
    layers, herds = _atlas(n_places)
    start = time.process_time()
    page = _page(layers, herds)
    made_s = time.process_time() - start
    start = time.process_time()
    plain = sum(len(layers[name].to_json()) for name in ("threats", "corridors", "ranges"))
    plain_s = time.process_time() - start
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "map.html")
        path.write_text(page, "utf-8")
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
        )
        opened = browser.new_page()
        start = time.perf_counter()
        opened.goto(path.as_uri(), wait_until="commit")
        opened.wait_for_selector("#list li")
        view_s = time.perf_counter() - start
        opened.wait_for_function(_DRAWN, timeout=120_000)
        map_s = time.perf_counter() - start
        month_s = opened.evaluate(_FILTER, ["month", "5", "input"]) / 1000.0
        filter_s = opened.evaluate(_FILTER, ["kind", "rail", "change"]) / 1000.0
        browser.close()
    size = f"{n_places:,} places of {_HERDS} herds, {len(page) / 1e6:.0f} MB"
    return [
        Figure(
            "atlas_page_build", made_s, "s CPU", f"GeoPandas' to_json of the same: {plain_s:.3g} s",
            made_s / plain_s, 2.0, f"{size}; plain JSON {plain / 1e6:.0f} MB",
        ),
        Figure(
            "atlas_page_first_view", view_s, "s", f"{_VIEW_S:g} s that are allowed",
            view_s / _VIEW_S, 1.0,
            f"{size}; headless Chromium without a graphics card; map drawn after {map_s:.1f} s",
        ),
        Figure(
            "atlas_page_filter", filter_s, "s", f"{_FILTER_S:g} s that are allowed",
            filter_s / _FILTER_S, 1.0, f"{size}; one kind of barrier chosen",
        ),
        Figure(
            "atlas_page_month", month_s, "s", f"{_FILTER_S:g} s that are allowed",
            month_s / _FILTER_S, 1.0,
            f"{size}; one month chosen, a fifth of the places without dates",
        ),
    ]  # fmt: skip


def _page(layers: dict[str, gpd.GeoDataFrame], herds: list[dict[str, Any]]) -> str:
    values = {
        "study": "benchmark",
        "simulated": ["all"],
        "grade_words": {grade: grade for grade in _GRADES},
        "least": 1,
        **web_map_values(layers, herds, _months(layers["threats"])),
    }
    return render("corridors.stages.atlas", "map.html.jinja", values)


def _months(threats: gpd.GeoDataFrame) -> dict[str, HerdMonths]:
    """Return when the herds use what: spring and autumn, and four of five places some months."""
    rng = np.random.default_rng(2)
    met = rng.integers(1, 1 << 12, len(threats)) & rng.integers(1, 1 << 12, len(threats))
    met[rng.random(len(threats)) < 0.2] = 0
    seasons = {"migrations": {"spring": 0b111000, "autumn": 0b11100000000}}
    own = threats["threat"].groupby(threats["herd"])
    return {
        str(herd): HerdMonths(
            **seasons,
            ranges={"winter": 0b111000000111},
            places=dict(zip(places, met[places.index].tolist(), strict=True)),
            untracked=0,
        )
        for herd, places in own
    }


def _atlas(n_places: int) -> tuple[dict[str, gpd.GeoDataFrame], list[dict[str, Any]]]:
    """Return layers as the atlas has them, and rows of its herds."""
    rng = np.random.default_rng(1)
    names = [f"herd-{number:03d}" for number in range(_HERDS)]
    at = rng.uniform((-110.0, -30.0), (110.0, 60.0), (_HERDS, 2))
    ground = [
        {"herd": name, "season": season, "corridor_class": use, "evidence": "tracked"}
        for name in names
        for season in ("all", "spring", "autumn")
        for use in ("low", "medium", "high")
    ]
    sizes = np.tile([0.5, 0.3, 0.15], 3 * _HERDS)
    corridors = gpd.GeoDataFrame(
        ground, geometry=buffer(points(np.repeat(at, 9, axis=0)), sizes, quad_segs=60), crs=4326
    )
    whole = corridors[(corridors["season"] == "all") & (corridors["corridor_class"] == "low")]
    owner = rng.integers(0, _HERDS, n_places)
    start = at[owner] + rng.normal(0.0, 0.3, (n_places, 2))
    lines = linestrings(np.stack([start, start + rng.normal(0.0, 0.02, (n_places, 2))], axis=1))
    rank = np.arange(1.0, n_places + 1)
    threats = gpd.GeoDataFrame(
        {
            "threat": [f"{names[one]}/fence-{number}" for number, one in enumerate(owner)],
            "herd": [names[one] for one in owner],
            "name": "A fence",
            "kind": rng.choice(["fence", "road", "rail"], n_places),
            "class": "",
            "status": "existing",
            "grade": rng.choice(_GRADES, n_places, p=[0.002, 0.008, 0.39, 0.6]),
            "unit": "per animal",
            "atlas_rank": rank,
            "rank": rank,
            "missing_per_year": 2.0 / rank,
            "from_km": 0.0,
            "to_km": 1.0,
            "action": "None.",
            "reason": "About so many passages a year are missing, told by what animals did. " * 4,
        },
        geometry=lines,
        crs=4326,
    )
    layers = {
        "corridors": corridors,
        "ranges": whole.assign(season="winter"),
        "stopovers": corridors[corridors["corridor_class"] == "high"],
        "threats": threats,
        "modelled_corridor": tables.empty(tables.CORRIDORS),
        "expert_corridor": tables.empty(tables.CORRIDORS),
        "boundary": tables.empty(tables.BORDER_REPORT),
        "bottlenecks": tables.empty(tables.BOTTLENECKS),
    }
    rows = [
        {"herd": name, "title": "", "species": f"Species {number % 20}", "evidence": "tracked",
         "simulated": True, "is_done": True}
        for number, name in enumerate(names)
    ]  # fmt: skip
    return {name: gpd.GeoDataFrame(pd.DataFrame(one)) for name, one in layers.items()}, rows


if __name__ == "__main__":
    for figure in run(int(sys.argv[1]) if len(sys.argv) > 1 else _PLACES):
        print(figure.to_json())
