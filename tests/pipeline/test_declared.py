"""What a stage declares is what it opens: each is run with inputs that take notes.

The study is the demo's with four of its animals and with coarser cells: what is opened is the same.

What a stage could leave alone would make it stale for nothing. An input that is opened and not
declared cannot be: a stage has no other.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from conftest import FEW_GAINS
from corridors.config.load import Study, load
from corridors.formats.stored import save, spools_in
from corridors.foundation.artefacts import RawFiles, silent
from corridors.foundation.spool import waiting_in
from corridors.run.binding import inputs_from
from corridors.run.layout import Layout, StudyLayout
from corridors.run.scenario import overlay_of
from corridors.stages import registry
from corridors.stages.registry import Stage, declared, one_herd

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo-declared")]

# Below the demo's own scenarios, a line near the tracks and a season: one near the herd that nobody
# tracked, and a day.
MORE = (
    """
  second-road:
    add: [{name: again, path: data/raw/demo/simulated_roads.gpkg, kind: road}]
before_after:
  fence: {kinds: [fence], day: 2021-06-01}
"""
    + FEW_GAINS
)
COARSER = {"cell_m: 100 ": "cell_m: 400 ", "cell_m: 250": "cell_m: 1000", "draws: 500": "draws: 50"}
ANIMALS = ("SIM-01", "SIM-02", "SIM-03", "SIM-04")
TRACKED, UNTRACKED = "wakhan-argali", "shughnan-expert"
HERDS = (TRACKED, UNTRACKED)


@dataclass
class Notes:
    """Of each stage, the references and files that it opened."""

    opened: dict[str, set[str]] = field(default_factory=dict)
    given: dict[str, set[str]] = field(default_factory=dict)

    def watch(self, stage: Stage, inputs: object) -> Any:
        """Return the inputs of a stage such that they note when they are opened."""
        return _watched(type(inputs), inputs, self.opened.setdefault(stage.module, set()))

    def never_opened(self, stage: Stage) -> list[str]:
        """Return what a stage declares, or was given as raw files, and never opened."""
        references = {one.text for one in stage.references}
        wanted = references | self.given.get(stage.module, set())
        return sorted(wanted - self.opened[stage.module])


def _watched(model: type, inputs: object, opened: set[str]) -> Any:
    def value(one: registry.Declared) -> object:
        given = getattr(inputs, one.name)
        below = one_herd(one.kind)
        if below is not None:
            return {herd: _watched(below, of_herd, opened) for herd, of_herd in given.items()}
        if one.kind is RawFiles:
            return _NotedFiles(given.paths, opened)
        if is_dataclass(one.kind):
            return _watched(one.kind, given, opened)
        return _noted(given, one.notes[0], opened)

    return model(**{one.name: value(one) for one in declared(model)})


class _NotedFiles(RawFiles):
    def __init__(self, paths: Mapping[str, Path], opened: set[str]) -> None:
        super().__init__(paths)
        object.__setattr__(self, "opened", opened)

    def of(self, configured: str) -> Path:
        self.opened.add(configured)
        return super().of(configured)


def _noted(value: Any, reference: str, opened: set[str]) -> Any:
    """Return an artefact or facts whose use is noted: any attribute is one."""
    kind = type(value)

    def look(self: object, name: str) -> Any:
        if not name.startswith("_"):
            opened.add(reference)
        return kind.__getattribute__(self, name)

    noting = type(kind)(kind.__name__, (kind,), {"__getattribute__": look, "__module__": __name__})
    if isinstance(value, tuple):  # a file that is only pointed to
        return noting(*value)
    object.__setattr__(value, "__class__", noting)
    return value


def _run(
    notes: Notes, layout: Layout, stage: Stage, herd: str, out: Path, settings: object = None
) -> None:
    """Run a stage as a run does, its inputs watched, and leave its results in ``out``."""
    config = layout.study.config
    members = [herd] if stage.partition == "herd" else list(config.herds)
    places: dict[str, dict[str, Path]] = {}
    for reference in stage.references:
        supply = layout.supply(reference, stage)
        places[reference.text] = {
            one: layout.place(supply, one) / supply.file.format(**layout.names(one))
            for one in members
        }
    files = registry.inputs_of(stage, config, herd)
    notes.given.setdefault(stage.module, set()).update(files)
    raw = {configured: layout.study.raw_path(configured) for configured in files}
    of_herd = herd if stage.partition == "herd" else ""
    inputs = notes.watch(stage, inputs_from(stage.code.Inputs, places, raw, of_herd))
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with waiting_in(spools_in(out / ".spools")):
        results = stage.code.run(inputs, settings or stage.settings(config, herd), silent)
    for name, written in stage.results.items():
        path = out / written.file.format(**layout.names(herd))
        save(getattr(results, name), path, written.contract)


def _coarse_demo(demo: Path, folder: Path) -> Study:
    """Return the demo's study with fewer animals and cells, nothing run yet."""
    shutil.copytree(demo / "data" / "raw", folder / "data" / "raw")
    tracks = folder / "data" / "raw" / "demo" / "simulated_tracks.csv"
    header, *rows = tracks.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if any(f",{animal}," in row for animal in ANIMALS)]
    tracks.write_text("".join([header, *kept]), encoding="utf-8")
    text = (demo / "config.yaml").read_text(encoding="utf-8")
    for fine, coarse in COARSER.items():
        assert fine in text
        text = text.replace(fine, coarse)
    config = folder / "config.yaml"
    config.write_text(text + MORE, encoding="utf-8")
    return load(config)


@pytest.fixture(scope="module")
def notes(demo_run: Any, tmp_path_factory: pytest.TempPathFactory) -> Notes:
    """Notes of every stage on both herds, with profiles and scenarios."""
    folder = tmp_path_factory.mktemp("declared") / "study"
    study = _coarse_demo(demo_run.folder, folder)
    found, layout, out = Notes(), StudyLayout(study), folder / "out"
    for stage in layout.stages:
        for herd in HERDS if stage.partition == "herd" else [registry.WHOLE_STUDY]:
            _run(found, layout, stage, herd, layout.folder(stage, herd))
    peer = study.config.profile.model_copy(update={"name": "usgs"})
    other = replace(study, config=study.config.model_copy(update={"profile": peer}))
    _run(found, StudyLayout(other), registry.get("delineate"), TRACKED, out)
    _run(found, layout, registry.comparison(), TRACKED, out)
    for scenario in (*study.config.scenarios, *study.config.before_after):
        overlay = overlay_of(study, scenario)
        for herd in [UNTRACKED] if scenario == "second-road" else HERDS:
            for stage in overlay.stages:
                _run(found, overlay, stage, herd, overlay.folder(stage, herd))
    return found


def test_every_stage_opens_what_it_declares(notes: Notes) -> None:
    stages = {stage.module: stage for stage in _every_stage()}
    assert len(stages) > len(registry.ORDER)
    assert set(stages) == set(notes.opened)
    unread = {stage.name: notes.never_opened(stage) for stage in stages.values()}
    assert {name: inputs for name, inputs in unread.items() if inputs} == {}


def _every_stage() -> Iterator[Stage]:
    yield from registry.stages()
    yield from registry.of_scenario((*registry.SCENARIO, *registry.BEFORE_AFTER))
    yield registry.comparison()
