"""What is up to date, what is stale and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from corridors.foundation.errors import Fault, MissingInputError
from corridors.run import manifest
from corridors.run.fingerprint import Fingerprints, changes, upstream_digests
from corridors.run.manifest import Manifest
from corridors.stages import table

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.config.model import Config
    from corridors.stages.table import Stage

State = Literal["current", "stale", "waits", "blocked"]
Results = Mapping[str, Mapping[str, Manifest]]

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
    fingerprint
        What a result made now would depend on; None when blocked.
    result
        The committed result, if there is one.
    faults
        Why it is blocked.
    """

    stage: str
    partition: str
    state: State
    reasons: tuple[str, ...] = ()
    fingerprint: Mapping[str, Any] | None = None
    result: Manifest | None = None
    faults: tuple[Fault, ...] = ()


def partitions(stage: Stage, config: Config) -> list[str]:
    """Return the partitions that ``stage`` runs for, in the order of the configuration."""
    return [table.WHOLE_STUDY] if stage.partition == "study" else list(config.herds)


def folder_of(study: Study, stage: Stage, partition: str) -> Path:
    """Return the folder of a committed result."""
    return study.processed / (stage.folder or stage.name) / partition


def survey(prints: Fingerprints) -> dict[tuple[str, str], Row]:
    """Return the state of every stage of every partition, earlier stages first."""
    rows: dict[tuple[str, str], Row] = {}
    config = prints.study.config
    for stage in table.STAGES:
        for partition in partitions(stage, config):
            rows[stage.name, partition] = _row(prints, stage, partition, rows)
    prints.digests.save()
    return rows


def _row(
    prints: Fingerprints, stage: Stage, partition: str, rows: Mapping[tuple[str, str], Row]
) -> Row:
    if stage.partition == "herd":
        members = [partition]
        earlier = [rows[name, partition] for name in stage.reads]
        if any(row.state == "blocked" for row in earlier):
            cause = next(row for row in earlier if row.state == "blocked")
            return Row(stage.name, partition, "blocked", (f"{cause.stage} cannot run",))
    else:
        # A herd that cannot run is left out, as it is when its run fails.
        members = [
            herd
            for herd in prints.study.config.herds
            if not any(rows[name, herd].state == "blocked" for name in stage.reads)
        ]
        earlier = [rows[name, herd] for name in stage.reads for herd in members]
        if not members:
            return Row(stage.name, partition, "blocked", ("no herd can run",))
    unsettled = [row for row in earlier if row.state != "current"]
    results = {
        name: {herd: done for herd in members if (done := rows[name, herd].result) is not None}
        for name in stage.reads
    }
    complete = all(len(found) == len(members) for found in results.values())
    row = examine(prints, stage, partition, results if complete and not unsettled else None)
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


def examine(prints: Fingerprints, stage: Stage, partition: str, results: Results | None) -> Row:
    """Compare a committed result with what it would be made from now.

    Parameters
    ----------
    prints
        Fingerprints of the study.
    stage, partition
        Which result.
    results
        Manifests of the upstream results it would read; None leaves them out of the comparison.
    """
    folder = folder_of(prints.study, stage, partition)
    done = manifest.read(folder)
    was = done.fingerprint if done else {}
    try:
        upstream = was.get("upstream", {}) if results is None else upstream_digests(stage, results)
        now = prints.of(stage, partition, upstream)
    except MissingInputError as error:
        reasons = tuple(f"{fault.what}: {fault.file}" for fault in error.faults)
        return Row(stage.name, partition, "blocked", reasons, faults=tuple(error.faults))
    if done is None:
        reason = "not finished" if folder.exists() else NEVER
        return Row(stage.name, partition, "stale", (reason,), now)
    reasons = (*changes(was, now), *manifest.damaged(folder, done))
    return Row(stage.name, partition, "stale" if reasons else "current", reasons, now, done)


def with_upstream(names: Iterable[str]) -> list[str]:
    """Return the named stages and all that they depend on, in the order of the table."""
    wanted = set(names)
    for stage in reversed(table.STAGES):
        if stage.name in wanted:
            wanted.update(stage.reads)
    return [stage.name for stage in table.STAGES if stage.name in wanted]
