"""What is up to date, what is stale and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from corridors.foundation.errors import CorridorsError, InputError, MissingInputError
from corridors.run import manifest
from corridors.run.fingerprint import Fingerprints, changes, upstream_digests
from corridors.run.layout import StudyLayout
from corridors.run.manifest import Manifest
from corridors.run.untouched import Untouched
from corridors.stages import registry
from corridors.stages.registry import WHOLE_STUDY

if TYPE_CHECKING:
    from corridors.config.model import Config
    from corridors.run.layout import Layout
    from corridors.stages.registry import Stage

State = Literal["current", "stale", "waits", "blocked"]
Node = tuple[str, str]
# (reference as the stage writes it, partition) -> manifest of the result that holds it.
Results = Mapping[tuple[str, str], Manifest]

NEVER = "never run"


@dataclass(frozen=True)
class Row:
    """One stage of one partition.

    Parameters
    ----------
    stage, partition
        Which one.
    state
        ``current``: up to date; ``stale``: would run; ``waits``: an earlier stage would run
        first and may leave the same bytes, then this one is skipped; ``blocked``: cannot run.
    reasons
        Why it is not current, in words.
    now
        What a result made now would depend on; None when blocked, or not looked at.
    made
        The committed result, or the folder that holds it; None without one.
    error
        Why it is blocked.
    """

    stage: str
    partition: str
    state: State
    reasons: tuple[str, ...] = ()
    now: Mapping[str, Any] | None = None
    made: Manifest | Path | None = None
    error: CorridorsError | None = None

    @cached_property
    def result(self) -> Manifest | None:
        """The committed result, if there is one."""
        return manifest.read(self.made) if isinstance(self.made, Path) else self.made

    @property
    def fingerprint(self) -> Mapping[str, Any] | None:
        """What a result made now would depend on; None when blocked."""
        if self.now is None and self.state == "current" and self.result is not None:
            return self.result.fingerprint
        return self.now


def partitions(stage: Stage, config: Config) -> list[str]:
    """Return the partitions that ``stage`` runs for, in the order of the configuration."""
    return [WHOLE_STUDY] if stage.partition == "study" else list(config.herds)


def survey(prints: Fingerprints, names: Iterable[str] = registry.ORDER) -> dict[Node, Row]:
    """Return the state of stages of every partition of the study, earlier stages first.

    Parameters
    ----------
    prints
        Fingerprints of the study.
    names
        Stages; those that they depend on are looked at too.
    """
    rows: dict[Node, Row] = {}
    layout = StudyLayout(prints.study)
    named = registry.with_upstream(names)
    wanted = [stage for stage in layout.stages if stage.name in named]
    of_herd = [stage for stage in wanted if stage.partition == "herd"]
    of_study = [stage for stage in wanted if stage.partition == "study"]
    with prints.digests.one_look():
        if wanted == list(layout.stages):
            _look_at_all(prints, layout, of_herd, of_study, rows)
        else:  # the state of a partition is that of all its stages
            for herd in prints.study.config.herds:
                _examine_all(prints, layout, of_herd, herd, rows)
            _examine_all(prints, layout, of_study, WHOLE_STUDY, rows)
    prints.digests.save()
    order = [
        (stage.name, name) for stage in wanted for name in partitions(stage, prints.study.config)
    ]
    return {node: rows[node] for node in order}


def _look_at_all(
    prints: Fingerprints,
    layout: StudyLayout,
    of_herd: Sequence[Stage],
    of_study: Sequence[Stage],
    rows: dict[Node, Row],
) -> None:
    """Add the rows of all stages; those of partitions that nobody touched without a full look."""
    untouched = Untouched(prints, layout, __name__)
    states = [
        _look(prints, layout, untouched, of_herd, herd, rows, [])
        for herd in prints.study.config.herds
    ]
    known = [state for state in states if state is not None]
    if len(known) == len(states):
        _look(prints, layout, untouched, of_study, WHOLE_STUDY, rows, known)
    else:
        _examine_all(prints, layout, of_study, WHOLE_STUDY, rows)


def _look(
    prints: Fingerprints,
    layout: StudyLayout,
    untouched: Untouched,
    stages: Sequence[Stage],
    partition: str,
    rows: dict[Node, Row],
    upstream: Sequence[str],
) -> str | None:
    """Add the rows of a partition; return its state if all of them are up to date in it."""
    state = untouched.state(stages, partition, upstream)
    if untouched.is_known(partition, state):
        for stage in stages:
            folder = layout.folder(stage, partition)
            rows[stage.name, partition] = Row(stage.name, partition, "current", made=folder)
        return state
    _examine_all(prints, layout, stages, partition, rows)
    if any(rows[stage.name, partition].state != "current" for stage in stages):
        return None
    untouched.remember(partition, state)
    return state


def _examine_all(
    prints: Fingerprints,
    layout: StudyLayout,
    stages: Sequence[Stage],
    partition: str,
    rows: dict[Node, Row],
) -> None:
    for stage in stages:
        rows[stage.name, partition] = _row(prints, layout, stage, partition, rows)


def _row(
    prints: Fingerprints,
    layout: StudyLayout,
    stage: Stage,
    partition: str,
    rows: Mapping[Node, Row],
) -> Row:
    upstream = dict.fromkeys(reference.stage for reference in stage.references)
    if stage.partition == "herd":
        members = [partition]
        earlier = [rows[name, partition] for name in upstream]
        if any(row.state == "blocked" for row in earlier):
            cause = next(row for row in earlier if row.state == "blocked")
            return Row(stage.name, partition, "blocked", (f"{cause.stage} cannot run",))
    else:
        # A herd that cannot run is left out, as it is when its run fails.
        members = [
            herd
            for herd in prints.study.config.herds
            if not any(rows[name, herd].state == "blocked" for name in upstream)
        ]
        earlier = [rows[name, herd] for name in upstream for herd in members]
        if not members:
            return Row(stage.name, partition, "blocked", ("no herd can run",))
    unsettled = [row for row in earlier if row.state != "current"]
    wanted = [(reference, herd) for reference in stage.references for herd in members]
    results = {
        (reference.text, herd): done
        for reference, herd in wanted
        if (done := rows[reference.stage, herd].result) is not None
    }
    is_complete = len(results) == len(wanted) and not unsettled
    row = examine(prints, layout, stage, partition, results if is_complete else None)
    if unsettled and row.state == "current":
        names = dict.fromkeys(
            earlier.stage
            if stage.partition == "herd"
            else f"{earlier.stage} of {earlier.partition}"
            for earlier in unsettled
        )
        reason = f"waits for {', '.join(names)}"
        return Row(stage.name, partition, "waits", (reason,), row.fingerprint, row.result)
    return row


def examine(
    prints: Fingerprints, layout: Layout, stage: Stage, partition: str, results: Results | None
) -> Row:
    """Compare a committed result with what it would be made from now.

    Parameters
    ----------
    prints
        Fingerprints of the study.
    layout, stage, partition
        Which result, of which graph.
    results
        Manifests of the results that it would read; None leaves them out of the comparison.

    Raises
    ------
    KeyError
        A result lacks an artefact that the stage reads.
    """
    folder = layout.folder(stage, partition)
    done = manifest.read(folder)
    was = done.fingerprint if done else {}
    try:
        upstream = (
            was.get("upstream", {}) if results is None else upstream_digests(layout, stage, results)
        )
        now = prints.of(stage, partition, upstream)
    except (MissingInputError, InputError) as error:
        reasons = tuple(f"{fault.what}: {fault.file}" for fault in error.faults)
        return Row(stage.name, partition, "blocked", reasons, error=error)
    if done is None:
        reason = "not finished" if folder.exists() else NEVER
        return Row(stage.name, partition, "stale", (reason,), now)
    reasons = (*changes(was, now), *manifest.damaged(folder, done, prints.digests.of_file))
    return Row(stage.name, partition, "stale" if reasons else "current", reasons, now, done)
