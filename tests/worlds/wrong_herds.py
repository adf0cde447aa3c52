"""A simulated herd that migrates over two fences, and the mistakes that tracks come with.

Six animals winter around 44 N 108 W and move 50 km north from the end of April on, and back in
October; one fix every four hours for a year. A mistake takes the tracks of the clean herd and
returns those of the spoiled one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString

LON, LAT = -108.0, 44.0
KM_PER_DEG = 111.195
FENCES = {"south": 44.12, "north": 44.30}
CONFIG = """\
study: {name: wrong, title: Wrong}
herds:
  h:
    species: Odocoileus hemionus
    simulated: true
    tracks:
SOURCES
barriers:
  - {name: fences, path: data/raw/fences.geojson, kind: fence, id_column: id, name_column: id}
working: {cell_m: 500}
circuit: {solved_anew: 0}
"""
SOURCE = (
    "      - {path: data/raw/NAME.csv, format: csv, time_zone: UTC, "
    "columns: {animal: id, time: t, lon: lon, lat: lat, tag: tag}}"
)
Tracks = dict[str, pd.DataFrame]
Mistake = Callable[[Tracks], Tracks]


def clean_herd() -> Tracks:
    """Return the fixes of each animal: ``t lon lat tag``."""
    return {f"A{i}": _track(i) for i in range(6)}


def _track(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(100 + seed)
    t = pd.date_range("2019-01-05", periods=2190, freq="4h", tz="UTC")
    day = np.asarray((t - t[0]).total_seconds()) / 86400
    out, back = 112.0 + 2 * seed, 280.0 + 2 * seed
    share = np.clip((day - out) / 12, 0, 1) - np.clip((day - back) / 12, 0, 1)
    home = np.zeros((2190, 2))
    step = rng.normal(0, 0.45, (2190, 2))
    for i in range(1, 2190):
        home[i] = 0.9 * home[i - 1] + step[i]
    x, y = (home + rng.normal(0, 2.0, 2)).T
    return _at(t, LON, x, y + 50.0 * share).assign(tag=f"T{seed}")


def _at(t: pd.DatetimeIndex, lon: float, x_km: np.ndarray, y_km: np.ndarray) -> pd.DataFrame:
    scale = KM_PER_DEG * np.cos(np.radians(LAT))
    return pd.DataFrame({"t": t, "lon": lon + x_km / scale, "lat": LAT + y_km / KM_PER_DEG})


def lying(start: str, end: str, lon: float, lat: float, error_m: float = 15.0) -> pd.DataFrame:
    """Return the fixes of a collar that nobody wears."""
    rng, t = np.random.default_rng(7), pd.date_range(start, end, freq="4h", tz="UTC")
    x, y = rng.normal(0, error_m / 1000, (2, len(t)))
    return _at(t, lon, x, y).assign(lat=lat + y / KM_PER_DEG)


def cut(tracks: Tracks, animal: str, end: str) -> Tracks:
    """Return the herd with one track that ends earlier."""
    own = tracks[animal]
    return {**tracks, animal: own[own["t"] < pd.Timestamp(end, tz="UTC")]}


def carried(tracks: Tracks) -> Tracks:
    """One dies on 10 August; on 20 August its collar is driven 70 km to an office."""
    alive = cut(tracks, "A2", "2019-08-10")
    last = alive["A2"].iloc[-1]
    dead = lying("2019-08-10", "2019-08-20", last.lon, last.lat)
    office = lying("2019-08-20 04:00", "2019-12-20", LON + 0.4, LAT + 1.05)
    return {**alive, "A2": pd.concat([alive["A2"], dead, office]).assign(tag="T2")}


def shot(tracks: Tracks) -> Tracks:
    """One is shot on 10 August, and its collar is driven to an office at once."""
    alive = cut(tracks, "A2", "2019-08-10")
    office = lying("2019-08-10", "2019-12-20", LON + 0.5, LAT - 0.2)
    return {**alive, "A2": pd.concat([alive["A2"], office]).assign(tag="T2")}


def walked_off(tracks: Tracks) -> Tracks:
    """One dies on 10 August, and somebody carries its collar 8 km on 20 August."""
    alive = cut(tracks, "A2", "2019-08-10")
    last = alive["A2"].iloc[-1]
    dead = lying("2019-08-10", "2019-08-20", last.lon, last.lat)
    hut = lying("2019-08-20 04:00", "2019-12-20", last.lon + 0.1, last.lat)
    return {**alive, "A2": pd.concat([alive["A2"], dead, hut]).assign(tag="T2")}


def minute_fixes(tracks: Tracks) -> Tracks:
    """Ten fixes of each of two animals have another one minute later, some kilometres away."""
    rng, out = np.random.default_rng(3), dict(tracks)
    for animal in ("A1", "A4"):
        own = tracks[animal]
        extra = own.iloc[np.arange(100, 2100, 200)].copy()
        extra["t"] += pd.Timedelta(minutes=1)
        extra["lon"] += rng.uniform(0.03, 0.2, len(extra))
        out[animal] = pd.concat([own, extra]).sort_values("t", kind="stable")
    return out


def bursts(tracks: Tracks) -> Tracks:
    """One collar takes ten fixes a second apart every four hours."""
    rng, own = np.random.default_rng(5), tracks["A3"]
    parts = [
        own.assign(
            t=own["t"] + pd.Timedelta(seconds=k),
            lon=own["lon"] + rng.normal(0, 5e-5, len(own)),
            lat=own["lat"] + rng.normal(0, 4e-5, len(own)),
        )
        for k in range(10)
    ]
    return {**tracks, "A3": pd.concat(parts).sort_values("t", kind="stable")}


def other_zone(tracks: Tracks) -> Tracks:
    """From 1 December on one animal is 6 degrees too far west: the wrong UTM zone."""
    return _moved(tracks, "2019-12-01", lambda own: own.assign(lon=own["lon"] - 6.0))


def other_zone_in_autumn(tracks: Tracks) -> Tracks:
    """From 10 August on one animal is 6 degrees too far west."""
    return _moved(tracks, "2019-08-10", lambda own: own.assign(lon=own["lon"] - 6.0))


def moved_by_people(tracks: Tracks) -> Tracks:
    """One is caught on 10 August and set free 70 km away, where it stays."""
    own, rng = tracks["A2"], np.random.default_rng(11)
    late = own["t"] >= pd.Timestamp("2019-08-10", tz="UTC")
    x, y = rng.normal(0, 0.8, (2, int(late.sum())))
    there = _at(pd.DatetimeIndex(own.loc[late, "t"]), LON + 0.8, x, y + 80.0)
    return {**tracks, "A2": pd.concat([own[~late], there.assign(tag="T2")])}


def southern_winter(tracks: Tracks) -> Tracks:
    """From 1 December on one animal has lost the sign of its latitude."""
    return _moved(tracks, "2019-12-01", lambda own: own.assign(lat=-own["lat"]))


def _moved(tracks: Tracks, start: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Tracks:
    own = tracks["A2"]
    late = own["t"] >= pd.Timestamp(start, tz="UTC")
    return {**tracks, "A2": pd.concat([own[~late], change(own[late])])}


def southern_animal(tracks: Tracks) -> Tracks:
    """One animal has lost the sign of its latitude altogether."""
    return _moved(tracks, "2019-01-01", lambda own: own.assign(lat=-own["lat"]))


def eastern_animal(tracks: Tracks) -> Tracks:
    """One animal has lost the sign of its longitude altogether."""
    return _moved(tracks, "2019-01-01", lambda own: own.assign(lon=-own["lon"]))


def two_tags(tracks: Tracks) -> Tracks:
    """From 1 June on the old collar lies in the grass while the animal wears a new one."""
    own = tracks["A2"]
    late = own["t"] >= pd.Timestamp("2019-06-01", tz="UTC")
    old = lying("2019-06-01 02:00", "2019-12-20", LON, LAT + 0.2).assign(tag="T2")
    new = own.assign(tag=np.where(late, "T2b", "T2"))
    return {**tracks, "A2": pd.concat([new, old]).sort_values("t", kind="stable")}


def rolled_over(tracks: Tracks) -> Tracks:
    """From 15 July on one collar writes dates 1,024 weeks too early."""
    back = pd.Timedelta(weeks=1024)
    return _moved(tracks, "2019-07-15", lambda own: own.assign(t=own["t"] - back))


def rolled_over_always(tracks: Tracks) -> Tracks:
    """All dates of one collar are 1,024 weeks too early."""
    back = pd.Timedelta(weeks=1024)
    return _moved(tracks, "2019-01-01", lambda own: own.assign(t=own["t"] - back))


def future(tracks: Tracks) -> Tracks:
    """One collar thinks that it is 30 years later."""
    return _moved(
        tracks, "2019-07-15", lambda own: own.assign(t=own["t"] + pd.DateOffset(years=30))
    )


def same_name(tracks: Tracks) -> Tracks:
    """Two projects have an animal of one name at the same time; ``/`` parts the files."""
    other = tracks["A3"].assign(lat=tracks["A3"]["lat"] - 0.4, tag="S1")
    return {**{name: own for name, own in tracks.items() if name != "A3"}, "A1/other": other}


def study(tracks: Tracks, folder: Path) -> Path:
    """Write a study of these tracks and two fences; return its configuration."""
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    files: dict[str, list[pd.DataFrame]] = {}
    for name, own in tracks.items():
        animal, _, file = name.partition("/")
        files.setdefault(file or "tracks", []).append(own.assign(id=animal))
    for file, parts in files.items():
        rows = pd.concat(parts)
        rows["t"] = rows["t"].dt.strftime("%Y-%m-%d %H:%M:%S")
        rows.to_csv(raw / f"{file}.csv", index=False, float_format="%.6f")
    lines = [LineString([(LON - 0.4, lat), (LON + 0.4, lat)]) for lat in FENCES.values()]
    fences = gpd.GeoDataFrame({"id": list(FENCES)}, geometry=lines, crs=4326)
    fences.to_file(raw / "fences.geojson", driver="GeoJSON")
    sources = "\n".join(SOURCE.replace("NAME", file) for file in files)
    config = folder / "config.yaml"
    config.write_text(CONFIG.replace("SOURCES", sources), encoding="utf-8")
    return config
