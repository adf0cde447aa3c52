"""What trials at barriers and at copies of them add to the time of stage `intersect`."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.figure import PROJECT, Figure
from corridors import load
from corridors.config.load import load as load_study
from corridors.demo.files import write_demo
from corridors.foundation.artefacts import silent
from corridors.run.binding import inputs_from
from corridors.run.layout import StudyLayout
from corridors.stages import registry
from corridors.stages.intersect.crossing import met
from corridors.stages.intersect.tracked import movements_of
from corridors.stages.intersect.trying import trials_of

HERD = "wakhan-argali"
REPEATS = 3
# Stages before `intersect`.
BEFORE = ("ingest", "clean", "segment", "surface", "delineate", "connect")


def run() -> Figure:
    """Measure CPU time of the whole stage, and of the trials alone on what it made."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        shutil.copy(PROJECT / "config.yaml", folder)
        write_demo(folder / "data" / "raw" / "demo")
        load(folder / "config.yaml").run(BEFORE, [HERD]).raise_any()
        layout = StudyLayout(load_study(folder / "config.yaml"))
        stage = registry.get("intersect")
        places = {}
        for one in stage.references:
            supply = layout.supply(one, stage)
            places[one.text] = {HERD: layout.place(supply, HERD) / supply.file.format(herd=HERD)}
        inputs = inputs_from(stage.code.Inputs, places, {}, HERD)
        settings = stage.settings(layout.study.config, HERD)
        moves, _ = movements_of(inputs, settings)
        windows, chosen = inputs.migrations.read(), settings.intersect.trials
        found = met(inputs, settings, silent)
        segments = found.segments.read()
        whole, tried = (
            _cpu_s(work_of)
            for work_of in (
                lambda: met(inputs, settings, silent),
                lambda: trials_of(moves, windows, segments, chosen),
            )
        )
        trials = found.trials.read()
    without = whole - tried
    return Figure(
        name="intersect_placebo",
        value=whole,
        unit="s CPU",
        yardstick=f"the stage without trials and copies: {without:.3g} s CPU",
        ratio=whole / without,
        target=2.0,
        note=f"demo herd {HERD}: {len(moves.steps)} steps, {len(segments)} segments, up to"
        f" {chosen.copies.n_copies} copies of each line; {len(trials)} rows of trials,"
        f" {int((trials['copy'] >= 0).sum())} of them at copies",
    )


def _cpu_s(work: Callable[[], Any]) -> float:
    """Return the median CPU time of all threads, s."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return statistics.median(times)
