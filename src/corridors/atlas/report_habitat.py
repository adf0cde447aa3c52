"""What the report says of habitat: selection, connection of the ranges, gains of opening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridors.atlas import facts
from corridors.atlas.recorded import Recorded
from corridors.atlas.selection_chart import selection_chart
from corridors.atlas.words.habitat import (
    NO_WAY_WORDS,
    READ_AS,
    interval_words,
    transform_words,
)
from corridors.atlas.words.remarks import remark_words, remarks_in_words
from corridors.foundation.facts.circuit import CircuitValidation
from corridors.foundation.facts.connect import SelectionFacts

N_SHOWN = 10


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
                "read_as": READ_AS.get(layer.resampling, layer.resampling),
            }
            for name, layer in sorted(connect.layers.items())
        ],
        "resistance_from": connect.resistance_from,
        "model": _model(model) if model.is_fitted else None,
        "selection_refused": (
            remark_words(connect.selection_refused) if connect.selection_refused else ""
        ),
        "selection_chart": (
            selection_chart(tables["selection"], model.response) if model.is_fitted else None
        ),
        "green_up": connect.green_up,
        "circuit": circuit if circuit.effective_resistance is not None else None,
        "no_circuit": NO_WAY_WORDS[circuit.no_circuit] if circuit.no_circuit else "",
        "validation": _validation(circuit.validation or CircuitValidation()),
        "gains": facts.records(gains[gains["gain"] > 0].head(N_SHOWN)),
        "n_gains": int((gains["gain"] > 0).sum()),
    }


def _model(model: SelectionFacts) -> dict[str, Any]:
    """Return the facts of a fitted model, with its sentences."""
    return {
        **model.model_dump(),
        "transform": transform_words(model),
        "interval": interval_words(len(model.boyce_folds)),
        "what": remarks_in_words(model.what),
        "notes": remarks_in_words(model.notes),
    }


def _validation(found: CircuitValidation) -> list[dict[str, Any]]:
    areas = (
        ("Modelled corridor", found.modelled_corridor),
        ("Ground with the strongest current", found.high_current),
    )
    return [{"what": what, **held.model_dump()} for what, held in areas if held is not None]
