"""Compare the profiles of a herd from its committed results; no part of a run."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.foundation.errors import Fault, MissingInputError
from corridors.run import lock, manifest
from corridors.run.fingerprint import Fingerprints
from corridors.run.graph import STAGING
from corridors.run.layout import StudyLayout
from corridors.run.plan import survey
from corridors.run.worker import Job, perform
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study


def compare(
    study: Study, herd: str, into: Path | None, progress: Callable[[str, float], None]
) -> Path:
    """Write the comparison of a herd's profiles and return its page.

    Parameters
    ----------
    study, herd
        Whose results are compared.
    into
        Folder for the herd's folder; None: ``profiles`` below the results.
    progress
        Called with a short message and the share done, 0...1.

    Raises
    ------
    MissingInputError
        A stage that it reads has no result, or one that is not up to date.
    CorridorsError
        Whatever stops the comparison itself.
    """
    stage = registry.comparison()
    layout = StudyLayout(study)
    rows = survey(Fingerprints(study))
    names = dict.fromkeys(reference.stage for reference in stage.references)
    old = [name for name in names if rows[name, herd].state != "current"]
    if old:
        raise MissingInputError(
            Fault(
                f"the profiles of {herd} cannot be compared yet",
                expected="up-to-date results of " + ", ".join(names),
                got=f"{', '.join(old)} not up to date",
                cure=f"corridors segment --with-upstream --herd {herd}",
            )
        )
    staged = study.processed / STAGING / herd / f"{stage.name}-{secrets.token_hex(6)}"
    supplies = {one.text: layout.supply(one, stage) for one in stage.references}
    job = Job(
        stage=stage.name,
        module=stage.module,
        partition=herd,
        herd=herd,
        settings=stage.settings(study.config, herd),
        raw={},
        places={
            text: {herd: layout.place(supply, herd) / supply.file}
            for text, supply in supplies.items()
        },
        staged=staged,
        names=layout.names(herd),
        writes=stage.writes,
    )
    target = (into or study.processed / stage.folder) / herd
    try:
        # A run must not replace what is being read.
        with lock.held(study, [herd], 0.0):
            done = perform(job, progress)
        if done.error is not None:
            raise done.error
        with manifest.writing(target):
            target.mkdir(parents=True, exist_ok=True)
            for name in stage.writes:
                part = target / (name + ".part")
                shutil.copyfile(staged / name, part)
                part.replace(target / name)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return target / stage.writes[0]
