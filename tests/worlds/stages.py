"""What a stage needs to run in a test: its settings as a configuration would grant them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from corridors.config.model import Config
from corridors.formats.stored import save
from corridors.foundation.artefacts import silent
from corridors.foundation.facts import Remark
from corridors.foundation.facts.clean import CleanFacts
from corridors.run import binding
from corridors.stages import registry


def settings(name: str, herd: str = "h", **sections: Any) -> Any:
    """Return the settings of a stage of a run, from sections as they stand in a configuration."""
    return registry.get(name).settings(Config.model_validate(sections), herd)


def perform(
    name: str, config: Config, folder: Path, *, raw: Path | None = None, herd: str = "h"
) -> Path:
    """Run a stage from files to files, as a run does, and return the folder of its results.

    Parameters
    ----------
    name
        Of a stage of a run.
    config
        The study's.
    folder
        Holds a folder for each stage before it; gets one for this stage.
    raw
        Folder of the raw files; ``folder`` where None.
    herd
        Whose.
    """
    stage, out = registry.get(name), folder / name
    out.mkdir(exist_ok=True)
    binding.perform(
        stage,
        stage.settings(config, herd),
        {one.text: {herd: folder / one.stage / registry.file_of(one)} for one in stage.references},
        {path: (raw or folder) / path for path in registry.inputs_of(stage, config, herd)},
        herd,
        out,
        {"herd": herd},
        silent,
    )
    return out


def leave(
    name: str, results: Any, folder: Path, herd: str = "h", *, only: Collection[str] = ()
) -> Path:
    """Write the results of a stage of a run, or ``only`` some, into a new folder; return it."""
    folder.mkdir(parents=True)
    written = registry.get(name).results
    for field in only or written:
        one = written[field]
        save(getattr(results, field), folder / one.file.format(herd=herd), one.contract)
    return folder


def lattice(crs: str, cell_m: float = 100.0, n_animals: int = 0) -> CleanFacts:
    """Return the facts of `clean` of which only the lattice and the animals count."""
    return CleanFacts(
        crs=crs,
        cell_m=cell_m,
        cell_reason=Remark.of("cell_configured"),
        n_fixes=0,
        n_usable=0,
        n_animals=n_animals,
        flags={},
    )
