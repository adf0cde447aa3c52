"""Nothing that fewer than two animals gave: by cell, by polygon, by segment of a barrier."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiPolygon, box

from corridors.config.model import Delineate
from corridors.foundation.crs import to_geographic
from corridors.stages.release.gathering import is_tracked
from corridors.stages.release.met_places import met_places
from corridors.stages.release.shared_ground import SharedGround

CRS = "+proj=laea +lat_0=38 +lon_0=72 +datum=WGS84 +units=m +no_defs +type=crs"
CELL_M = 100.0


def population(season: str, n_animals: np.ndarray) -> pd.DataFrame:
    """Return cells of a block with its south-west corner at the centre of the CRS."""
    row, col = np.indices(n_animals.shape)
    return pd.DataFrame(
        {
            "season": season,
            "row": row.ravel().astype("int32"),
            "col": col.ravel().astype("int32"),
            "mass": 1e-3,
            "n_animals": n_animals.ravel().astype("int32"),
        }
    )


# Twenty rows; columns 0 to 9 used by one animal, 10 to 19 by two, 20 to 29 by five.
USE = np.repeat([1, 2, 5], 10)[None, :].repeat(20, axis=0)


def shared(min_animals: int = 2) -> SharedGround:
    use = pd.concat([population("all", USE), population("winter", USE[:, ::-1])])
    return SharedGround(use, CRS, CELL_M, min_animals=min_animals, delineate=Delineate())


def row(shape: object, **values: object) -> dict[str, object]:
    return {"geometry": to_geographic(shape, CRS), **values}  # type: ignore[arg-type]


def layer(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(list(rows), geometry="geometry", crs=4326)


def test_the_low_class_is_drawn_anew_without_the_ground_of_one_animal() -> None:
    corridors = layer(
        row(box(0, 0, 3000, 2000), season="all", corridor_class="low", n_animals=1,
            n_tracked=5, evidence="tracked"),
        row(box(2000, 0, 3000, 2000), season="all", corridor_class="high", n_animals=5,
            n_tracked=5, evidence="tracked"),
    )  # fmt: skip
    low, high = shared().corridors(corridors)
    assert low.row["corridor_class"] == "low"
    west, south, east, north = low.shape.bounds
    assert (west, south, east, north) == pytest.approx((1000, 0, 3000, 2000), abs=0.1)
    assert high.shape.area == pytest.approx(1000 * 2000, rel=1e-3)
    assert low.shape.buffer(0.1).contains(high.shape)


def test_without_ground_of_two_animals_there_is_no_corridor() -> None:
    corridors = layer(
        row(box(0, 0, 900, 900), season="all", corridor_class="low", n_animals=1, n_tracked=1,
            evidence="tracked"),
    )  # fmt: skip
    alone = SharedGround(
        population("all", np.ones((9, 9))), CRS, CELL_M, min_animals=2, delineate=Delineate()
    )
    assert alone.corridors(corridors) == []


def test_a_range_is_cut_to_the_cells_of_its_own_season() -> None:
    ranges = layer(row(box(0, 0, 3000, 2000), season="winter", isopleth=0.5, evidence="tracked"))
    (one,) = shared().within(ranges, [5])
    assert one.shape.bounds == pytest.approx((0, 0, 2000, 2000), abs=0.1)
    (strict,) = shared(min_animals=3).within(ranges, [5])
    assert strict.shape.bounds == pytest.approx((0, 0, 1000, 2000), abs=0.1)


def test_a_range_of_one_animal_goes_and_one_that_an_expert_drew_stays() -> None:
    ranges = layer(
        row(box(0, 0, 3000, 2000), season="winter", isopleth=0.5, evidence="tracked"),
        row(box(0, 0, 500, 500), season="summer", isopleth=np.nan, evidence="expert"),
    )
    (one,) = shared().within(ranges, [1, 0])
    assert one.row["evidence"] == "expert"
    assert one.shape.area == pytest.approx(500 * 500, rel=1e-3)


def test_a_stopover_of_one_animal_goes() -> None:
    stopovers = layer(
        row(box(0, 0, 900, 900), season="all", stopover="a"),
        row(box(1100, 0, 1900, 900), season="all", stopover="b"),
    )
    (one,) = shared().within(stopovers)
    assert one.row["stopover"] == "b"


def test_a_herd_with_a_range_of_one_animal_counts_as_tracked() -> None:
    drawn = layer(row(box(0, 0, 900, 900), evidence="expert"))
    own = layer(row(box(0, 0, 900, 900), evidence="tracked"))
    assert not is_tracked(drawn, drawn)
    assert is_tracked(drawn, own)


def test_crumbs_go() -> None:
    crumbs = MultiPolygon([box(0, 0, 1000, 1000), box(2000, 0, 2100, 100)])
    assert shared().trimmed(crumbs).area == 1000 * 1000


def places(**changed: object) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    threats = layer(
        {"geometry": LineString([(70, 38), (70, 38.04)]), "threat": "t", "rank": 1.0,
         "n_units": 3, "grade": "act", **changed},
    )  # fmt: skip
    segments = layer(
        *(
            {
                "geometry": LineString([(70, round(38 + 0.01 * j, 2)) for j in (i, i + 1)]),
                "threat": "t",
                "segment": f"t{i}",
                "n_animals": n,
                "trials_per_year": 1.0,
            }
            for i, n in enumerate((1, 2, 4, 1))
        )
    )
    return threats, segments


def test_of_a_place_only_the_stretch_that_two_animals_met_is_shown() -> None:
    (place,) = met_places(*places(), min_animals=2)
    (line,) = place.lines
    assert line.bounds == pytest.approx((70, 38.01, 70, 38.03))
    assert (place.point.x, place.point.y) == pytest.approx((70, 38.025))
    assert place.place_class == "high"


@pytest.mark.parametrize(
    ("changed", "min_animals"), [({"n_units": 1}, 2), ({"grade": "not_known"}, 2), ({}, 5)]
)
def test_a_place_that_too_few_met_is_not_shown(
    changed: dict[str, object], min_animals: int
) -> None:
    assert list(met_places(*places(**changed), min_animals=min_animals)) == []
