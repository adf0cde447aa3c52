"""What a stage wants people to read is told in words, also where its facts have a code."""

from __future__ import annotations

import json
from pathlib import Path

from corridors.run.remarks import remarks_of


def test_remarks_of_readers_and_of_stages_are_told_in_words(tmp_path: Path) -> None:
    code = {"code": "layer_suspected_nodata", "values": {"layer": "dem", "mark": "-32768"}}
    near = {"code": "nothing_near", "values": {"margin_km": 50.0}}
    facts = {"remarks": [code], "barriers": [{"source": "a.gpkg", "remarks": [near]}]}
    (tmp_path / "connect.json").write_text(json.dumps(facts), encoding="utf-8")
    assert list(remarks_of("connect", tmp_path)) == [
        (
            "layer dem counts -32768 as data, which looks like missing data: set nodata of this "
            "layer, or extremes_are_data: true"
        ),
        "a.gpkg: nothing within 50 km of the herd: is it the right file and CRS?",
    ]


def test_a_stage_without_facts_has_nothing_to_tell(tmp_path: Path) -> None:
    assert list(remarks_of("connect", tmp_path)) == []
