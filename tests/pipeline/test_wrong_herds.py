"""Mistakes of tracks: the results are those of the clean herd, or the run stops; nothing between.

Of a collar that its animal has lost, the clean herd is the one whose track ends then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import corridors
from corridors.config.load import load as load_study
from corridors.foundation.errors import InputError
from corridors.foundation.facts.clean import CleanFacts
from corridors.notebook.study import LoadedStudy
from corridors.run.inputs import check_inputs
from corridors.stages import registry
from worlds import wrong_herds as wrong

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wrong_herds")]
Made = Callable[[str, Callable[[Path], None]], tuple[Path, float]]
# What ranks are made from: no description of migrations.
UNTIL_RANK = [
    name for name in registry.ORDER[: registry.ORDER.index("rank") + 1] if name != "describe"
]


@dataclass(frozen=True)
class Outcome:
    """What a herd's migrations, corridor and ranks are."""

    study: LoadedStudy

    @property
    def suspicions(self) -> dict[str, set[str]]:
        facts = self.study.facts("clean.facts", "h")
        assert isinstance(facts, CleanFacts)
        found: dict[str, set[str]] = {}
        for one in facts.suspicions:
            found.setdefault(one.kind, set()).add(one.animal)
        return found

    @property
    def moves(self) -> pd.DataFrame:
        rows = self.study.table("segment.migrations", "h")
        rows = rows[rows["part"] == "migration"]
        return rows.set_index(["animal", "season"])[["start_utc", "end_utc"]].sort_index()

    @property
    def corridor_km2(self) -> float:
        rows = self.study.table("delineate.corridors", "h")
        is_all = (rows["season"] == "all") & (rows["corridor_class"] == "low")
        return float(rows.loc[is_all, "area_km2"].sum())

    @property
    def ranks(self) -> pd.DataFrame:
        rows = self.study.table("rank.threats", "h")
        return rows.groupby("name")[["rank", "rank_from", "rank_to"]].min()


def run(tracks: wrong.Tracks, folder: Path) -> None:
    corridors.load(wrong.study(tracks, folder)).run(UNTIL_RANK).raise_any()


def outcome(tracks: wrong.Tracks, folder: Path) -> Outcome:
    run(tracks, folder)
    return Outcome(corridors.load(folder / "config.yaml"))


# First what stops a run: meanwhile the demo's run compiles the kernels that the others need.


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (wrong.southern_animal, "the sign of its lat seems lost"),
        (wrong.eastern_animal, "the sign of its lon seems lost"),
        (wrong.two_tags, "two tags of one animal at the same time"),
        (wrong.same_name, "one name in two files at the same time"),
        (wrong.rolled_over, "set add_1024_weeks_before"),
        (wrong.rolled_over_always, "set add_1024_weeks_before"),
        (wrong.future, "fixes in the future"),
    ],
)
def test_a_contradiction_stops_the_run_and_check_alike(
    mistake: wrong.Mistake, words: str, tmp_path: Path
) -> None:
    config = wrong.study(mistake(wrong.clean_herd()), tmp_path)
    with pytest.raises(InputError, match=words) as ran:
        corridors.load(config).run(["ingest"]).raise_any()
    with pytest.raises(InputError, match=words) as checked:
        check_inputs(load_study(config), ["h"])
    assert [fault.what for fault in ran.value.faults] == [
        fault.what for fault in checked.value.faults
    ]


@pytest.mark.parametrize("mistake", [wrong.carried, wrong.minute_fixes, wrong.bursts])
def test_what_looks_wrong_stops_the_run_and_check_where_a_person_says_so(
    mistake: wrong.Mistake, tmp_path: Path
) -> None:
    config = wrong.study(mistake(wrong.clean_herd()), tmp_path)
    told = check_inputs(load_study(config), ["h"]).surveys.herds
    assert [len(one.remarks) for one in told] == [1]
    stops = "clean: {stop_on: [parted, unreachable, still, far, lost_fixes, repeated]}\n"
    config.write_text(config.read_text(encoding="utf-8") + stops, encoding="utf-8")
    with pytest.raises(InputError, match="something looks wrong that stops the run"):
        check_inputs(load_study(config), ["h"])
    with pytest.raises(InputError, match="something looks wrong that stops the run"):
        corridors.load(config).run(["ingest", "clean"]).raise_any()


@pytest.fixture(scope="module")
def clean(made: Made) -> Outcome:
    folder, _ = made("clean-herd", lambda folder: run(wrong.clean_herd(), folder))
    return Outcome(corridors.load(folder / "config.yaml"))


@pytest.fixture(scope="module")
def died(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    tracks = wrong.cut(wrong.clean_herd(), "A2", "2019-08-10")
    return outcome(tracks, tmp_path_factory.mktemp("died"))


def is_as(found: Outcome, truth: Outcome) -> None:
    """Compare migrations, corridor area, and ranks with the clean herd's intervals."""
    assert found.moves.index.tolist() == truth.moves.index.tolist()
    apart = (found.moves - truth.moves).abs()
    assert (apart <= pd.Timedelta(days=1)).to_numpy().all()
    assert found.corridor_km2 == pytest.approx(truth.corridor_km2, rel=0.02)
    assert found.ranks.index.tolist() == truth.ranks.index.tolist()
    assert (found.ranks["rank"] >= truth.ranks["rank_from"]).all()
    assert (found.ranks["rank"] <= truth.ranks["rank_to"]).all()


def test_the_clean_herd_migrates_and_nothing_looks_wrong(clean: Outcome) -> None:
    assert len(clean.moves) == 12
    assert clean.suspicions == {}
    assert sorted(clean.ranks.index) == ["north", "south"]


@pytest.mark.parametrize(
    ("mistake", "kinds"),
    [
        (wrong.minute_fixes, {"unreachable": {"A1", "A4"}}),
        (wrong.bursts, {"repeated": {"A3"}}),
        (wrong.other_zone, {"unreachable": {"A2"}}),
        (wrong.southern_winter, {"unreachable": {"A2"}}),
    ],
)
def test_a_mistake_changes_nothing_and_is_told(
    mistake: wrong.Mistake, kinds: dict[str, set[str]], clean: Outcome, tmp_path: Path
) -> None:
    found = outcome(mistake(wrong.clean_herd()), tmp_path)
    is_as(found, clean)
    assert found.suspicions == kinds


@pytest.mark.parametrize(
    ("mistake", "kinds"),
    [
        (wrong.carried, {"still"}),
        (wrong.shot, {"still"}),
        (wrong.walked_off, {"still"}),
        (wrong.other_zone_in_autumn, {"unreachable", "lost_fixes"}),
        (wrong.moved_by_people, {"parted"}),
    ],
)
def test_what_is_not_the_animal_at_its_place_changes_nothing_and_is_told(
    mistake: wrong.Mistake, kinds: set[str], died: Outcome, tmp_path: Path
) -> None:
    found = outcome(mistake(wrong.clean_herd()), tmp_path)
    is_as(found, died)
    assert found.suspicions == {kind: {"A2"} for kind in kinds}
