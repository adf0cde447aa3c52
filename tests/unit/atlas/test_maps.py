"""The legend of a herd's map stays inside the picture, whatever its words are."""

from __future__ import annotations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D

from corridors.atlas import maps


@pytest.mark.parametrize("extent", [(0.0, 0.0, 30_000.0, 10_000.0), (0.0, 0.0, 9_000.0, 30_000.0)])
@pytest.mark.parametrize("label", ["Road", "Коридор: интенсивное использование, среднее и слабое"])
def test_a_legend_does_not_reach_beyond_the_picture(
    extent: tuple[float, float, float, float], label: str
) -> None:
    figure, _, legend = maps._sheet(extent, 10.0, 100)
    entries = [Line2D([], [], label=label) for _ in range(16)]
    maps._draw_legend(figure, legend, entries)
    drawn = legend.get_legend()
    assert drawn is not None
    box = drawn.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    assert box.x1 <= figure.bbox.x1
    assert " ".join(str(entries[0].get_label()).split()) == label
