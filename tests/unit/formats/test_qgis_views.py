"""Themes, bookmarks and sheets as QGIS keeps them."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest
from shapely import from_wkt

from corridors.formats.qgis import Project, document
from corridors.formats.qgis_views import Bookmark, Sheet, Theme, sheet_element

HOSTILE = "<img src=x onerror=alert(1)>[% env('HOME') %]"


def written(**views: object) -> Element:
    made = Project("A title", "", "", "EPSG:32643", (0.0, 0.0, 20_000.0, 10_000.0), **views)  # type: ignore[arg-type]
    return fromstring(document(made).split("\n", 1)[1])


def test_a_bookmark_is_a_window_in_degrees() -> None:
    root = written(bookmarks=(Bookmark("1 Fence", "Places", (73.0, 37.0, 73.2, 37.1)),))
    (mark,) = root.iter("Bookmark")
    assert (mark.get("name"), mark.get("group")) == ("1 Fence", "Places")
    assert from_wkt(mark.get("extent", "")).bounds == (73.0, 37.0, 73.2, 37.1)
    assert mark.findtext("spatialrefsys/authid") == "EPSG:4326"


def test_a_theme_names_layers_by_the_id_that_they_have() -> None:
    root = written(themes=(Theme("Decision", ("threats", "corridors")),))
    (preset,) = root.iter("visibility-preset")
    assert [layer.get("id") for layer in preset] == ["corridors_threats", "corridors_corridors"]


def test_what_people_wrote_is_not_computed_on_a_sheet() -> None:
    root = written(sheet=Sheet("Map sheet", HOSTILE, HOSTILE, "Decision"))
    texts = [item.attrib["labelText"] for item in root.findall(".//LayoutItem[@labelText]")]
    assert len(texts) == 2
    for text in texts:
        assert "[%" not in text
        assert text.startswith("<img src=x")


@pytest.mark.parametrize(
    "bounds",
    [(0.0, 0.0, 20_000.0, 10_000.0), (-5.0, 100.0, 0.0, 90_000.0), (0.0, 0.0, 0.5, 0.5)],
)
def test_the_map_of_a_sheet_shows_everything_and_is_not_distorted(
    bounds: tuple[float, float, float, float],
) -> None:
    root = sheet_element(Sheet("Map sheet", "", "", "Decision"), bounds)
    shown = next(item for item in root.iter("LayoutItem") if item.get("id") == "map")
    found = shown.find("Extent")
    assert found is not None
    xmin, ymin, xmax, ymax = (
        float(found.get(side, "")) for side in ("xmin", "ymin", "xmax", "ymax")
    )
    assert xmin <= bounds[0]
    assert ymin <= bounds[1]
    assert xmax >= bounds[2]
    assert ymax >= bounds[3]
    width, height = (float(x) for x in shown.get("size", "").split(",")[:2])
    assert (xmax - xmin) / (ymax - ymin) == pytest.approx(width / height)


def test_the_scale_bar_is_round_and_fits() -> None:
    root = sheet_element(Sheet("Map sheet", "", "", "Decision"), (0.0, 0.0, 80_000.0, 60_000.0))
    bar = next(item for item in root.iter("LayoutItem") if item.get("id") == "scale")
    assert (bar.get("unitType"), bar.get("numUnitsPerSegment")) == ("km", "10")


def test_the_same_project_has_the_same_bytes() -> None:
    views = {
        "bookmarks": (Bookmark("1 Fence", "Places", (73.0, 37.0, 73.2, 37.1)),),
        "themes": (Theme("Decision", ("threats",)),),
        "sheet": Sheet("Map sheet", "A title", "", "Decision"),
    }
    first, second = (
        document(Project("A title", "", "", "EPSG:32643", (0.0, 0.0, 1.0, 1.0), **views))  # type: ignore[arg-type]
        for _ in range(2)
    )
    assert first == second
