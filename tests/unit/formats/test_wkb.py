"""Well-known binary that GEOS refuses, read part by part."""

from __future__ import annotations

import struct

import pytest
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Point, box

from corridors.formats.wkb import readable_parts

SHAPES = (
    Point(7, 60),
    LineString([(0, 0), (1, 2), (3, 1)]),
    box(0, 0, 3, 3).difference(box(1, 1, 2, 2)),
    MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 4)]]),
    MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]),
)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.geom_type)
@pytest.mark.parametrize("byte_order", [0, 1])
@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_what_geos_writes_is_read_as_it_is(shape: object, byte_order: int, flavor: str) -> None:
    high = shapely.force_3d(shape, 5.0)
    for one in (shape, high):
        data = shapely.to_wkb(one, byte_order=byte_order, flavor=flavor, output_dimension=3)
        found, lost = readable_parts(data)
        assert lost == 0
        assert found.equals(shape)
        assert not found.has_z


def test_a_number_of_the_reference_system_is_passed_over() -> None:
    data = shapely.to_wkb(shapely.set_srid(Point(7, 60), 4326), include_srid=True)
    assert readable_parts(data) == (Point(7, 60), 0)


def test_a_ring_of_three_vertices_takes_its_polygon_along_and_an_open_one_is_closed() -> None:
    def polygon(*vertices: tuple[float, float]) -> bytes:
        flat = [number for one in vertices for number in one]
        return struct.pack(f"<BIII{len(flat)}d", 1, 3, 1, len(vertices), *flat)

    assert readable_parts(polygon((0, 0), (1, 0))) == (None, 1)
    found, lost = readable_parts(polygon((0, 0), (1, 0), (1, 1)))
    assert (found.area, lost) == (0.5, 0)


@pytest.mark.parametrize("cut", [1, 5, 9, 20])
def test_bytes_that_end_early_are_nothing_that_can_be_read(cut: int) -> None:
    data = shapely.to_wkb(LineString([(0, 0), (1, 1)]))
    assert readable_parts(data[:cut]) == (None, 1)
