"""What looks wrong in a herd, for `check`: flagged as `clean` flags it, and kept by none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corridors.atlas.words.suspicions import suspicion_lines
from corridors.foundation.artefacts import FixTable, silent
from corridors.stages import registry
from corridors.stages.clean.cleaning import animals_of, stopped_by
from corridors.stages.clean.flagging import flag_herd
from corridors.stages.ingest.tracks import join, read_source

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.foundation.artefacts import RawFiles
    from corridors.foundation.facts.clean import Suspicion

# Of more fixes `clean` tells it; `check` has to be quick, unless something may stop the run.
_MOST_FIXES = 300_000


@dataclass(frozen=True)
class HerdSurvey:
    """What looks wrong in a herd.

    Parameters
    ----------
    herd
        Its name.
    suspicions
        As `clean` records them; None: the herd is too large for `check`.
    remarks
        The same in sentences.
    """

    herd: str
    suspicions: list[dict[str, Any]] | None = None
    remarks: list[str] = field(default_factory=list)


def survey_herd(study: Study, raw: RawFiles, herd: str, n_fixes: int) -> HerdSurvey:
    """Return what looks wrong in a herd that `ingest` accepts.

    Parameters
    ----------
    study, herd
        Whose.
    raw
        Files of stage `ingest`.
    n_fixes
        How many fixes its files hold.

    Raises
    ------
    InputError
        What looks wrong and ``clean.stop_on`` names.
    """
    config = study.config
    if n_fixes > _MOST_FIXES and not config.clean.stop_on:
        said = f"more than {_MOST_FIXES} fixes: `corridors clean` tells what looks wrong"
        return HerdSurvey(herd, remarks=[said])
    own = config.herds[herd]
    read = [read_source(raw, herd, own, source)[0] for source in own.tracks]
    fixes = FixTable.of(join(read))
    settings = registry.get("clean").settings(config, herd)
    found: list[Suspicion] = flag_herd(animals_of(fixes), fixes, settings, silent).suspicions
    stopped_by(found, config.clean.stop_on)
    codes = [one.model_dump(exclude_unset=True) for one in found]
    return HerdSurvey(herd, codes, suspicion_lines(found))
