import numpy as np
import pandas as pd
import pytest
import shapely

from corridors.barriers.attempts import COLUMNS, REAL, States, attempts, exposure
from corridors.barriers.copies import Shift, copies
from corridors.barriers.crossings import steps_of, window_of
from corridors.barriers.trials import Rule
from corridors.barriers.visits import Lines, Ways, free_ends

DAY = pd.Timedelta(days=1)
FENCE = np.asarray(shapely.linestrings([[(-3000, 0), (3000, 0)]]), dtype=object)
ONE, SIGN = np.zeros(1, np.int64), np.ones(1, np.int64)
SHIFT = Shift((1500.0, 4000.0), 20.0, 6, 30, 300.0, 0.2)
PLAIN = Rule(np.inf, 1.0)


def track(name, y_of_day, year=2020):
    """Return fixes every 6 h; ``y_of_day`` gives the place on each day of the year."""
    time = pd.date_range(f"{year}-01-01", f"{year}-12-31", freq="6h", tz="UTC").as_unit("us")
    day = np.asarray((time - time[0]) / DAY)
    return pd.DataFrame(
        {"animal": name, "time_utc": time, "x_m": 0.0, "y_m": y_of_day(day), "burst": 0}
    )


def there_and_back(day):
    return np.interp(day, [100, 110, 280, 290], [-2e4, 2e4, 2e4, -2e4])


def turned_back(day):
    return np.interp(day, [100, 105, 120, 125], [-2e4, -50, -50, -2e4])


def stays(day):
    return -2e4 + 0.0 * day


def windows(*rows):
    frame = pd.DataFrame(rows, columns=["animal", "season", "part", "first", "last"])
    for name, of in (("start_utc", "first"), ("end_utc", "last")):
        frame[name] = (pd.Timestamp("2020-01-01", tz="UTC") + frame[of] * DAY).astype(
            "datetime64[us, UTC]"
        )
    return frame.assign(migration=[f"m{k}" for k in range(len(frame))])


MOVES = windows(
    ("a", "spring", "migration", 100, 110),
    ("a", "summer", "range", 110, 280),
    ("a", "autumn", "migration", 280, 290),
    ("b", "spring", "migration", 100, 125),
)
FIXES = pd.concat(
    [track("a", there_and_back), track("b", turned_back), track("c", stays)], ignore_index=True
)


def tracked(fixes=FIXES, moves=MOVES):
    steps = steps_of(fixes, moves, max_lag_h=12.0)
    states = States.of(moves)
    return steps, states, *exposure(steps, moves, states)


def tried(fixes=FIXES, rules=(PLAIN,), tolerance_m=0.0):
    steps, states, _, away = tracked(fixes)
    window = window_of(steps.frame["animal"], steps.frame["start_utc"], MOVES)
    ways = Ways.of(
        steps, window, (MOVES["part"] == "migration").to_numpy(bool), reach_quantile=0.99
    )
    tips = free_ends(FENCE, ONE, SIGN, tolerance_m=1.0)
    lines = Lines.of(FENCE, ONE, SIGN, tips, None)
    moved = copies(FENCE, ONE, SIGN, tips, None, fixes[["x_m", "y_m"]].to_numpy(), SHIFT)
    return states, attempts(
        ways,
        states,
        lines,
        moved,
        away,
        tolerance_m=np.full(1, tolerance_m),
        distance_m=300.0,
        end_m=1000.0,
        rules=rules,
    )


def test_a_season_of_an_animal_that_stays_counts_as_one_of_those_that_migrate():
    _, _, seasons, _ = tracked()
    assert seasons["spring"].to_dict() == {"a": 1.0, "b": 1.0, "c": 1.0}
    assert seasons["autumn"].to_dict() == {"a": 1.0, "b": 1.0, "c": 1.0}


def test_whole_years_and_migrations_alone_have_the_same_seasons_of_migrations():
    at = window_of(FIXES["animal"], FIXES["time_utc"], MOVES)
    cut = FIXES[(at >= 0) & FIXES["animal"].isin(["a"])]
    moves = MOVES[(MOVES["part"] == "migration") & (MOVES["animal"] == "a")].reset_index(drop=True)
    _, _, seasons, _ = tracked(cut.assign(burst=at[cut.index]), moves)
    assert seasons.loc["a", ["spring", "autumn"]].tolist() == [1.0, 1.0]


def test_the_season_after_a_migration_without_one_is_known_by_that_migration():
    _, states, _, away = tracked()
    assert away["window"].tolist() == [3]
    assert [states.names[k] for k in away["state"]] == ["autumn"]


def test_who_passes_who_is_turned_back_and_who_does_not_come_again():
    states, table = tried()
    real = table[table["copy"] == REAL]
    spring, autumn = (states.names.index(name) for name in ("spring", "autumn"))
    by = real.set_index(["animal", "state"])
    assert by.loc[(0, spring), ["trials", "passed", "sure"]].tolist() == [1, 1, 1]
    assert by.loc[(0, autumn), ["trials", "passed"]].tolist() == [1, 1]
    assert by.loc[(1, spring), ["trials", "passed"]].tolist() == [1, 0]
    assert by.loc[(1, autumn), ["trials", "away"]].tolist() == [0, 1]
    assert 2 not in real["animal"].tolist()


def test_each_rule_after_the_first_takes_the_fence_elsewhere_within_its_tolerance():
    def goes_just_over(day):
        return np.interp(day, [100, 110, 280, 290], [-2e4, 40, 40, -2e4])

    fixes = track("a", goes_just_over)
    _, exact = tried(fixes, rules=(PLAIN, PLAIN))
    _, vague = tried(fixes, rules=(PLAIN, PLAIN), tolerance_m=200.0)

    def passed(table):
        real = table[table["copy"] == REAL]
        return real.groupby("rule")["passed"].sum().tolist()

    # The second one lies 96 m farther: there the animal has not arrived.
    assert passed(exact) == [2, 2]
    assert passed(vague) == [2, 0]
    copied = [table[table["copy"] != REAL] for table in (exact, vague)]
    pd.testing.assert_frame_equal(*copied)


def test_however_often_it_tried_the_season_that_it_keeps_away_is_one():
    def comes_twice(day):
        return np.interp(day, [100, 103, 106, 112, 118, 121], [-2e4, -50, -2e4, -2e4, -50, -2e4])

    fixes = pd.concat([track("a", there_and_back), track("b", comes_twice)], ignore_index=True)
    states, table = tried(fixes, [Rule(2.0, 0.0)])
    by = table[table["copy"] == REAL].set_index(["animal", "state"])
    assert by.loc[(1, states.names.index("spring")), "trials"] == 2
    assert by.loc[(1, states.names.index("autumn")), "away"] == 1


def test_copies_stand_off_the_barrier_and_are_passed():
    _, table = tried()
    free = table[(table["copy"] != REAL) & (table["animal"] == 0)]
    assert list(table.columns) == list(COLUMNS)
    assert free["copy"].nunique() >= 4
    assert (free["passed"] == free["trials"]).mean() > 0.9


def test_a_copy_is_a_moved_and_turned_picture_of_the_line():
    tips = free_ends(FENCE, ONE, SIGN, tolerance_m=1.0)
    moved = copies(FENCE, ONE, SIGN, tips, None, FIXES[["x_m", "y_m"]].to_numpy(), SHIFT)
    ends = moved.lines.tree.pieces.ends
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    middle = np.hypot(*((ends[:, :2] + ends[:, 2:]) / 2).T)
    assert length == pytest.approx(6000.0)
    assert ((middle >= 1500) & (middle <= 4000)).all()
    own = moved.lines.free_ends_m[moved.lines.line]
    assert own == pytest.approx(ends)


def test_where_other_barriers_stand_no_copy_is_put():
    wall = np.asarray(
        [
            *FENCE,
            *shapely.linestrings([[(-9e3, y), (9e3, y)] for y in range(-6000, 6001, 400) if y]),
        ],
        dtype=object,
    )
    line, sign = np.arange(len(wall)), np.ones(len(wall), np.int64)
    tips = free_ends(wall, line, sign, tolerance_m=1.0)
    moved = copies(wall, line, sign, tips, None, FIXES[["x_m", "y_m"]].to_numpy(), SHIFT)
    assert 0 not in moved.segment.tolist()
