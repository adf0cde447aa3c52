"""The chart of a selection model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.atlas.selection_chart import selection_chart
from corridors.foundation.facts.connect import ResponseFacts


def terms():
    return pd.DataFrame(
        {
            "layer": ["cover", "cover", "$elevation$"],
            "kind": ["reference", "class", "linear"],
            "class": ["steppe", "<b>forest</b> " * 9, ""],
            "is_estimated": [False, True, True],
            "relative_use": [np.nan, 0.4, 3.0],
            "relative_use_low": [np.nan, 1e-300, 1.2],
            "relative_use_high": [np.nan, 1.1, 9.0],
            "sd": [np.nan, np.nan, 312.5],
        }
    )


def response(high=2.0):
    x = np.linspace(800.0, 2400.0, 5)
    line = np.linspace(-2.0, 1.0, 5)
    return ResponseFacts(
        x=x.tolist(),
        log_use=line.tolist(),
        low=(line - 800.0).tolist(),
        high=(line + high).tolist(),
    )


def test_the_same_model_gives_the_same_picture_and_another_one_not():
    first = selection_chart(terms(), {"$elevation$": response()})
    assert first.startswith(b"\x89PNG")
    assert first == selection_chart(terms(), {"$elevation$": response()})
    assert first != selection_chart(terms(), {"$elevation$": response(high=3.0)})
    assert first != selection_chart(terms().assign(relative_use=0.9), {"$elevation$": response()})


def test_classes_alone_and_many_layers_have_a_picture():
    assert selection_chart(terms().iloc[:2], {}).startswith(b"\x89PNG")
    many = {f"layer {number}": response() for number in range(7)}
    assert selection_chart(terms(), many).startswith(b"\x89PNG")
