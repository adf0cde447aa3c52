"""What the report says of habitat: selection, connection of the ranges, gains of opening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridors.atlas import facts
from corridors.atlas.recorded import Recorded
from corridors.atlas.selection_chart import selection_chart
from corridors.foundation.facts.circuit import CircuitValidation

N_SHOWN = 10
# How a layer was brought to the grid, in words instead of GDAL's.
_READ_AS = {
    "mode": "commonest class in each cell",
    "nearest": "class at each cell's centre",
    "average": "mean in each cell",
    "bilinear": "interpolated",
}


def habitat_values(tables: Mapping[str, pd.DataFrame], recorded: Recorded) -> dict[str, Any]:
    """Return the values of the report's part on habitat and connectivity."""
    connect, circuit, model = recorded.connect, recorded.circuit, recorded.selection
    gains = tables["gains"].drop(columns="geometry").sort_values("rank", kind="stable")
    return {
        "habitat_layers": [
            {
                "name": name,
                "coverage_frac": layer.coverage_frac,
                "crs": layer.crs,
                "read_as": _READ_AS.get(layer.resampling, layer.resampling),
            }
            for name, layer in sorted(connect.layers.items())
        ],
        "resistance_from": connect.resistance_from,
        "model": model if model.is_fitted else None,
        "selection_refused": connect.selection_refused,
        "selection_chart": (
            selection_chart(tables["selection"], model.response) if model.is_fitted else None
        ),
        "green_up": connect.green_up,
        "circuit": circuit if circuit.effective_resistance is not None else None,
        "no_circuit": circuit.no_circuit,
        "validation": _validation(circuit.validation or CircuitValidation()),
        "gains": facts.records(gains[gains["gain"] > 0].head(N_SHOWN)),
        "n_gains": int((gains["gain"] > 0).sum()),
    }


def _validation(found: CircuitValidation) -> list[dict[str, Any]]:
    areas = (
        ("Modelled corridor", found.modelled_corridor),
        ("Ground with the strongest current", found.high_current),
    )
    return [{"what": what, **held.model_dump()} for what, held in areas if held is not None]
