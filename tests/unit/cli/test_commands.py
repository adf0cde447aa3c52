"""`corridors scenario`: several at once, one of which cannot be computed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from corridors.cli import main, views
from corridors.foundation.errors import ConfigError, Fault
from corridors.run import scenario

CONFIG = """herds:
  bek:
    species: Ovis ammon
    tracks: [{path: t.csv, format: movebank, time_zone: UTC}]
scenarios:
  first: {remove: [{barriers: [nowhere]}]}
  second: {remove: [{barriers: [somewhere]}]}
"""


def test_one_that_is_wrong_is_told_and_the_others_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_scenario(_study: Any, name: str, *_: Any) -> Any:
        if name == "first":
            raise ConfigError(Fault("no barrier is called so", got="nowhere"))
        return SimpleNamespace(report=SimpleNamespace(exit_code=0))

    monkeypatch.setattr(scenario, "run_scenario", run_scenario)
    monkeypatch.setattr(views, "scenario", lambda name, _done, as_json: f"{name} {as_json}")
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["scenario", "--all"]) == ConfigError.exit_code
    said = capsys.readouterr()
    assert "second False" in said.out
    assert "no barrier is called so" in said.err
