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
from corridors.run.plan import folder_of, survey
from corridors.run.worker import Job, perform
from corridors.stages import table

if TYPE_CHECKING:
    from corridors.config.load import Study

FOLDER = "profiles"


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
    stage = table.COMPARISON
    rows = survey(Fingerprints(study))
    old = [name for name in stage.reads if rows[name, herd].state != "current"]
    if old:
        raise MissingInputError(
            Fault(
                f"the profiles of {herd} cannot be compared yet",
                expected="up-to-date results of " + ", ".join(stage.reads),
                got=f"{', '.join(old)} not up to date",
                cure=f"corridors segment --with-upstream --herd {herd}",
            )
        )
    staged = study.processed / STAGING / herd / f"{stage.name}-{secrets.token_hex(6)}"
    job = Job(
        stage=stage.name,
        partition=herd,
        function=stage.function,
        herd=herd,
        sections=table.sections_of(stage, study.config, herd),
        raw={},
        upstream={name: {herd: folder_of(study, table.get(name), herd)} for name in stage.reads},
        staged=staged,
        writes=stage.writes,
    )
    target = (into or study.processed / FOLDER) / herd
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
