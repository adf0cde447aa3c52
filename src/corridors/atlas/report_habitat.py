"""What the report says of habitat: selection, connection of the ranges, gains of opening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridors.atlas import facts
from corridors.atlas.selection_chart import selection_chart

N_SHOWN = 10
# Facts of the selection model that name no animal.
_MODEL = (
    "n_animals", "n_fixes", "n_available", "boyce_mean", "boyce_min", "interval", "transform",
    "what", "notes",
)  # fmt: skip
# How a layer was brought to the grid, in words instead of GDAL's.
_READ_AS = {
    "mode": "commonest class in each cell",
    "nearest": "class at each cell's centre",
    "average": "mean in each cell",
    "bilinear": "interpolated",
}


def habitat_values(
    tables: Mapping[str, pd.DataFrame], recorded: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the values of the report's part on habitat and connectivity."""
    connect, circuit, model = recorded["connect"], recorded["circuit"], recorded["selection"]
    is_fitted = bool(model.get("is_fitted"))
    gains = tables["gains"].drop(columns="geometry").sort_values("rank", kind="stable")
    return {
        "habitat_layers": [
            {"name": name, **layer, "read_as": _READ_AS.get(how, how)}
            for name, layer in sorted(connect.get("layers", {}).items())
            for how in [layer.get("resampling", "")]
        ],
        "resistance_from": connect.get("resistance_from", "table"),
        "model": {key: model.get(key) for key in _MODEL} if is_fitted else None,
        "selection_refused": connect.get("selection_refused", ""),
        "selection_chart": (
            selection_chart(tables["selection"], model["response"]) if is_fitted else None
        ),
        "green_up": connect.get("green_up"),
        "circuit": circuit if circuit.get("effective_resistance") is not None else None,
        "no_circuit": circuit.get("no_circuit") or "",
        "validation": _validation(circuit.get("validation") or {}),
        "gains": facts.records(gains[gains["gain"] > 0].head(N_SHOWN)),
        "n_gains": int((gains["gain"] > 0).sum()),
    }


def _validation(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    words = {
        "modelled_corridor": "Modelled corridor",
        "high_current": "Ground with the strongest current",
    }
    return [
        {"what": words.get(name, name), "even_ground_share": None, **rows}
        for name, rows in sorted(found.items(), reverse=True)
        if isinstance(rows, Mapping) and rows.get("share") is not None
    ]
