"""`corridors release download`: a folder per herd, whole or not there."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors import __version__
from corridors.foundation.errors import Fault, OutputError
from corridors.run.manifest import writing
from corridors.run.provenance import PROGRAM, provenance
from corridors.run.release_inputs import from_results, without_embargo
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.stages.download.stage import TierName


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Parameters
    ----------
    herds
        Keys of the configuration, in its order.
    is_chosen
        Whether somebody named them: a herd under embargo is then refused, else left out.
    out
        Folder to make.
    tier
        For whom.
    day
        Date of the release.
    """

    herds: Sequence[str]
    is_chosen: bool
    out: Path
    tier: TierName
    day: date


@dataclass(frozen=True)
class Downloads:
    """What was written, and which herds were left out.

    Parameters
    ----------
    herds
        Those with a folder.
    held
        Herd under embargo -> the day from which on it may go out.
    nothing
        Herds that have nothing to show in this tier.
    """

    herds: list[str]
    held: dict[str, date]
    nothing: list[str]


def release_download(
    study: Study, request: Request, progress: Callable[[str, float], None]
) -> Downloads:
    """Write a folder per herd: shapefiles in a zip archive, GeoPackage, GeoParquet, metadata.

    Raises
    ------
    ConfigError
        A herd that was named is under embargo; its data are too new for the tier.
    MissingInputError
        Results that it needs are not up to date.
    OutputError
        The folder is there already, or cannot be written to.
    """
    from corridors.formats.checksums import write_checksums
    from corridors.stages.download.files import write_release

    herds, held = without_embargo(study, request.herds, request.day, is_chosen=request.is_chosen)
    if os.path.lexists(request.out) and not _is_empty_folder(request.out):
        raise OutputError(
            Fault(
                "there already is something of this name",
                file=str(request.out),
                expected="a new folder: each tier and release has its own",
                cure="choose another --out; nothing is overwritten",
            )
        )
    stage = registry.download()
    staged = request.out.absolute().parent / f".{request.out.name}-{secrets.token_hex(6)}"

    def write(inputs: Any, settings: Any) -> list[str]:
        asked = stage.code.Asked(request.tier, request.day)
        made = stage.code.run(inputs, settings, asked, progress)
        with writing(staged):
            staged.parent.mkdir(parents=True, exist_ok=True)
            write_release(made.herds, settings, asked, staged)
            _prove(study, [one.herd for one in made.herds], request, staged)
            write_checksums(staged)
        return [one.herd for one in made.herds]

    try:
        written = from_results(study, herds, stage, write)
        with writing(request.out):
            staged.rename(request.out.absolute())
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Downloads(written, held, [name for name in herds if name not in written])


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _prove(study: Study, herds: Sequence[str], request: Request, folder: Path) -> None:
    """Write what the release was made from: settings, environment, and the crate over all."""
    from corridors.atlas.words import download as words
    from corridors.atlas.words.record import NOT_STATED
    from corridors.formats.crate import Crate, CrateInput, write_crate
    from corridors.formats.parquet import write_json
    from corridors.formats.sbom import bill_of_materials

    made_from = provenance(study, herds, registry.download())
    bill = bill_of_materials(PROGRAM, __version__, made_from.libraries, request.day)
    about = {
        "study": study.config.study.name,
        "tier": request.tier,
        "day": request.day.isoformat(),
        "herds": herds,
    }
    seen = {
        "release": about,
        "environment": made_from.python,
        "settings": made_from.settings,
    }
    write_json(seen, folder / "settings.json")
    (folder / "sbom.cdx.json").write_text(bill, encoding="utf-8", newline="")
    records = [study.config.herds[herd].record for herd in herds]
    licences = dict.fromkeys(one.licence for one in records if one is not None and one.licence)
    crate = Crate(
        name=study.config.study.title or study.config.study.name,
        description=words.release_words(request.tier, request.day.isoformat()),
        licence=", ".join(licences) or NOT_STATED,
        day=request.day,
        program=PROGRAM,
        version=__version__,
        code_sha256=made_from.code_sha256,
        inputs=[CrateInput(name, digest) for name, digest in made_from.inputs],
    )
    write_crate(folder, crate)
