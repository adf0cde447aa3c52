"""`corridors release download`: a folder per herd, whole or not there."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors import __version__
from corridors.foundation.errors import Fault, OutputError
from corridors.run.earlier_release import EarlierRelease, earlier_release
from corridors.run.manifest import writing
from corridors.run.provenance import PROGRAM, provenance
from corridors.run.release_inputs import ReleaseRequest, from_results, without_embargo
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.stages.download.herd_products import HerdProducts
    from corridors.stages.download.stage import Settings, TierName


@dataclass(frozen=True, kw_only=True)
class Request(ReleaseRequest):
    """What is asked for.

    Parameters
    ----------
    tier
        For whom.
    after
        Folder of the earlier release of this tier; None: it is the first one.
    """

    tier: TierName
    after: Path | None


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
    kept
        Herds that are as the earlier release shows them.
    """

    herds: list[str]
    held: dict[str, date]
    nothing: list[str]
    kept: list[str]


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
    InputError
        The earlier release is damaged, or of another study, tier or a later day.
    OutputError
        The folder is there already, or cannot be written to.
    """
    from corridors.formats.checksums import write_checksums
    from corridors.stages.download.files import CHANGES, write_release

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
    earlier = None
    if request.after is not None:
        name = study.config.study.name
        earlier = earlier_release(request.after, name, request.tier, request.day)
    stage = registry.download()
    staged = request.out.absolute().parent / f".{request.out.name}-{secrets.token_hex(6)}"

    def write(inputs: Any, settings: Any) -> tuple[list[str], dict[str, Path]]:
        asked = stage.code.Asked(request.tier, request.day)
        made = stage.code.run(inputs, settings, asked, progress).herds
        kept = {} if earlier is None else _kept(earlier, made, settings)
        with writing(staged):
            staged.parent.mkdir(parents=True, exist_ok=True)
            write_release(made, settings, asked, staged, kept)
            if earlier is not None:
                text = _changes(earlier, made, kept)
                (staged / CHANGES).write_text(text, encoding="utf-8", newline="")
            renewed = [one.herd for one in made if one.herd not in kept]
            _prove(study, [one.herd for one in made], renewed, request, staged)
            write_checksums(staged)
        return [one.herd for one in made], kept

    try:
        written, kept = from_results(study, herds, stage, write)
        with writing(request.out):
            staged.rename(request.out.absolute())
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    nothing = [name for name in herds if name not in written]
    return Downloads(written, held, nothing, list(kept))


def _kept(
    earlier: EarlierRelease, made: Sequence[HerdProducts], settings: Settings
) -> dict[str, Path]:
    """Return the earlier folders of the herds whose sample has not changed by enough animals."""
    from corridors.stages.download.tiers import n_changed

    least = settings.release.min_changed_animals
    return {
        one.herd: earlier.folder / one.herd
        for one in made
        if one.tier.min_animals > 1
        and one.herd in earlier.herds
        and one.n_animals > 0
        and n_changed(earlier.samples(one.herd), one.n_animals) < least
    }


def _changes(
    earlier: EarlierRelease, made: Sequence[HerdProducts], kept: Mapping[str, Path]
) -> str:
    """Return in words what changed since the earlier release."""
    from corridors.atlas.words.release_changes import LayerChange, changes_words

    changed: dict[str, list[LayerChange] | None] = {}
    for one in made:
        if one.herd in kept:
            changed[one.herd] = None
            continue
        before = earlier.layers(one.herd) if one.herd in earlier.herds else {}
        changed[one.herd] = [
            LayerChange.of(name, before.get(name), one.layers.get(name))
            for name in dict.fromkeys([*before, *one.layers])
        ]
    gone = [herd for herd in earlier.herds if herd not in changed]
    return changes_words(earlier.day.isoformat(), changed, earlier.herds, gone)


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _prove(
    study: Study, herds: Sequence[str], renewed: Sequence[str], request: Request, folder: Path
) -> None:
    """Write what the release was made from: settings, environment, and the crate over all.

    Of herds that are as the earlier release shows them nothing new is told.
    """
    from corridors.atlas.words import download as words
    from corridors.atlas.words.record import NOT_STATED
    from corridors.formats.crate import Crate, CrateInput, write_crate
    from corridors.formats.parquet import write_json
    from corridors.formats.sbom import bill_of_materials

    made_from = provenance(study, renewed, registry.download())
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
