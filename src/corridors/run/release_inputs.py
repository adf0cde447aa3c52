"""What a release may take: herds that are free, and results that are up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corridors.foundation.errors import ConfigError, Fault, MissingInputError
from corridors.run import lock
from corridors.run.binding import inputs_from
from corridors.run.fingerprint import Fingerprints
from corridors.run.layout import StudyLayout
from corridors.run.plan import survey
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest:
    """What is asked for of every release.

    Parameters
    ----------
    herds
        Keys of the configuration, in its order.
    is_chosen
        Whether somebody named them: a herd under embargo is then refused, else left out.
    out
        Folder for the files.
    day
        Date of the release.
    """

    herds: Sequence[str]
    is_chosen: bool
    out: Path
    day: date


def without_embargo(
    study: Study, herds: Sequence[str], day: date, *, is_chosen: bool
) -> tuple[list[str], dict[str, date]]:
    """Return the herds that may go out on a day, and the others with the day of their release.

    Parameters
    ----------
    study, herds, day
        Which herds, and when.
    is_chosen
        Whether somebody named them.

    Raises
    ------
    ConfigError
        A herd that was named is under embargo.
    """
    free, held, faults = [], {}, []
    for name in herds:
        record = study.config.herds[name].record
        until = None if record is None else record.embargo_until
        if until is None or until <= day:
            free.append(name)
            continue
        held[name] = until
        faults.append(
            Fault(
                f"{name} is under embargo",
                file=str(study.path),
                column=f"herds.{name}.record.embargo_until",
                expected=f"a day up to {day.isoformat()}",
                got=until.isoformat(),
                cure="release it after that day",
            )
        )
    if faults and is_chosen:
        raise ConfigError(faults)
    return free, held


def from_results(
    study: Study, herds: Sequence[str], stage: registry.Stage, use: Callable[[Any, Any], T]
) -> T:
    """Return what ``use`` makes of inputs and settings of a stage that reads committed results.

    Raises
    ------
    MissingInputError
        Results that it needs are not up to date.
    """
    layout = StudyLayout(study)
    supplies = {one.text: layout.supply(one, stage) for one in stage.references}
    places = {
        text: {herd: layout.place(supply, herd) / supply.file for herd in herds}
        for text, supply in supplies.items()
    }
    configured = registry.inputs_of(stage, study.config, registry.WHOLE_STUDY)
    raw = {name: study.raw_path(name) for name in configured}
    # A run must not replace what was found up to date, or is being read.
    with lock.held(study, herds, 0.0):
        _refuse_stale(study, herds, stage)
        inputs = inputs_from(stage.code.Inputs, places, raw, "")
        return use(inputs, stage.settings(study.config, registry.WHOLE_STUDY))


def _refuse_stale(study: Study, herds: Sequence[str], stage: registry.Stage) -> None:
    rows = survey(Fingerprints(study))
    names = list(dict.fromkeys(reference.stage for reference in stage.references))
    faults = []
    for herd in herds:
        stale = [name for name in names if rows[name, herd].state != "current"]
        if stale:
            faults.append(
                Fault(
                    f"results of {herd} are not up to date",
                    expected="results as `corridors run` leaves them",
                    got=", ".join(stale),
                    cure=f"corridors run --herd {herd}",
                )
            )
    if faults:
        raise MissingInputError(faults)
