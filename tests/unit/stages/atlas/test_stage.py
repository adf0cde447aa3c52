"""The stage `atlas`: the herds that are done, side by side."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from corridors.foundation.artefacts import Layer, Linked, silent
from corridors.foundation.errors import MissingInputError
from corridors.stages.atlas import stage as atlas
from worlds import results
from worlds.results import one_herd
from worlds.stages import settings


def joined(herds: dict[str, atlas.OneHerd], *, tier: str = "internal") -> atlas.Results:
    """Join herds of a study that has another one, which is never done."""
    config = results.config(tier=tier).model_dump(by_alias=True)
    own = config["herds"].pop("made-up")
    config["herds"] = dict.fromkeys((*herds, "never-done"), own)
    made: atlas.Results = atlas.run(
        atlas.Inputs(herds), settings("atlas", "all-herds", **config), silent
    )
    return made


def herd(name: str, *, tracked: bool = True) -> atlas.OneHerd:
    return one_herd(results.inputs(name, tracked=tracked))


def rows_of(made: atlas.Results, name: str) -> pd.DataFrame:
    return next(layer.frame for layer in made.package.layers if layer.name == name)


def test_no_herd_that_is_done_gives_no_atlas() -> None:
    with pytest.raises(MissingInputError, match="no herd is done"):
        joined({})


def test_threats_of_all_herds_have_one_order() -> None:
    made = joined({"east": herd("east"), "west": herd("west")})
    threats = rows_of(made, "threats")
    assert set(threats["herd"]) == {"east", "west"}
    met = threats[threats["atlas_rank"].notna()]
    assert met["atlas_rank"].tolist() == list(range(1, len(met) + 1))
    assert met["missing_per_year"].is_monotonic_decreasing
    assert set(threats.loc[len(met) :, "grade"]) == {"not_known"}
    assert rows_of(made, "herds")["herd"].tolist() == ["east", "west"]


def test_a_modelled_corridor_counts_only_where_nobody_was_tracked() -> None:
    known = herd("known")
    both = replace(known, modelled=herd("known", tracked=False).modelled)
    made = joined({"known": both, "unknown": herd("unknown", tracked=False)})
    assert set(rows_of(made, "corridors")["herd"]) == {"known"}
    assert set(rows_of(made, "modelled_corridor")["herd"]) == {"unknown"}


def test_the_index_links_to_the_reports_that_there_are_and_names_the_other_herds() -> None:
    one = herd("one")
    html = joined({"one": replace(one, report=Linked("page.html"))}).index.text
    assert 'href="../one/page.html"' in html
    assert "never-done" in html
    assert "../never-done/" not in html
    assert "1 of 2 herds are in this atlas" in html
    assert "SIMULATED DATA: one" in html


def test_bottlenecks_of_all_herds_are_a_layer_of_the_project_and_stand_on_the_map() -> None:
    given = {"east": herd("east"), "west": herd("west")}
    made = joined(given)
    shown = rows_of(made, "bottlenecks")
    assert shown.groupby("herd").size().to_dict() == {"east": 3, "west": 3}
    assert "bottlenecks" in [layer.key for layer in made.project.layers]
    assert 'id="shapes-bottlenecks"' in made.map.text
    none = {"east": replace(given["east"], bottlenecks=herd("east", tracked=False).bottlenecks)}
    assert "bottlenecks" not in [layer.key for layer in joined(none).project.layers]
    assert 'id="shapes-bottlenecks"' in joined(none).map.text


def test_index_and_map_call_a_herd_by_the_title_of_its_record() -> None:
    config = results.config().model_dump(by_alias=True)
    config["herds"] = {"east": config["herds"]["made-up"] | {"record": {"title": "Argali <of> A"}}}
    made = atlas.run(
        atlas.Inputs({"east": herd("east")}), settings("atlas", "all-herds", **config), silent
    )
    html = made.index.text
    assert html.count(">Argali &lt;of&gt; A</a>") >= 2
    assert ">east</a>" not in html
    assert "Argali \\u003cof\\u003e A" in made.map.text


def embedded(made: atlas.Results, name: str) -> dict[str, Any]:
    found = re.search(f'<script type="application/json" id="{name}">(.*?)</script>', made.map.text)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_the_map_knows_the_months_of_seasons_and_places_but_partners_none_of_one_animal() -> None:
    may, july, february = 1 << 4, 1 << 6, 1 << 1
    for tier, met in (("internal", may | july), ("partner", may)):
        made = joined({"one": herd("one")}, tier=tier)
        shapes = embedded(made, "shapes-corridors")["features"]
        spring = {
            one["properties"]["months"] for one in shapes if one["properties"]["season"] == "spring"
        }
        assert spring == {may | february}  # in February nobody was tracked
        columns = embedded(made, "data")["columns"]
        own = dict(zip(columns["threat"], columns["months"], strict=True))
        assert own["one/fence-1:0"] == met | february
        assert own["one/road-1:0"] == 0
        assert ("where it was more than one" in made.map.text) == (tier == "partner")


def test_partners_get_no_stopovers_of_a_season_of_one_animal() -> None:
    one = herd("one")
    corridors = one.corridors.read().assign(
        n_tracked=lambda rows: 3 - 2 * (rows["season"] == "spring")
    )
    stopovers = one.stopovers.read().assign(season=["spring", "autumn", "all"])
    given = {"one": replace(one, corridors=Layer.of(corridors), stopovers=Layer.of(stopovers))}
    for tier, left in (("internal", {"spring", "autumn", "all"}), ("partner", {"autumn", "all"})):
        shapes = embedded(joined(given, tier=tier), "shapes-stopovers")["features"]
        assert {one["properties"]["season"] for one in shapes} == left


def test_partners_get_no_corridor_of_a_single_animal() -> None:
    one = herd("one")
    corridors = one.corridors.read()
    alone = corridors.assign(n_tracked=corridors["season"].map({"spring": 1}).fillna(3).astype(int))
    given = {"one": replace(one, corridors=Layer.of(alone))}
    assert set(rows_of(joined(given), "corridors")["season"]) == {"all", "spring", "autumn"}
    shown = rows_of(joined(given, tier="partner"), "corridors")
    assert set(shown["season"]) == {"all", "autumn"}
