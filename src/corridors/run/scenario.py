"""Run a scenario beside the study: its own results, from committed ones that stay as they are."""

from __future__ import annotations

import difflib
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.config.document import dotted, read
from corridors.foundation.errors import (
    ConfigError,
    CorridorsError,
    Fault,
    InternalError,
    MissingInputError,
    ResourceError,
)
from corridors.run import engines, lock, manifest
from corridors.run.execute import signals, sweep
from corridors.run.fingerprint import Fingerprints, changes, upstream_digests
from corridors.run.graph import STAGING, Event, Listener, Options, Report, tell
from corridors.run.log import Log
from corridors.run.manifest import Manifest
from corridors.run.plan import Row, folder_of, survey, with_upstream
from corridors.run.worker import Job, Outcome
from corridors.stages import scenario_stages, table
from corridors.stages.scenario_stages import ALTER, BASE, BEFORE_AFTER, DIFFERENCE, FOLDER
from corridors.stages.table import Stage

if TYPE_CHECKING:
    from corridors.config.load import Study

_NAMES_SHOWN = 3


@dataclass
class Done:
    """What came of a scenario.

    Parameters
    ----------
    report
        The events, as of any run.
    pages
        Herd -> its page.
    unaffected
        Herds that nothing of the scenario reaches; nothing was computed for them.
    """

    report: Report
    pages: dict[str, Path] = field(default_factory=dict)
    unaffected: list[str] = field(default_factory=list)


def run_scenario(
    study: Study, name: str, herds: Sequence[str], options: Options, listener: Listener
) -> Done:
    """Bring the results of a scenario, or of a ``before_after``, up to date.

    Parameters
    ----------
    study, name, herds
        Whose scenario, for which herds.
    options, listener
        As of any run.

    Raises
    ------
    ConfigError
        There is no such scenario, or it names barriers or seasons that no herd has.
    MissingInputError
        Results of the study that it reads are missing or not up to date.
    BusyError
        Another run holds a lock.
    """
    engines.check_scheduler(options.scheduler)
    run = _Run(_only(study, name), name, options, listener)
    with lock.held(study, herds, options.wait_s), signals():
        sweep(study, set(herds))
        try:
            return run.everything(study, herds)
        finally:
            sweep(study, set(herds))
            run.prints.digests.save()


def _only(study: Study, name: str) -> Study:
    """Return the study with this scenario alone: the others must not make its results stale."""
    config = study.config
    known = [*config.scenarios, *config.before_after]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise ConfigError(
            Fault(
                "there is no such scenario",
                file=str(study.path),
                expected="one of: " + ", ".join(known) if known else "a name below scenarios:",
                got=name,
                cure=f"did you mean {near[0]}?" if near else None,
            )
        )
    alone = {
        section: {key: value for key, value in getattr(config, section).items() if key == name}
        for section in ("scenarios", "before_after")
    }
    return replace(study, config=config.model_copy(update=alone))


@dataclass(frozen=True)
class _Started:
    """A stage of a herd that runs, what its result depends on, and the result it replaces."""

    herd: str
    stage: Stage
    job: Job
    fingerprint: Mapping[str, Any]
    before: Manifest | None


class _Run:
    """One scenario on its way."""

    def __init__(self, study: Study, name: str, options: Options, listener: Listener) -> None:
        self.study = study
        self.name = name
        self.is_dated = name in study.config.before_after
        self.options = options
        self.listener = listener
        self.prints = Fingerprints(study)
        self.done = Done(Report())
        self.log = Log(study.processed)
        # (herd, stage whose place it takes) -> folder of the scenario's own result.
        self.own: dict[tuple[str, str], Path] = {}
        self.failed: set[str] = set()

    # --- order ------------------------------------------------------------------------------------

    def everything(self, study: Study, herds: Sequence[str]) -> Done:
        """Check the study's results and run stage by stage, herd beside herd."""
        first = BEFORE_AFTER if self.is_dated else ALTER
        stages = [first] if self.is_dated else [first, *scenario_stages.of_scenario()]
        _check_base(survey(Fingerprints(study)), stages, herds)
        self.log.write("scenario", name=self.name)
        self.done.report.log = self.log.path
        workers = min(self.options.workers or engines.cpus(), max(1, len(herds)))
        self.engine = engines.make(self.options.scheduler, workers, self._progress)
        try:
            self._bring({herd: [first] for herd in herds})
            facts = {herd: self._facts(herd, first) for herd in herds if herd not in self.failed}
            _check_names(study, self.name, facts, is_whole=len(facts) == len(study.config.herds))
            reached = [herd for herd, fact in facts.items() if fact["is_affected"]]
            self.done.unaffected = [herd for herd in facts if herd not in reached]
            self._bring(dict.fromkeys(reached, stages[1:]))
        except BaseException as error:
            self.engine.stop()
            self.log.write("stopped", by=repr(error))
            raise
        self.engine.close()
        self.log.write("end", exit_code=self.done.report.exit_code)
        self.log.tidy()
        last = BEFORE_AFTER if self.is_dated else DIFFERENCE
        page = next(name for name in last.writes if name.endswith(".html"))
        for herd in reached:
            if herd not in self.failed:
                self.done.pages[herd] = self._folder(last, herd) / page
        return self.done

    def _bring(self, queues: Mapping[str, Sequence[Stage]]) -> None:
        """Bring the stages of each herd up to date, in order."""
        waiting: dict[str, list[Stage]] = {herd: list(queue) for herd, queue in queues.items()}
        running: dict[Future[Outcome], _Started] = {}
        idle = list(waiting)
        while idle or running:
            for herd in idle:
                while waiting[herd]:
                    stage = waiting[herd].pop(0)
                    started = self._start(herd, stage)
                    if herd in self.failed:
                        break
                    if started is not None:
                        running[self.engine.submit(started.job)] = started
                        break
            idle = []
            if not running:
                continue
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                started = running.pop(future)
                self._settle(started, future)
                if started.herd not in self.failed:
                    idle.append(started.herd)

    # --- one result -------------------------------------------------------------------------------

    def _start(self, herd: str, stage: Stage) -> _Started | None:
        """Return the job of a stage, or None where its result is up to date."""
        target = self._folder(stage, herd)
        place = "ingest" if stage is ALTER else stage.name
        reads = {read: {herd: self._upstream(read, herd)} for read in stage.reads}
        before = manifest.read(target)
        try:
            fingerprint = self.prints.of(stage, herd, self._digests(stage, reads))
        except CorridorsError as error:
            self._fail(herd, stage, error)
            return None
        reasons: tuple[str, ...]
        if before is None:
            reasons = ("not finished" if target.exists() else "never run",)
        else:
            was = changes(before.fingerprint, fingerprint)
            reasons = (*was, *manifest.damaged(target, before))
        self.own[herd, place] = target
        if not reasons and not self.options.is_forced:
            self._tell(Event("current", stage.name, herd))
            return None
        staged = self.study.processed / STAGING / herd / f"{stage.name}-{secrets.token_hex(6)}"
        job = Job(
            stage=stage.name,
            partition=herd,
            function=stage.function,
            herd=herd,
            sections=table.sections_of(stage, self.study.config, herd),
            raw={
                configured: self.study.raw_path(configured)
                for configured in table.inputs_of(stage, self.study.config, herd)
            },
            upstream=reads,
            staged=staged,
            writes=tuple(each.format(herd=herd, scenario=self.name) for each in stage.writes),
        )
        self._tell(Event("started", stage.name, herd, reasons=reasons or ("forced",)))
        return _Started(herd, stage, job, fingerprint, before)

    def _settle(self, started: _Started, future: Future[Outcome]) -> None:
        herd, stage, job = started.herd, started.stage, started.job
        try:
            outcome = future.result()
        except BrokenExecutor as error:
            died = f"the process that ran {stage.name} of {herd} died"
            cure = "most often memory: fewer --workers, a larger working.cell_m"
            self._fail(herd, stage, ResourceError(Fault(died, got=str(error), cure=cure)))
            return
        if outcome.error is not None:
            failure = outcome.error
            if outcome.unexpected:
                fault = replace(
                    failure.faults[0],
                    file=str(self.log.path),
                    cure="this is a defect of corridors; report it with that file",
                )
                failure = InternalError(fault)
            shutil.rmtree(job.staged, ignore_errors=True)
            self._fail(herd, stage, failure, traceback=outcome.traceback)
            return
        target = self._folder(stage, herd)
        try:
            for words in manifest.keep_edited(
                target,
                started.before,
                self.study.processed / "edited" / FOLDER / self.name / stage.name,
            ):
                self._tell(Event("note", stage.name, herd, message=words))
            manifest.commit(job.staged, target, Manifest(started.fingerprint, outcome.artefacts))
        except CorridorsError as error:
            self._fail(herd, stage, error)
            return
        self._tell(Event("done", stage.name, herd, seconds=outcome.seconds))

    def _folder(self, stage: Stage, herd: str) -> Path:
        """Return the folder of the scenario's own result."""
        return self.study.processed / FOLDER / self.name / (stage.folder or stage.name) / herd

    def _upstream(self, name: str, herd: str) -> Path:
        """Return the folder to read: the scenario's own, else that of the study."""
        if name.startswith(BASE):
            return folder_of(self.study, table.get(name.removeprefix(BASE)), herd)
        return self.own.get((herd, name)) or folder_of(self.study, table.get(name), herd)

    def _digests(
        self, stage: Stage, reads: Mapping[str, Mapping[str, Path]]
    ) -> Mapping[str, Mapping[str, Any]]:
        results: dict[str, dict[str, Manifest]] = {}
        for name, folders in reads.items():
            results[name] = {}
            for herd, folder in folders.items():
                made = manifest.read(folder)
                if made is None:
                    raise InternalError(f"{stage.name} of {herd} needs {name}, which is not there")
                results[name][herd] = made
        return upstream_digests(stage, results)

    def _facts(self, herd: str, first: Stage) -> dict[str, Any]:
        name = next(name for name in first.writes if name.endswith(".json"))
        content: dict[str, Any] = json.loads((self._folder(first, herd) / name).read_bytes())
        return content

    # --- what is told -----------------------------------------------------------------------------

    def _progress(self, stage: str, herd: str, message: str, fraction: float) -> None:
        self.listener(Event("progress", stage, herd, message, fraction))

    def _tell(self, event: Event, **details: object) -> None:
        tell(event, self.done.report, self.log, self.listener, **details)

    def _fail(self, herd: str, stage: Stage, error: CorridorsError, **details: object) -> None:
        self.failed.add(herd)
        self._tell(Event("failed", stage.name, herd, error=error), **details)


def _check_base(
    rows: Mapping[tuple[str, str], Row], stages: Sequence[Stage], herds: Sequence[str]
) -> None:
    """Refuse to build on results of the study that are missing or not up to date."""
    needed = {name.removeprefix(BASE) for stage in stages for name in stage.reads}
    names = with_upstream(needed.intersection(table.BY_NAME))
    faults = []
    for herd in herds:
        old = [name for name in names if rows[name, herd].state != "current"]
        if old:
            first = rows[old[0], herd]
            faults.append(
                Fault(
                    f"a scenario needs results of {herd} that are not up to date",
                    expected="results as `corridors run` leaves them",
                    got=f"{', '.join(old)} ({old[0]}: {'; '.join(first.reasons[:2])})",
                    cure=f"corridors run --herd {herd}",
                )
            )
    if faults:
        raise MissingInputError(faults)


def _check_names(
    study: Study, name: str, facts: Mapping[str, Mapping[str, Any]], *, is_whole: bool
) -> None:
    """Refuse words of the scenario that fit no herd, and files far from all of them.

    Where only some herds were asked for, the others may have what is named.
    """
    if not is_whole:
        return
    faults = list(_unknown(study, name, list(facts.values())))
    if faults:
        raise ConfigError(faults)


def _unknown(study: Study, name: str, facts: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    document = read(study.path)
    is_dated = name in study.config.before_after
    top: tuple[str | int, ...] = ("before_after" if is_dated else "scenarios", name)

    def fault(what: str, keys: tuple[str | int, ...], **more: str | None) -> Fault:
        return Fault(
            what,
            file=str(study.path),
            row=document.line((*top, *keys)),
            column=dotted((*top, *keys)),
            **more,
        )

    by_rule: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for fact in facts:
        for rule in fact["rules"]:
            by_rule.setdefault((rule["key"], rule["position"]), []).append(rule)
    for (key, position), found in by_rule.items():
        keys: tuple[str | int, ...] = () if is_dated else (key, position)
        names = set.intersection(*(set(rule["unknown_names"]) for rule in found))
        if names:
            near = [rule["unknown_names"][min(names)] for rule in found]
            near = [word for word in near if word]
            yield fault(
                "no barrier has this id or name",
                (*keys, "barriers"),
                expected="ids or names as in segments.parquet of stage intersect",
                got=", ".join(sorted(names)[:_NAMES_SHOWN]),
                cure=f"did you mean {near[0]}?" if near else None,
            )
        elif not any(rule["n_barriers"] or rule["n_segments"] for rule in found):
            yield fault("the rule fits no barrier of any herd", keys, cure="corridors check")
        seasons = [set(rule.get("unknown_seasons", ())) for rule in found]
        if lost := set.intersection(*seasons):
            yield fault(
                "no herd has a season of this name",
                (*keys, "seasons"),
                got=", ".join(sorted(lost)),
            )
    for position in range(len(facts[0]["added"]) if facts else 0):
        parts = [fact["added"][position] for fact in facts]
        if not any(part["n_near"] for part in parts):
            yield fault(
                "nothing of the file lies within reach of any herd",
                ("lines" if is_dated else "add", position, "path"),
                expected="a line within intersect.reach_km of a herd's fixes or corridor",
                got=parts[0]["source"],
                cure="check the file's CRS, or leave it out",
            )
