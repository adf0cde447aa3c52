"""The picture of an animal-year: same bytes, any name, quick."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from corridors.atlas.displacement_picture import DisplacementPicture, Shade, draw

TIME = np.datetime64("2007-02-01", "us") + np.arange(0, 300 * 24, 4).astype("timedelta64[h]")
KM = np.interp(np.arange(TIME.size), [500, 600, 1200, 1300], [0.0, 50, 50, 0])
PICTURE = DisplacementPicture(
    title="mm_317, biological year 2007",
    subtitle="migrant: migrant fits best",
    time_utc=TIME,
    displacement_km=KM,
    anchor="first",
    x_km=KM,
    y_km=-KM / 2,
    model_time_utc=TIME[::6],
    models={"migrant": KM[::6], "resident": np.full(KM[::6].size, 20.0)},
    chosen="migrant",
    shades=[
        Shade("spring", "migration", TIME[500], TIME[600]),
        Shade("summer", "range", TIME[601], TIME[1199]),
    ],
)


def pixels(picture: DisplacementPicture) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(draw(picture))).convert("RGB")).astype(int)


def test_the_same_content_gives_the_same_bytes_whatever_the_users_style() -> None:
    first = draw(PICTURE)
    with mpl.rc_context({"axes.grid": True, "font.size": 20, "savefig.dpi": 30}):
        assert draw(PICTURE) == first
    assert b"Software" not in first
    assert Image.open(BytesIO(first)).size == (1000, 420)


def test_windows_are_shaded_and_coloured_on_the_map() -> None:
    bare = pixels(replace(PICTURE, shades=[]))
    full = pixels(PICTURE)
    changed = (bare != full).any(axis=2)
    assert changed[:, :660].mean() > 0.1
    assert changed[:350, 700:].any()


@pytest.mark.parametrize(
    "name", ["$x^2$", r"$\frac{1}{", "<b>", "羊\n\t\x00", "_a_", "x" * 400, "", "\ud800"]
)
def test_any_name_is_drawn_as_text(name: str) -> None:
    with_name = pixels(replace(PICTURE, title=name + "!", subtitle=name))
    assert (with_name != pixels(replace(PICTURE, title="", subtitle=""))).any()


def test_a_single_fix_is_drawn() -> None:
    one = replace(
        PICTURE, time_utc=TIME[:1], displacement_km=KM[:1], x_km=KM[:1], y_km=KM[:1],
        model_time_utc=TIME[:1], models={}, chosen="unclassified", shades=[],
    )  # fmt: skip
    assert (pixels(one) != 255).any()
