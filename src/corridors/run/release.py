"""`corridors release gium`: what committed results give, added to an earlier release, checked.

All or nothing: the files are written beside the folder, read back and checked, and only then get
their names; a file that is there is never overwritten.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.foundation.errors import Fault, InputError, InternalError, OutputError
from corridors.run.manifest import writing
from corridors.run.release_inputs import ReleaseRequest, from_results, without_embargo
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.stages.release.features import Told
    from corridors.stages.release.merging import ReleasedLayer
    from corridors.stages.release.stage import Results


@dataclass(frozen=True, kw_only=True)
class Request(ReleaseRequest):
    """What is asked for.

    Parameters
    ----------
    into
        Folder of the earlier release; None: a first release.
    """

    into: Path | None


@dataclass(frozen=True)
class Released:
    """What was written: the layers and the QA table, and its rows."""

    paths: list[Path]
    told: list[Told]


def release_gium(
    study: Study, request: Request, progress: Callable[[str, float], None]
) -> Released:
    """Write a release for the Global Atlas of Ungulate Migration.

    Raises
    ------
    ConfigError
        A herd that was named is under embargo; a country is not known.
    MissingInputError
        Results that it needs are not up to date; there is no earlier release.
    InputError
        The earlier release cannot be added to, or is newer; a value is longer than its field.
    OutputError
        A file of the release is there already, or the folder cannot be written to.
    """
    from corridors.atlas.gium import LAYERS, date_words
    from corridors.stages.release.checking import checked, table
    from corridors.stages.release.merging import production_in, released_layer

    old = {} if request.into is None else production_in(request.into)
    late = [one for one in old.values() if one.day > request.day]
    if late:
        raise InputError(
            Fault(
                "the earlier release is newer than this one",
                str(late[0].path),
                expected=f"a day up to {request.day.isoformat()}",
                got=late[0].day.isoformat(),
                cure="give a later --date",
            )
        )
    herds, held = without_embargo(study, request.herds, request.day, is_chosen=request.is_chosen)
    told = [
        _row(f"herd {name}", "embargo", "warn", "left out", f"until {until}")
        for name, until in held.items()
    ]
    stage = registry.release()

    def gather(inputs: Any, settings: Any) -> Results:
        found: Results = stage.code.run(inputs, settings, progress)
        return found

    gathered = from_results(study, herds, stage, gather)
    released: list[ReleasedLayer] = []
    for layer in LAYERS:
        made = released_layer(layer, old.get(layer.key), gathered.features[layer.key], request.day)
        if made is None:
            told.append(_row(layer.stem, "layer", "info", "left out", "no feature"))
        else:
            released.append(made)
    table_name = f"GIUMIntegration_{date_words(request.day)}_QA.csv"
    names = [*(one.name for one in released), table_name]
    _refuse_taken(request.out, names)
    staged = request.out.absolute().parent / f".{request.out.name}-{secrets.token_hex(6)}"
    try:
        with writing(staged):
            staged.mkdir(parents=True)
            for one in released:
                (staged / one.name).write_bytes(one.content(request.day))
        rows = [*gathered.told, *told, *checked(released, staged)]
        failed = [row for row in rows if row.status == "fail"]
        if failed:
            raise InternalError(
                Fault("a check of the release failed", row.section, column=row.check, got=row.value)
                for row in failed
            )
        with writing(staged):
            (staged / table_name).write_text(table(rows), encoding="utf-8", newline="")
        _place(staged, request.out, names)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Released([request.out / name for name in names], rows)


def _row(section: str, check: str, status: str, value: str, details: str) -> Told:
    from corridors.stages.release.features import Told

    return Told(section, check, status, value, details)  # type: ignore[arg-type]


def _refuse_taken(out: Path, names: Sequence[str]) -> None:
    faults = [
        Fault(
            "there already is a file of this name",
            file=str(out / name),
            cure="choose another --out or --date; nothing is overwritten",
        )
        for name in names
        if os.path.lexists(out / name)
    ]
    if faults:
        raise OutputError(faults)


def _place(staged: Path, out: Path, names: Sequence[str]) -> None:
    """Give the files their names, all of them or none."""
    placed: list[Path] = []
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        try:
            for name in names:
                # Unlike a rename, a link never takes the place of another file.
                (out / name).hardlink_to(staged / name)
                placed.append(out / name)
        except OSError:
            for path in placed:
                path.unlink(missing_ok=True)
            raise
