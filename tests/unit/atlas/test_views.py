"""Themes, bookmarks and the sheet of a project."""

from __future__ import annotations

import geopandas as gpd

from corridors.atlas.styles import LABELLED_RANKS
from corridors.atlas.views import place_bookmarks, themes, with_views
from corridors.formats.qgis import Project, ProjectLayer
from worlds import barriers

HERD = "made-up"


def layer(key: str) -> ProjectLayer:
    return ProjectLayer(key, key, "", f"./x.gpkg|layername={key}", "EPSG:4326", (0, 0, 1, 1))


def places() -> gpd.GeoDataFrame:
    return barriers.threats(HERD, barriers.segments())


def test_a_theme_holds_what_answers_its_question_and_where_that_is() -> None:
    found = {one.name: one.keys for one in themes([layer("threats"), layer("corridors")])}
    assert found == {"Decision": ("threats", "corridors"), "Threats": ("threats", "corridors")}


def test_there_is_no_theme_without_anything_of_its_own() -> None:
    assert themes([layer("corridors"), layer("ranges")]) == ()
    project = Project("A title", "", "", "EPSG:4326", (0, 0, 1, 1), [layer("ranges")])
    assert with_views(project, places(), sources="").sheet is None


def test_bookmarks_carry_the_number_of_the_map_and_hold_the_place() -> None:
    threats = places()
    marks = place_bookmarks(threats)
    harmful = threats[threats["grade"].isin(["act", "look_on_site"])]
    harmful = harmful[harmful["rank"] <= LABELLED_RANKS].sort_values("rank")
    assert [mark.name.split()[0] for mark in marks] == [f"{n:.0f}" for n in harmful["rank"]]
    assert {mark.group for mark in marks} == {f"Places of {HERD}"}
    for mark, (xmin, ymin, xmax, ymax) in zip(marks, harmful.bounds.to_numpy(), strict=True):
        assert mark.bounds[0] < xmin
        assert mark.bounds[1] < ymin
        assert mark.bounds[2] > xmax
        assert mark.bounds[3] > ymax


def test_bookmarks_of_an_atlas_carry_the_number_of_the_atlas() -> None:
    threats = places()
    marks = place_bookmarks(threats.assign(atlas_rank=threats["rank"] + 100))
    assert [mark.name.split()[0] for mark in marks][:3] == ["101", "102", "103"]


def test_the_sheet_prints_the_first_theme() -> None:
    project = Project("A title", "", "", "EPSG:4326", (0, 0, 1, 1), [layer("threats")])
    sheet = with_views(project, places(), sources="who made it").sheet
    assert sheet is not None
    assert (sheet.title, sheet.theme, sheet.sources) == ("A title", "Decision", "who made it")
