"""The graph of one run: what may start, what is settled, what failed and what is skipped."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.foundation import parallel
from corridors.foundation.errors import (
    CorridorsError,
    Fault,
    InternalError,
    MissingInputError,
    ResourceError,
)
from corridors.run import engines, manifest
from corridors.run.fingerprint import Fingerprints
from corridors.run.log import Log
from corridors.run.manifest import Manifest
from corridors.run.order import Order
from corridors.run.plan import Node, Row, examine
from corridors.run.remarks import remarks_of
from corridors.run.report import Event, Listener, Options, Report, tell
from corridors.run.worker import Job, Outcome
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.run.layout import Layout
    from corridors.stages.registry import Reference, Stage

# How often to ask whether anything may still come.
_LOOK_S = min(5.0, engines.Cluster.patience_s)
STAGING = ".staging"
KEPT = "edited"


class Graph:
    """One graph of stages over herds: which nodes wait, run, are settled or have failed.

    Parameters
    ----------
    prints
        Fingerprints of the study.
    layout
        Where results are, and where inputs come from.
    nodes
        What is to be brought up to date, earlier stages first.
    settled
        Results of this graph that are up to date and not among ``nodes``.
    about
        Why a node that is not among them cannot be built on, in words.
    options, listener, report
        How to run, and who hears of it.
    """

    def __init__(
        self,
        prints: Fingerprints,
        layout: Layout,
        nodes: Sequence[Node],
        settled: Mapping[Node, Manifest],
        about: Mapping[Node, Sequence[str]],
        options: Options,
        listener: Listener,
        report: Report,
        log: Log,
    ) -> None:
        self.prints = prints
        self.layout = layout
        self.study = layout.study
        self.stages = {stage.name: stage for stage in layout.stages}
        self.options = options
        self.listener = listener
        self.report = report
        self.log = log
        self.order = Order({node: self._earlier_of(node) for node in nodes})
        self.named = {stage for stage, _ in nodes}
        self.about = about
        self.settled: dict[Node, Manifest] = dict(settled)
        self.failed: set[Node] = set()
        self.running: dict[Future[Outcome], tuple[Node, Job, Row]] = {}
        self.deaths: dict[Node, int] = {}
        self.workers = max(1, options.workers or parallel.cores())

    def everything(self) -> None:
        """Run until nothing waits; on a signal stop what runs."""
        self.engine = self._engine()
        self.log.write(
            "run",
            stages=sorted(self.named),
            workers=self.engine.workers,
            threads=self.engine.threads,
        )
        try:
            while self.order.is_waiting or self.running:
                self._start_ready()
                if self.running:
                    done, _ = wait(self.running, _LOOK_S, return_when=FIRST_COMPLETED)
                    self._collect(done)
                    if not done and (why := self.engine.lost()):
                        self._give_up(why)
        except BaseException as error:
            self.engine.stop()
            self.log.write("stopped", by=repr(error))
            raise
        self.engine.close()

    def _engine(self) -> engines.Engine:
        def progress(stage: str, partition: str, message: str, fraction: float) -> None:
            self.listener(Event("progress", stage, partition, message, fraction))

        return engines.make(
            self.options.scheduler, self.workers, progress, is_apart=bool(self.deaths)
        )

    def _tell(self, event: Event, **details: object) -> None:
        tell(event, self.report, self.log, self.listener, **details)

    def _fail(self, node: Node, error: CorridorsError, **details: object) -> None:
        self._over(node)
        self._tell(Event("failed", *node, error=error), **details)

    def _skip(self, node: Node, words: str) -> None:
        self._over(node)
        self._tell(Event("skipped", *node, message=words))

    def _over(self, node: Node, made: Manifest | None = None) -> None:
        """Keep what a node left, or that it failed; what waits for it may start."""
        if made is None:
            self.failed.add(node)
        else:
            self.settled[node] = made
        self.order.over(node)

    # --- what can start ---------------------------------------------------------------------------

    def _start_ready(self) -> None:
        # After a worker died, one at a time, to know which one it was.
        while not (self.deaths and self.running) and (node := self.order.next()):
            stage, partition = self.stages[node[0]], node[1]
            earlier = self._earlier_of(node)
            herds = self._herds(stage, partition)
            if stage.partition == "study":
                herds = [
                    herd
                    for herd in herds
                    if all(other in self.settled for other in self._earlier(stage, [herd]))
                ]
            if self._can_run(stage, partition, herds, earlier):
                self._examine(stage, partition, herds)
            if any(future.done() for future in self.running):
                return  # commit first; the serial engine ran it already

    def _herds(self, stage: Stage, partition: str) -> list[str]:
        return list(self.study.config.herds) if stage.partition == "study" else [partition]

    def _earlier_of(self, node: Node) -> list[Node]:
        stage = self.stages[node[0]]
        return self._earlier(stage, self._herds(stage, node[1]))

    def _earlier(self, stage: Stage, herds: Sequence[str]) -> list[Node]:
        """Return the nodes of this graph that ``stage`` reads."""
        supplies = [self.layout.supply(reference, stage) for reference in stage.references]
        names = dict.fromkeys(one.stage.name for one in supplies if one.is_ours)
        return [(name, herd) for name in names for herd in herds]

    def _can_run(self, stage: Stage, partition: str, herds: list[str], earlier: list[Node]) -> bool:
        node = (stage.name, partition)
        if stage.partition == "study":
            left_out = [herd for herd in self.study.config.herds if herd not in herds]
            if herds:
                if left_out:
                    words = f"without {', '.join(left_out)}: not done"
                    self._tell(Event("note", *node, message=words))
                return True
            if any(other in self.failed for other in earlier):
                self._skip(node, "no herd is done")
                return False
        elif any(other in self.failed for other in earlier):
            names = ", ".join(name for name, herd in earlier if (name, herd) in self.failed)
            self._skip(node, f"{names} failed")
            return False
        absent = [other for other in earlier if other not in self.settled]
        if absent or not herds:
            self._fail(node, self._not_ready(stage, partition, absent))
            return False
        return True

    def _not_ready(self, stage: Stage, partition: str, absent: list[Node]) -> MissingInputError:
        herd = "" if stage.partition == "study" else f" --herd {partition}"
        return MissingInputError(
            [
                Fault(
                    f"{stage.name} of {partition} needs {other[0]}, which is not up to date",
                    got="; ".join(self.about.get(other, ())[:3]),
                    cure=f"corridors {stage.name}{herd} --with-upstream, or corridors run",
                )
                for other in absent
            ]
            or Fault("no herd is configured", cure="add one below herds: in the configuration")
        )

    def _examine(self, stage: Stage, partition: str, herds: list[str]) -> None:
        node = (stage.name, partition)
        try:
            results = {
                (reference.text, herd): self._result(reference, stage, herd)
                for reference in stage.references
                for herd in herds
            }
            row = examine(self.prints, self.layout, stage, partition, results)
        except KeyError as error:
            self._fail(node, InternalError(f"no upstream stage writes {error}"))
            return
        except CorridorsError as error:
            self._fail(node, error)
            return
        if row.error is not None:
            self._fail(node, row.error)
        elif row.state == "current" and row.result is not None and not self.options.is_forced:
            self._over(node, row.result)
            self._tell(Event("current", *node))
        else:
            self._submit(node, self._job(stage, partition, herds), row)

    def _result(self, reference: Reference, reader: Stage, herd: str) -> Manifest:
        """Return the manifest of the result that holds an input."""
        supply = self.layout.supply(reference, reader)
        if supply.is_ours:
            return self.settled[supply.stage.name, herd]
        made = manifest.read(self.layout.place(supply, herd))
        if made is None:
            raise InternalError(f"{supply.stage.name} of {herd} is needed and not there")
        return made

    def _job(self, stage: Stage, partition: str, herds: list[str]) -> Job:
        config = self.study.config
        # A fresh name each time: a process of a killed run cannot write into this folder.
        staged = self.study.processed / STAGING / partition / f"{stage.name}-{secrets.token_hex(6)}"
        places: dict[str, dict[str, Path]] = {}
        for reference in stage.references:
            supply = self.layout.supply(reference, stage)
            places[reference.text] = {
                herd: self.layout.place(supply, herd)
                / supply.file.format(**self.layout.names(herd))
                for herd in herds
            }
        return Job(
            stage=stage.name,
            module=stage.module,
            partition=partition,
            herd="" if stage.partition == "study" else partition,
            settings=stage.settings(config, partition),
            raw={
                configured: self.study.raw_path(configured)
                for configured in registry.inputs_of(stage, config, partition)
            },
            places=places,
            staged=staged,
            names=dict(self.layout.names(partition)),
            writes=tuple(name.format(**self.layout.names(partition)) for name in stage.writes),
        )

    def _submit(self, node: Node, job: Job, row: Row) -> None:
        reasons = row.reasons or ("forced",)
        self._tell(Event("started", *node, reasons=reasons))
        try:
            future = self.engine.submit(job)
        except BrokenExecutor as error:
            future = Future()
            future.set_exception(error)
        self.running[future] = (node, job, row)

    # --- what has ended ---------------------------------------------------------------------------

    def _collect(self, done: set[Future[Outcome]]) -> None:
        broken = False
        for future in done:
            node, job, row = self.running.pop(future)
            try:
                outcome = future.result()
            except BrokenExecutor as error:
                broken = True
                self._worker_died(node, error)
                continue
            except Exception as error:  # noqa: BLE001 - a cluster may fail in any way
                self._lose(node, str(error) or self.engine.lost() or type(error).__name__)
                continue
            self._settle(node, job, row, outcome)
        if broken:
            for node, _, _ in self.running.values():
                self.order.again(node)
                self.deaths.setdefault(node, 0)
            self.running.clear()
            self.engine.stop()
            self.engine = self._engine()

    def _give_up(self, why: str) -> None:
        """Fail what runs: nothing of it will ever come."""
        for node, _, _ in self.running.values():
            self._lose(node, why)
        self.running.clear()

    def _lose(self, node: Node, why: str) -> None:
        fault = Fault(
            f"the cluster lost {node[0]} of {node[1]}",
            got=why,
            cure="see whether its scheduler and workers live, and run again: what is done is kept",
        )
        self._fail(node, ResourceError(fault))

    def _worker_died(self, node: Node, error: BrokenExecutor) -> None:
        """Try once more, alone: the first time it may have been the neighbour's fault."""
        self.deaths[node] = self.deaths.get(node, 0) + 1
        if self.deaths[node] < 2:
            self.order.again(node)
            return
        fault = Fault(
            f"the process that ran {node[0]} of {node[1]} died",
            got=str(error),
            cure="most often memory: fewer --workers, a larger working.cell_m",
        )
        self._fail(node, ResourceError(fault))

    def _settle(self, node: Node, job: Job, row: Row, outcome: Outcome) -> None:
        if outcome.error is None:
            made = Manifest(row.fingerprint or {}, outcome.artefacts)
            target = self.layout.folder(self.stages[node[0]], node[1])
            try:
                self._keep_edited(node, target, row.result)
                manifest.commit(outcome.staged, target, made)
                shutil.rmtree(job.staged, ignore_errors=True)
            except CorridorsError as error:
                self._fail(node, error)
                return
            self._over(node, made)
            self._tell(
                Event("done", *node, seconds=outcome.seconds, reasons=row.reasons),
                warnings=outcome.warnings,
            )
            for words in remarks_of(node[0], target):
                self._tell(Event("note", *node, message=words))
            return
        failure = outcome.error
        if outcome.unexpected:
            failure = InternalError(
                Fault(
                    failure.faults[0].what,
                    got=failure.faults[0].got,
                    file=str(self.log.path),
                    cure="this is a defect of corridors; report it with that file",
                )
            )
        shutil.rmtree(job.staged, ignore_errors=True)
        self._fail(node, failure, traceback=outcome.traceback, warnings=outcome.warnings)

    def _keep_edited(self, node: Node, target: Path, result: Manifest | None) -> None:
        """Save what a person changed in a result before it is replaced."""
        place = self.study.processed / KEPT / target.parent.relative_to(self.study.processed)
        for words in manifest.keep_edited(target, result, place):
            self._tell(Event("note", *node, message=words))
