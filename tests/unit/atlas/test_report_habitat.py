"""The report's part on habitat and the connection of the ranges."""

from __future__ import annotations

from dataclasses import replace

from corridors.atlas.pages import render
from corridors.atlas.report_habitat import habitat_values
from corridors.foundation import tables
from corridors.foundation.facts import Remark
from corridors.foundation.facts.circuit import CircuitFacts, CircuitValidation, HeldUse
from corridors.foundation.facts.connect import LayerFacts
from worlds import recorded

LAYER = LayerFacts(coverage_frac=0.9, overlap_frac=1.0, resampling="mode", crs="EPSG:3035")
HELD = HeldUse(
    area_frac=0.2, share=0.8, random_mean=0.1, random_p95=0.4, p=0.005, n_shifts=199,
    even_ground_share=0.75,
)  # fmt: skip
CIRCUIT = CircuitFacts(
    herd="h", ranges_used={}, habitat_cell_m=50.0, tolerance=1e-6, cell_m=100.0,
    effective_resistance=2.5, effective_resistance_without_barriers=2.0, barriers_frac=0.2,
    validation=CircuitValidation(high_current=HELD),
)  # fmt: skip


def page(connect=None, circuit=None):
    herd = recorded.of_herd(tracked=False)
    herd = replace(
        herd,
        connect=herd.connect.model_copy(update={"layers": {"cover": LAYER}} | (connect or {})),
        circuit=CIRCUIT.model_copy(update=circuit),
    )
    named = {"gains": tables.empty(tables.GAINS), "selection": tables.empty(tables.SELECTION)}
    values = habitat_values(named, herd) | {"network": None, "network_edges": []}
    return render("corridors.stages.publish", "report_habitat.html.jinja", values)


def test_resistance_that_was_stated_is_not_told_as_learned_and_a_refusal_says_why():
    assert "not learned from the tracks.</p>" in page()
    refused = page(
        {"selection_refused": Remark.of("no_class_of_enough", layer="cover", min_animals=4)}
    )
    assert (
        "not learned from the tracks: no class of layer cover was used by 4 animals.</p>" in refused
    )
    assert "not learned" not in page({"layers": {}})


def test_what_barriers_cost_is_told_only_where_there_are_any():
    assert "2.5; no barrier is known there." in page()
    for key in ("n_segments_on_grid", "n_barriers_beyond_segments"):
        with_one = page(circuit={key: 1})
        assert "without barriers it would be 2: barriers make 20 % of it" in with_one
        assert "no barrier" not in with_one


def test_the_share_on_even_ground_stands_beside_that_of_the_current():
    assert ">75 %<" in page()
    corridor = CircuitValidation(
        modelled_corridor=HELD.model_copy(update={"even_ground_share": None})
    )
    assert ">75 %<" not in page(circuit={"validation": corridor})


def test_layers_are_read_in_words_of_planners():
    assert "commonest class in each cell from EPSG:3035" in page()
