"""The same herd somewhere else, in another order, in parts: the same results.

A herd is built in the plane of a working CRS and put on the globe by undoing the projection, so
that the same planar herd lies in the Pamirs, across the antimeridian, at the poles. What comes
back through longitude and latitude is the plane again, to some nanometres (see the poles below).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.config.model import Segment
from corridors.foundation.arrays import Bits, Floats
from corridors.foundation.crs import GEOD, GEOGRAPHIC, project, transformer, working_crs
from corridors.foundation.grid import pack
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.movement import spikes
from corridors.movement.fixes import bursts, flag_fixes, seconds
from corridors.movement.migrations import classify
from corridors.movement.occurrence import bridge_surface
from corridors.movement.population import Herd, Use, animal, window
from corridors.movement.variance import motion_variance
from corridors.movement.windows import migration_windows
from corridors.stages.segment.tracked import rules_of

SAME = 1e-9
CELL_M = 500.0
START = pd.Timestamp("2024-01-01", tz="UTC")
LIMITS: dict[str, Any] = {
    "max_speed_m_s": 3.0,
    "spike_speed_m_s": 1.5,
    "spike_turn_cos": -0.97,
    "spike_median_m": 1e5,
    "dop_max": 10.0,
    "allow_2d": True,
    "sprint_m": 1000.0,
    "repeat_s": 30.0,
    "error_m": 20.0,
    "error_per_dop_m": None,
    "mortality_h": 48.0,
    "burst_gap_h": 49.0,
    "settling_days": 1.0,
}
PAMIR = (73.0, 37.0)
PLACES = [(180.0, 66.0), (-179.8, 66.0), (30.0, 89.5), (0.0, 90.0), (-60.0, -90.0), (12.3, 0.0)]
seeds = st.integers(0, 2**32 - 1)
places = st.one_of(
    st.sampled_from(PLACES),
    st.tuples(
        st.integers(-1800, 1800).map(lambda n: n / 10), st.integers(-900, 900).map(lambda n: n / 10)
    ),
)


def examples(n: int) -> Any:
    return settings(derandomize=True, deadline=None, max_examples=n)


def geographic(x_m: Floats, y_m: Floats, crs: str) -> tuple[Floats, Floats]:
    """Return the longitude and latitude that ``crs`` maps to planar positions, to nanometres.

    PROJ's own inverse is up to a millimetre off; what it misses is added before the next try.
    """
    x, y = x_m, y_m
    for _ in range(4):
        lon, lat = (np.asarray(v) for v in transformer(crs, GEOGRAPHIC).transform(x, y))
        back_x, back_y = project(lon, lat, crs)
        x, y = x + (x_m - back_x), y + (y_m - back_y)
    return lon, lat


@dataclass(frozen=True)
class Fixes:
    """Fixes of a herd, sorted by (animal, time), with planar positions; NaN: none."""

    frame: pd.DataFrame
    x_m: Floats
    y_m: Floats

    def flags(self) -> Bits:
        return flag_fixes(self.frame, self.x_m, self.y_m, **LIMITS)

    def at(self, lon_deg: float, lat_deg: float) -> tuple[Fixes, Fixes]:
        """Return what cleaning and what the later stages see of the herd at another place.

        Cleaning measures in a plane around the herd that it finds itself; later stages in the
        working CRS, here the one that the herd was built in.
        """
        crs = f"+proj=laea +lat_0={lat_deg} +lon_0={lon_deg} +datum=WGS84 +units=m +type=crs"
        placed = np.isfinite(self.x_m)
        lon, lat = np.full((2, placed.size), np.nan)
        lon[placed], lat[placed] = geographic(self.x_m[placed], self.y_m[placed], crs)
        around = working_crs(lon[placed], lat[placed])
        return (
            replace(self, **dict(zip(("x_m", "y_m"), project(lon, lat, around), strict=True))),
            replace(self, **dict(zip(("x_m", "y_m"), project(lon, lat, crs), strict=True))),
        )

    def turned(self) -> Fixes:
        """Return the herd turned by a right angle, which maps the lattice of cells onto itself."""
        return replace(self, x_m=-self.y_m, y_m=self.x_m)


def track(rng: np.random.Generator, name: str) -> Fixes:
    """Return a year of a migrant, disperser or resident with every kind of bad fix."""
    hours = np.cumsum(rng.choice([4.0, 6.0, 12.0], 900))
    hours = hours[hours < 24 * 364]
    day = hours / 24
    kind = rng.choice(["migrant", "disperser", "resident"], p=[0.6, 0.2, 0.2])
    out = 1 / (1 + np.exp((rng.normal(110, 8) - day) / 4))
    back = 1 / (1 + np.exp((rng.normal(280, 8) - day) / 4)) if kind == "migrant" else 0.0
    along = 0.0 * day if kind == "resident" else rng.uniform(30e3, 60e3) * (out - back)
    heading = rng.uniform(0.9, 1.3)
    drift = np.array([np.cos(heading), np.sin(heading)])[:, None] * along
    xy = drift + rng.normal(0, 900, (2, hours.size)) + rng.normal(0, 2000, (2, 1))
    n = hours.size
    odd = rng.choice(np.arange(30, n - 30), 6, replace=False)
    xy[:, odd[:3]] += rng.choice([-1, 1], (2, 3)) * 150e3
    xy[:, odd[3]] = np.nan
    frame = pd.DataFrame(
        {
            "fix": [f"{name}{i}" for i in range(n)],
            "animal": name,
            "time_utc": START + pd.to_timedelta(np.round(hours * 3600), unit="s"),
            "dop": np.where(rng.random(n) < 0.01, 20.0, rng.uniform(1, 6, n)),
            "fix_type": "3d",
            "flags": np.zeros(n, dtype="uint16"),
        }
    )
    frame.loc[odd[3], "flags"] = FLAG_BIT["no_position"]
    return Fixes(frame, xy[0], xy[1])


def herd(seed: int, n_animals: int = 3) -> Fixes:
    rng = np.random.default_rng(seed)
    tracks = [track(rng, name) for name in "abcdefgh"[:n_animals]]
    return Fixes(
        pd.concat([one.frame for one in tracks], ignore_index=True),
        np.concatenate([one.x_m for one in tracks]),
        np.concatenate([one.y_m for one in tracks]),
    )


@dataclass(frozen=True)
class Results:
    """Class of each animal, days of its windows and motion variance of each; cells by count."""

    classes: list[str]
    windows_d: Floats
    s2_m2_min: Floats
    n_cells: list[int]
    mass: Floats


def results(fixes: Fixes, flags: Bits) -> Results:
    """Run what follows cleaning."""
    rules = rules_of(Segment(), None)
    classes, windows_d, s2 = [], [], []
    total = Herd()
    time_s = seconds(fixes.frame["time_utc"])
    for rows in fixes.frame.groupby("animal", sort=True).indices.values():
        use = rows[flags[rows] == 0]
        days = (time_s[use] - START.timestamp()) / 86400
        x, y = fixes.x_m[use], fixes.y_m[use]
        found = classify(days, x, y, rules=rules)
        classes.append(found.label)
        windows = migration_windows(days, x, y, found.moves, padding_phi=2.0)
        uses: list[Use] = []
        for one in windows:
            if one is None:
                continue
            windows_d += [one.start_d, one.end_d]
            part = (days >= one.start_d) & (days <= one.end_d)
            minutes, error = days[part] * 1440, np.full(int(part.sum()), 20.0)
            arrays = x[part], y[part], minutes, error
            s2.append(
                motion_variance(*arrays, max_lag_min=720.0, form="corrected").s2_m2_min
                if minutes.size > 2
                else 1000.0
            )
            surface = bridge_surface(
                *arrays,
                s2[-1],
                crs="plane",
                cell_m=CELL_M,
                max_lag_min=720.0,
                time_tolerance=1e-11,  # or a panel more or less would be all that is seen
                memory_mb=1500.0,
            )
            uses.append(window(surface, footprint_isopleth=0.99))
        if uses:
            total.add(animal({"spring": uses}))
    population = total.population()
    if population is None:
        return Results(classes, np.array(windows_d), np.array(s2), [], np.empty(0))
    return Results(
        classes,
        np.array(windows_d),
        np.array(s2),
        [population.cells(n).size for n in (1, 2, 3)],
        np.sort(population.surface.mass)[::-1],
    )


def assert_same(one: Results, other: Results, rtol: float = SAME) -> None:
    assert other.classes == one.classes
    assert other.windows_d.tolist() == one.windows_d.tolist()
    np.testing.assert_allclose(other.s2_m2_min, one.s2_m2_min, rtol=rtol)
    # Areas in the plane: the same number of cells.
    assert other.n_cells == one.n_cells
    n = min(one.mass.size, other.mass.size)
    np.testing.assert_allclose(other.mass[:n], one.mass[:n], rtol=0, atol=SAME)
    assert other.mass[n:].sum() + one.mass[n:].sum() < SAME


@examples(25)
@given(seeds, places)
def test_a_herd_has_the_same_flags_anywhere_on_earth(seed: int, place: tuple[float, float]) -> None:
    fixes = herd(seed)
    flags = fixes.flags()
    assert {"spike", "poor_fix", "no_position"} <= {
        name for name, bit in FLAG_BIT.items() if (flags & bit).any()
    }
    seen, _ = fixes.at(*place)
    assert seen.flags().tolist() == flags.tolist()


@pytest.mark.parametrize("place", PLACES)
@examples(2)
@given(seed=seeds)
def test_classes_windows_variances_and_areas_are_the_same_anywhere_on_earth(
    seed: int, place: tuple[float, float]
) -> None:
    fixes = herd(seed)
    home, away = (fixes.at(*where)[1] for where in (PAMIR, place))
    # Within some hundred metres of a pole PROJ places positions to a tenth of a millimetre only.
    is_polar = abs(place[1]) > 89
    for axis in ("x_m", "y_m"):
        np.testing.assert_allclose(
            getattr(away, axis), getattr(home, axis), rtol=0, atol=1e-3 if is_polar else 1e-6
        )
    flags = fixes.flags()
    assert_same(results(home, flags), results(away, flags), rtol=1e-6 if is_polar else SAME)


@pytest.mark.parametrize("place", PLACES)
def test_the_working_crs_finds_the_herd_across_seams_and_at_the_poles(
    place: tuple[float, float],
) -> None:
    fixes = herd(1)
    crs = f"+proj=laea +lat_0={place[1]} +lon_0={place[0]} +datum=WGS84 +units=m +type=crs"
    use = fixes.flags() == 0
    x, y = fixes.x_m[use], fixes.y_m[use]
    lon, lat = geographic(x, y, crs)
    found = dict(part.split("=") for part in working_crs(lon, lat).split() if "=" in part)
    middle = transformer(crs, GEOGRAPHIC).transform(np.median(x), np.median(y))
    apart = GEOD.inv(float(found["+lon_0"]), float(found["+lat_0"]), *middle)[2]
    # A tenth of a degree is up to 11 km, the component-wise median another kilometre or two.
    assert apart < 10e3
    # And the plane around it keeps distances, whatever way it is turned.
    px, py = project(lon, lat, working_crs(lon, lat))
    np.testing.assert_allclose(
        np.hypot(np.diff(px), np.diff(py)), np.hypot(np.diff(x), np.diff(y)), rtol=1e-4
    )


@examples(6)
@given(seeds, st.integers(-400, 400), st.integers(-400, 400))
def test_moving_by_whole_cells_and_turning_by_right_angles_changes_nothing(
    seed: int, east: int, north: int
) -> None:
    fixes = herd(seed)
    flags = fixes.flags()
    plain = results(fixes, flags)
    moved = replace(fixes, x_m=fixes.x_m + east * CELL_M, y_m=fixes.y_m + north * CELL_M)
    assert moved.flags().tolist() == flags.tolist()
    assert_same(plain, results(moved, flags))
    turned = fixes.turned()
    assert turned.flags().tolist() == flags.tolist()
    assert_same(plain, results(turned, flags))


@examples(10)
@given(seeds, st.floats(0, 2 * np.pi))
def test_turning_by_any_angle_keeps_flags_classes_and_variance(seed: int, angle: float) -> None:
    fixes = herd(seed, 1)
    cos, sin = np.cos(angle), np.sin(angle)
    turned = replace(
        fixes, x_m=cos * fixes.x_m - sin * fixes.y_m, y_m=sin * fixes.x_m + cos * fixes.y_m
    )
    flags = fixes.flags()
    assert turned.flags().tolist() == flags.tolist()
    use = flags == 0
    days = (seconds(fixes.frame["time_utc"])[use] - START.timestamp()) / 86400
    found = []
    for one in (fixes, turned):
        x, y = one.x_m[use], one.y_m[use]
        label = classify(days, x, y, rules=rules_of(Segment(), None)).label
        variance = motion_variance(
            x, y, days * 1440, np.full(days.size, 20.0), max_lag_min=720.0, form="corrected"
        )
        found.append((label, variance))
    assert found[0][0] == found[1][0]
    for name in ("s2_m2_min", "s2_low_m2_min", "s2_high_m2_min"):
        np.testing.assert_allclose(
            getattr(found[0][1], name), getattr(found[1][1], name), rtol=SAME
        )


@examples(25)
@given(seeds, seeds)
def test_the_order_of_rows_and_repeated_rows_change_nothing(seed: int, shuffle: int) -> None:
    fixes = herd(seed, 2)
    flags = fixes.flags()
    rng = np.random.default_rng(shuffle)
    whole = fixes.frame.assign(x_m=fixes.x_m, y_m=fixes.y_m)
    # A good moment again, with a worse or unknown DOP and another place.
    again = whole[flags == 0].sample(40, random_state=rng)
    again = again.assign(
        fix="again-" + again["fix"],
        dop=np.where(rng.random(40) < 0.5, np.nan, again["dop"] + 0.5),
        x_m=again["x_m"] + rng.normal(0, 50_000, 40),
    )
    mixed = pd.concat([whole, again]).sample(frac=1, random_state=rng)
    # As the stage `ingest` does.
    mixed = mixed.sort_values(["animal", "time_utc"], kind="stable").reset_index(drop=True)
    found = flag_fixes(mixed, mixed["x_m"].to_numpy(), mixed["y_m"].to_numpy(), **LIMITS)
    is_again = mixed["fix"].str.startswith("again-").to_numpy()
    assert (found[is_again] == FLAG_BIT["duplicate_time"]).all()
    kept = dict(zip(mixed["fix"][~is_again], found[~is_again].tolist(), strict=True))
    assert kept == dict(zip(fixes.frame["fix"], flags.tolist(), strict=True))
    track = pd.factorize(mixed["animal"])[0].astype(np.int64)
    number = bursts(track, seconds(mixed["time_utc"]), found, gap_h=LIMITS["burst_gap_h"])
    own = pd.factorize(fixes.frame["animal"])[0].astype(np.int64)
    before = bursts(own, seconds(fixes.frame["time_utc"]), flags, gap_h=LIMITS["burst_gap_h"])
    assert number[~is_again].tolist() == before.tolist()
    assert (number[is_again] == -1).all()


@examples(15)
@given(seeds, st.integers(1, 60))
def test_flags_do_not_depend_on_how_the_work_is_cut(seed: int, chunk: int) -> None:
    fixes = herd(seed)
    whole = fixes.flags()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spikes, "_CHUNK", chunk)
        assert fixes.flags().tolist() == whole.tolist()
    alone = [
        Fixes(fixes.frame.iloc[rows].reset_index(drop=True), fixes.x_m[rows], fixes.y_m[rows])
        for rows in fixes.frame.groupby("animal", sort=True).indices.values()
    ]
    assert np.concatenate([one.flags() for one in alone]).tolist() == whole.tolist()


@examples(30)
@given(seeds, st.integers(2, 6))
def test_the_order_of_animals_changes_no_class_and_no_mass(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    uses = []
    for _ in range(n):
        x, y = np.cumsum(rng.normal(0, 2000, (2, 15)), axis=1)
        surface = bridge_surface(
            x, y, np.arange(15) * 120.0, np.full(15, 20.0), 800.0, crs="plane", cell_m=CELL_M,
            max_lag_min=480.0, time_tolerance=1e-4, memory_mb=1500.0,
        )  # fmt: skip
        uses.append(animal({"spring": [window(surface, footprint_isopleth=0.99)]}))
    found = []
    for order in (np.arange(n), rng.permutation(n)):
        total = Herd()
        for i in order:
            total.add(uses[i])
        found.append(total.population())
    one, other = found
    assert one is not None
    assert other is not None
    for k in range(1, n + 1):
        assert one.cells(k).tolist() == other.cells(k).tolist()
    assert pack(one.surface.row, one.surface.col).tolist() == (
        pack(other.surface.row, other.surface.col).tolist()
    )
    np.testing.assert_allclose(one.surface.mass, other.surface.mass, rtol=1e-12)
