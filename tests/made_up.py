"""A herd small enough to check by eye, as the folders that the stages before `publish` leave.

Every table obeys its contract; names are hostile on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Point, box

from corridors.config.model import Config
from corridors.formats.parquet import write_json, write_table
from corridors.formats.raster import write_cog, write_surface
from corridors.foundation import tables
from corridors.foundation.crs import geodesic_area_km2, geodesic_length_m
from corridors.foundation.grid import Grid, Surface
from corridors.movement.names import picture_name
from corridors.stages.context import StageContext, settings_of
from corridors.stages.table import get, sections_of
from example_rows import EXAMPLES, example_rows

CRS = "+proj=laea +lat_0=37.4 +lon_0=74.2 +datum=WGS84 +units=m +no_defs +type=crs"
HOSTILE = "<b>Ram</b>'); DROP TABLE--=1+1"
ANIMALS = (HOSTILE, "ewe/../2", "ewe 3")
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform


def config(herd: str = "made-up", tier: str = "internal", *, simulated: bool = True) -> Config:
    """Return a study with one herd."""
    return Config.model_validate(
        {
            "study": {"name": "made-up", "title": "A study <i>made up</i>"},
            "herds": {
                herd: {
                    "species": "Ovis ammon polii",
                    "tracks": [{"path": "t.csv", "format": "movebank", "time_zone": "UTC"}],
                    "simulated": simulated,
                }
            },
            "publish": {"tier": tier, "author": "Nobody & Co"},
        }
    )


def context(folder: Path, out: Path, *, herd: str = "made-up", **options: Any) -> StageContext:
    """Return the context of `publish` for the results in ``folder``."""
    stage = get("publish")
    out.mkdir(parents=True)
    return StageContext(
        herd=herd,
        settings=settings_of(sections_of(stage, config(herd, **options), herd)),
        raw={},
        upstream={name: {herd: folder / name} for name in stage.reads},
        out=out,
    )


def write(folder: Path, herd: str = "made-up", *, tracked: bool = True) -> None:
    """Write the results of every stage before `publish`; without tracks, only expert ranges."""
    for stage in get("publish").reads:
        (folder / stage).mkdir(parents=True, exist_ok=True)
    frames = _frames(herd)
    keep = {"ranges", "modelled"} if not tracked else set(frames)
    for name, (stage, schema, frame) in frames.items():
        if name == "modelled" and tracked:
            frame = frame.iloc[:0]
        if name == "ranges":
            frame = frame[(frame["evidence"] == "expert") != tracked]
        rows = frame if name in keep and len(frame) else tables.empty(schema)
        write_table(rows, folder / stage / f"{name}.parquet", schema)
    clean = {
        "crs": CRS,
        "cell_m": 250.0,
        "cell_reason": "as configured",
        "n_fixes": 900 * tracked,
        "n_usable": 880 * tracked,
        "n_animals": 3 * tracked,
        "flags": {HOSTILE: {"spike": 12}, "ewe 3": {"mortality": 8}} if tracked else {},
    }
    facts: Mapping[str, dict[str, Any]] = {"clean": clean}
    for stage in (
        "ingest", "segment", "delineate", "connect", "intersect", "behave", "circuit", "rank",
        "act",
    ):  # fmt: skip
        notes = {"notes": [f"{HOSTILE} was seen", "the grid is coarse"]} if tracked else {}
        write_json(notes, folder / stage / f"{stage}.json")
    write_json(facts["clean"], folder / "clean" / "clean.json")
    write_json(herd_facts(tracked=tracked), folder / "describe" / "facts.json")
    model = {"is_fitted": False, "reason": "as configured"}
    write_json(model, folder / "connect" / "selection.json")
    for stage, name in (("connect", "resistance"), ("circuit", "current")):
        ground = np.linspace(1.0, 9.0, 600).reshape(20, 30).astype(np.float32)
        write_cog(folder / stage / f"{name}.tif", ground, Grid(CRS, 2500.0, -10, -15, 20, 30))
    population = folder / "delineate" / "population.tif"
    if tracked:
        write_surface(population, _surface())
    else:
        write_cog(population, np.full((1, 1), np.nan, np.float32), Grid(CRS, 250.0, 0, 0, 1, 1))
    pictures = folder / "segment" / "pictures"
    pictures.mkdir(exist_ok=True)
    if tracked:
        _picture(pictures / picture_name("ewe 3", 2020))


def _picture(path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 2.5), dpi=80)
    day = np.arange(365)
    axes = figure.add_subplot()
    axes.plot(day, 70 / (1 + np.exp((110 - day) / 6)) - 70 / (1 + np.exp((290 - day) / 6)))
    axes.set_ylabel("km")
    with path.open("wb") as file:
        FigureCanvasAgg(figure).print_png(file)


def _surface() -> Surface:
    x = np.arange(-160, 160)
    y = np.arange(-40, 40)
    row, col = (part.ravel() for part in np.meshgrid(y, x, indexing="ij"))
    mass = np.exp(-0.5 * ((row - 10 * np.sin(col / 40)) / 7) ** 2)
    keep = mass > 1e-3
    row, col, mass = row[keep], col[keep], mass[keep] / mass[keep].sum()
    return Surface(CRS, 250.0, row.astype(np.int32), col.astype(np.int32), mass)


def _degrees(geometry: Any) -> Any:
    return shapely.transform(geometry, _TO_DEGREES, interleaved=False)


def _layer(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def _times(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts), utc=True)).astype("datetime64[us, UTC]")


def _path() -> LineString:
    x = np.linspace(-38_000, 38_000, 60)
    return LineString(np.column_stack([x, 2500 * np.sin(x / 10_000)]))


def _frames(herd: str) -> dict[str, tuple[str, Any, pd.DataFrame]]:
    path = _path()
    barriers = _segments()
    return {
        "fixes": ("clean", tables.CLEAN_FIXES, _fixes(herd)),
        "migrations": ("segment", tables.MIGRATIONS, _migrations(herd)),
        "animal_years": ("segment", tables.ANIMAL_YEARS, _animal_years(herd)),
        "estimates": ("surface", tables.ESTIMATES, _estimates()),
        "corridors": ("delineate", tables.CORRIDORS, _corridors(herd, path, "tracked")),
        "stopovers": ("delineate", tables.STOPOVERS, _stopovers(herd, path)),
        "ranges": ("delineate", tables.RANGES, _ranges(herd)),
        "migration_facts": ("describe", tables.MIGRATION_FACTS, _migration_facts(herd)),
        "sufficiency": ("describe", tables.SUFFICIENCY, _sufficiency(herd)),
        "skill": ("describe", tables.SKILL, _skill(herd)),
        "fidelity": ("describe", tables.FIDELITY, _fidelity(herd)),
        "modelled": ("connect", tables.CORRIDORS, _corridors(herd, path, "modelled")),
        "exposure": ("rank", tables.EXPOSURE, _exposure(herd)),
        "network": ("rank", tables.NETWORK_BARRIERS, _network(herd)),
        "segments": ("intersect", tables.SEGMENTS, barriers),
        "crossings": ("intersect", tables.CROSSINGS, _crossings(herd, barriers)),
        "observed": ("intersect", tables.OBSERVED, _observed(barriers)),
        "border_report": ("intersect", tables.BORDER_REPORT, _border_report(herd)),
        "border_crossings": ("intersect", tables.BORDER_CROSSINGS, _border_crossings()),
        "national_shares": ("intersect", tables.NATIONAL_SHARES, _shares(herd)),
        "threats": ("rank", tables.THREATS, _threats(herd, barriers)),
        **{
            name: (stage, schema, example_rows(schema, herd, _degrees(path), HOSTILE))
            for name, (stage, schema) in EXAMPLES.items()
        },
    }


def _fixes(herd: str) -> gpd.GeoDataFrame:
    rows = []
    start = pd.Timestamp("2020-03-01", tz="UTC")
    for animal in ANIMALS:
        for step in range(12):
            x = -30_000.0 + 5000 * step
            rows.append(
                {
                    "herd": herd,
                    "animal": animal,
                    "time_utc": start + pd.Timedelta(hours=4 * step),
                    "dop": np.nan,
                    "fix_type": "3d",
                    "species": "Ovis ammon",
                    "source": "t.csv",
                    "source_row": step + 2,
                    "flags": 0,
                    "x_m": x,
                    "y_m": 0.0,
                    "burst": 0,
                    "geometry": _degrees(Point(x, 0)),
                }
            )
    frame = _layer(rows)
    frame["time_utc"] = frame["time_utc"].astype("datetime64[us, UTC]")
    frame["flags"] = frame["flags"].astype("uint16")
    frame["burst"] = frame["burst"].astype("int32")
    return frame


def herd_facts(*, tracked: bool) -> dict[str, Any]:
    """Return what `describe` would record of the made-up herd."""
    some = {"n": 3, "min": 2.0, "mean": 3.0, "median": 3.0, "max": 4.5}
    shares = {"n": 3, "min": 0.4, "mean": 0.6, "median": 0.6, "max": 0.9}
    names = ("days", "net_km", "path_km", "resampled_km", "farthest_km", "speed_km_d")
    season = {
        "n": 3, "n_animals": 3, "n_open": 0, "median_start": "05-03", "median_end": "05-23",
        **dict.fromkeys(names, some), "stopover_days": None,
    }  # fmt: skip
    facts: dict[str, Any] = {
        "sample": {
            "n_animals": 3 * tracked, "n_animals_used": 3 * tracked, "fix_interval_h": None,
            "years": [2020, 2020] if tracked else None, "n_migrations": 6 * tracked,
            "n_migrants": 3 * tracked,
        },
        "migrations": {}, "stays": {}, "corridor_km2": {}, "stopover_km2": {}, "ranges": [],
        "sufficiency": {}, "skill": {}, "fidelity": {}, "notes": [],
    }  # fmt: skip
    if tracked:
        facts["migrations"] = {"all": season, "spring": season, "autumn": season}
        facts["stays"] = {"winter": {**season, "days": some}}
        facts["corridor_km2"] = {"tracked": {"all": {"low": 380.0, "high": 120.0}}}
        facts["ranges"] = [
            {"season": "winter", "isopleth": 0.5, "area_km2": 60.0, "n_animals": 3,
             "evidence": "tracked", "source": ""},
        ]  # fmt: skip
        facts["sufficiency"]["all"] = {
            "flag": "insufficient", "n_animals": 3, "n_sufficient": None, "slope_frac": 0.06,
            "max_slope_frac": 0.01, "area_km2": 380.0,
        }  # fmt: skip
        facts["skill"]["low"] = {
            "n_animals": 3, "n_needed": 1, "fixes_inside": shares, "mass_inside": shares,
            "area_km2": some,
        }  # fmt: skip
        facts["fidelity"]["spring"] = {
            "n_pairs": 1, "n_animals": 1, "bhattacharyya": shares, "intersection": shares,
        }  # fmt: skip
        facts["notes"] = [f"{HOSTILE} stayed"]
    return facts


def _migration_facts(herd: str) -> pd.DataFrame:
    moves = _migrations(herd)
    moves = moves[moves["part"] == "migration"].drop(columns=["part", "class", "method"])
    numbers = [n for n, c in tables.MIGRATION_FACTS.columns.items() if str(c.dtype) == "float64"]
    return moves.assign(n_fixes=40, **dict.fromkeys(numbers, 12.5)).reset_index(drop=True)


def _sufficiency(herd: str) -> pd.DataFrame:
    area = np.array([250.0, 340.0, 380.0])
    return pd.DataFrame(
        {
            "herd": herd,
            "season": "all",
            "corridor_class": "low",
            "n_animals": [1, 2, 3],
            "n_needed": 1,
            "area_km2": area,
            "area_p05_km2": area * [0.9, 0.95, 1.0],
            "area_p95_km2": area * [1.1, 1.05, 1.0],
            "slope_frac": [np.nan, 0.26, 0.105],
        }
    )


def _skill(herd: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "herd": herd,
            "animal": ANIMALS,
            "corridor_class": "low",
            "n_others": 2,
            "n_needed": 1,
            "area_km2": 340.0,
            "n_fixes": 80,
            "fixes_inside": [0.8, 0.7, np.nan],
            "mass_inside": 0.75,
        }
    )


def _fidelity(herd: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "herd": [herd],
            "animal": [HOSTILE],
            "season": ["spring"],
            "bio_year": [2020],
            "other_year": [2021],
            "bhattacharyya": [0.6],
            "intersection": [0.4],
        }
    )


def _migrations(herd: str) -> pd.DataFrame:
    rows = []
    for number, animal in enumerate(ANIMALS):
        for part, season, start, end in (
            ("migration", "spring", "2020-05-02", "2020-05-21"),
            ("migration", "autumn", "2020-10-20", "2020-11-08"),
            ("range", "winter", "2020-12-01", "2021-04-20"),
            ("range", "summer", "2020-06-10", "2020-09-30"),
        ):
            rows.append(
                {
                    "migration": f"m{number}{season}",
                    "herd": herd,
                    "animal": animal,
                    "bio_year": 2020,
                    "season": season,
                    "part": part,
                    "start_utc": pd.Timestamp(start, tz="UTC") + pd.Timedelta(days=number),
                    "end_utc": pd.Timestamp(end, tz="UTC") + pd.Timedelta(days=2 * number),
                    "class": "migrant",
                    "method": "auto",
                    "is_open": False,
                }
            )
    frame = pd.DataFrame(rows)
    for column in ("start_utc", "end_utc"):
        frame[column] = frame[column].astype("datetime64[us, UTC]")
    return frame


def _animal_years(herd: str) -> pd.DataFrame:
    numbers = [n for n, c in tables.ANIMAL_YEARS.columns.items() if str(c.dtype) == "float64"]
    frame = pd.DataFrame(
        {
            "herd": herd,
            "animal": ANIMALS,
            "bio_year": 2020,
            "class": ["migrant", "migrant", "resident"],
            "reason": "",
            "on_bound": "",
            "n_fixes": 300,
            "first_utc": _times(*["2020-03-01"] * 3),
            "last_utc": _times(*["2021-01-31"] * 3),
        }
    )
    return frame.assign(**dict.fromkeys(numbers, 0.5)).assign(range_distance_km=[62.0, 71.0, 3.0])


def _estimates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "migration": ["m0spring", "m1spring"],
            "animal": [HOSTILE, "ewe 3"],
            "season": "spring",
            "part": "migration",
            "method": ["bbmm", "bbmm"],
            "reason": "",
            "s2_m2_min": [800.0, np.nan],
            "s2_low_m2_min": [650.0, np.nan],
            "s2_high_m2_min": [990.0, np.nan],
            "s2_p05_m2_min": np.nan,
            "s2_p95_m2_min": np.nan,
            "n_fixes": 100,
            "n_bridges": 99,
            "n_long_lags": 1,
            "n_edge": 0,
            "n_breaks": 0,
            "mass": [1.0, np.nan],
            "error": ["", "the variance is on its upper bound"],
        }
    )


def _corridors(herd: str, path: LineString, evidence: str) -> gpd.GeoDataFrame:
    rows = []
    for season, shift in (("all", 0), ("spring", 600), ("autumn", -600)):
        for name, width, animals in (("low", 6000, 1), ("medium", 3600, 2), ("high", 1700, 3)):
            shape = _degrees(affinity.translate(path.buffer(width), 0, shift))
            rows.append(
                {
                    "herd": herd,
                    "season": season,
                    "corridor_class": name,
                    "n_animals": animals if evidence == "tracked" else 0,
                    "n_tracked": 3 if evidence == "tracked" else 0,
                    "share": animals / 3 if evidence == "tracked" else np.nan,
                    "area_km2": geodesic_area_km2(shape),
                    "evidence": evidence,
                    "source": "A. Nyone, 2021, high" if evidence == "expert" else "",
                    "geometry": shape,
                }
            )
    return _layer(rows)


def _stopovers(herd: str, path: LineString) -> gpd.GeoDataFrame:
    rows = []
    for number, share in enumerate((0.2, 0.45, 0.8)):
        point = path.interpolate(share, normalized=True)
        shape = _degrees(affinity.scale(point.buffer(1700), 1.6, 1.0))
        rows.append(
            {
                "stopover": f"s{number}",
                "herd": herd,
                "season": "all",
                "area_km2": geodesic_area_km2(shape),
                "mass": 0.1,
                "geometry": shape,
            }
        )
    return _layer(rows)


def _ranges(herd: str) -> gpd.GeoDataFrame:
    rows = []
    for season, x in (("winter", -40_000), ("summer", 40_000)):
        for isopleth, radius, evidence in (
            (0.95, 11_000, "tracked"),
            (0.5, 5000, "tracked"),
            (np.nan, 12_000, "expert"),
        ):
            shape = affinity.scale(Point(x, 0).buffer(radius), 1.0, 1.3)
            if evidence == "expert":
                shape = MultiPolygon([shape, box(x - 900, 17_000, x + 900, 18_500)])
            shape = _degrees(shape)
            rows.append(
                {
                    "herd": herd,
                    "season": season,
                    "isopleth": isopleth,
                    "n_animals": 3 * (evidence == "tracked"),
                    "area_km2": geodesic_area_km2(shape),
                    "evidence": evidence,
                    "source": "A. Nyone, 2021, high" if evidence == "expert" else "",
                    "geometry": shape,
                }
            )
    return _layer(rows)


def _network(herd: str) -> gpd.GeoDataFrame:
    def row(element: str, part: str, kind: str, shape: Any, **more: Any) -> dict[str, Any]:
        base = {"from_node": "", "to_node": "", "cost": np.nan, "length_km": np.nan}
        base |= dict.fromkeys(("betweenness", "detour_frac", "flux"), np.nan)
        base |= dict.fromkeys(("n_migrations", "n_animals", "n_segments", "n_candidates"), 0)
        base |= dict.fromkeys(("encounters_per_year", "blocked_per_year", "blocked_share"), np.nan)
        base |= {"is_cut": False, **more}
        return {
            "element": element,
            "herd": herd,
            "part": part,
            "kind": kind,
            **base,
            "geometry": _degrees(shape),
        }

    ends = {"cost": 4.0, "length_km": 30.0, "betweenness": 1.0, "flux": 0.5, "n_migrations": 3}
    return _layer(
        [
            row("w", "node", "winter", Point(-40_000, 0)),
            row("s", "node", "summer", Point(40_000, 0)),
            row("x", "node", "stopover", Point(0, 0)),
            row("wx", "edge", "corridor", LineString([(-40_000, 0), (0, 0)]), is_cut=True, **ends),
            row("xs", "edge", "corridor", LineString([(0, 0), (40_000, 0)]), **ends),
            row("ws", "edge", "corridor", LineString([(-40_000, 0), (40_000, 0)]), betweenness=0.0),
        ]
    )


def _segments() -> gpd.GeoDataFrame:
    rows = []
    for barrier, name, kind, class_, status, x in (
        (
            "fence-1",
            "Border fence <script>alert(1)</script>",
            "fence",
            "fence_border",
            "existing",
            2000,
        ),
        ("road-1", 'M41 "Pamir" highway & co', "road", "road_paved", "existing", -17_000),
        ("rail-1", "Line 2", "rail", "rail", "planned", 20_000),
    ):
        for part in range(12):
            y = -6000 + 1000 * part
            shape = _degrees(LineString([(x + 90 * part, y), (x + 90 * part + 90, y + 1000)]))
            rows.append(
                {
                    "segment": f"{barrier}:{part}",
                    "barrier": barrier,
                    "name": name,
                    "kind": kind,
                    "class": class_,
                    "status": status,
                    "permeability": np.nan,
                    "permeability_source": "unknown",
                    "tolerance_m": 10.0,
                    "source": "made up",
                    "from_km": float(part),
                    "to_km": part + 1.0,
                    "length_m": geodesic_length_m(shape),
                    "corridor_class": "high" if 4 <= part <= 8 else "low",
                    "has_data": part < 11,
                    "geometry": shape,
                }
            )
    undated = pd.Series(pd.NaT, range(len(rows)), dtype="datetime64[us, UTC]")
    return _layer(rows).assign(valid_from=undated, valid_to=undated)


def _exposure(herd: str) -> gpd.GeoDataFrame:
    shape = _degrees(LineString([(-1500, 3000), (1500, 3500)]).buffer(900))
    row = {
        "polygon": "fields:1", "herd": herd, "name": "Lower fields", "kind": "cropland",
        "class": "", "status": "existing", "source": "made up", "mass_share": 0.12,
        "winter_share": np.nan, "summer_share": 0.0, "n_animals": 2, "severity": 0.3,
        "severity_source": "prior", "season": "migration", "score": 0.036, "rank": 1,
        "geometry": shape,
    }  # fmt: skip
    return _layer([row])


def _crossings(herd: str, segments: gpd.GeoDataFrame) -> pd.DataFrame:
    chosen = segments[segments["has_data"]]
    return pd.DataFrame(
        {
            "segment": chosen["segment"],
            "herd": herd,
            "season": "spring",
            "expected_per_year": 0.2,
            "observed": 2,
            "n_animals": 1,
            "months": "5",
        }
    )


def _observed(segments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = []
    for number, row in enumerate(segments.itertuples()):
        season, month = (("spring", 5), ("autumn", 10), ("other", 7))[number % 3]
        rows.append(
            {
                "segment": row.segment,
                "barrier": row.barrier,
                "kind": row.kind,
                "animal": ANIMALS[number % 3],
                "time_utc": pd.Timestamp(2020, month, 3, 4, 5, tz="UTC"),
                "month": month,
                "season": season,
                "geometry": row.geometry.interpolate(0.5, normalized=True),
            }
        )
    frame = _layer(rows)
    frame["time_utc"] = frame["time_utc"].astype("datetime64[us, UTC]")
    return frame


def _border_report(herd: str) -> gpd.GeoDataFrame:
    shape = _degrees(LineString([(8000, 30_000), (6000, 9000), (9000, -8000), (4000, -30_000)]))
    return _layer(
        [
            {
                "herd": herd,
                "boundary": "afg-tjk",
                "left_state": "Tajikistan",
                "right_state": "Afghanistan",
                "type": "river",
                "source": "Natural Earth 1:10m",
                "label": "generalised",
                "length_km": 1170.0,
                "vertex_spacing_km": 4.2,
                "published_km": 1357.0,
                "published_source": "a book",
                "difference_km": -187.0,
                "difference_percent": -13.8,
                "compared_source": "another map",
                "compared_km": 1362.8,
                "compared_difference_percent": 16.5,
                "corridor_km": 9.0,
                "observed": 4,
                "expected_per_year": 0.8,
                "n_animals": 2,
                "months": "5;10",
                "geometry": shape,
            }
        ]
    )


def _border_crossings() -> gpd.GeoDataFrame:
    rows = [
        {
            "boundary": "afg-tjk",
            "animal": ANIMALS[number % 3],
            "time_utc": pd.Timestamp(2020, month, 9, tz="UTC"),
            "month": month,
            "season": "spring" if month == 5 else "autumn",
            "from_state": "Afghanistan" if month == 5 else "Tajikistan",
            "to_state": "Tajikistan" if month == 5 else "Afghanistan",
            "geometry": _degrees(Point(7000, 900 * number)),
        }
        for number, month in enumerate((5, 5, 10, 10))
    ]
    frame = _layer(rows)
    frame["time_utc"] = frame["time_utc"].astype("datetime64[us, UTC]")
    return frame


def _shares(herd: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "herd": herd,
            "state": ["Afghanistan", "Tajikistan"],
            "corridor_km2": [300.0, 250.0],
            "corridor_share": [0.55, 0.45],
            "mass_share": [0.6, 0.4],
            "n_animals": [3, 2],
        }
    )


def _threats(herd: str, segments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    chosen = segments[segments["has_data"]].reset_index(drop=True)
    rank = np.arange(1, len(chosen) + 1)
    blocked = 2.0 / rank
    frame = chosen[
        [
            *("segment", "name", "kind", "class", "status", "corridor_class"),
            *("from_km", "to_km", "length_m", "geometry"),
        ]
    ].copy()
    return frame.assign(
        threat=[f"{herd}/{segment}" for segment in chosen["segment"]],
        herd=herd,
        passages_per_year=0.4,
        approaches_per_year=blocked,
        encounters_per_year=blocked + 0.4,
        n_animals=2,
        permeability_mean=0.3,
        permeability_p05=0.1,
        permeability_p95=0.6,
        permeability_source="both",
        blocked_per_year=blocked,
        blocked_p05=blocked * 0.6,
        blocked_p95=blocked * 1.5,
        unit="per animal",
        score=blocked,
        rank=rank,
        rank_p05=np.maximum(1.0, rank - 2),
        rank_p95=rank + 3.0,
        rank_width=(rank + 3 - np.maximum(1, rank - 2) + 1).astype("int64"),
        stability="likely",
        p_top10=np.clip(1.2 - rank / 20, 0, 1),
        gain=np.nan,
        gain_share=np.nan,
        gain_rank=np.nan,
        source=chosen["source"],
        source_completeness="partial",
        reason="2 of 3 animals came near; 4 approaches did not pass",
        action="open the fence or lower its bottom wire",
    )
