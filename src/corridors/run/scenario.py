"""Run a scenario beside the study: its own results, from committed ones that stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.config.document import dotted, read
from corridors.foundation import parallel
from corridors.foundation.errors import ConfigError, Fault, MissingInputError
from corridors.foundation.faults import did_you_mean
from corridors.run import engines, lock
from corridors.run.execute import signals, sweep
from corridors.run.fingerprint import Fingerprints
from corridors.run.graph import Graph
from corridors.run.log import Log
from corridors.run.overlay import Overlay
from corridors.run.plan import Node, Row, survey
from corridors.run.report import Listener, Options, Report
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.run.layout import Layout
    from corridors.run.manifest import Manifest
    from corridors.stages.registry import Stage

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
    layout = overlay_of(study, name)
    done = Done(Report())
    prints = Fingerprints(layout.study)
    with lock.held(study, herds, options.wait_s), signals():
        sweep(study, set(herds))
        _check_base(survey(Fingerprints(study)), layout, herds)
        log = Log(study.processed)
        log.write("scenario", name=name)
        done.report.log = log.path
        workers = min(options.workers or parallel.cores(), max(1, len(herds)))
        options = replace(options, workers=workers)
        first, *rest = layout.stages
        settled: dict[Node, Manifest] = {}

        def bring(nodes: Sequence[Node]) -> None:
            graph = Graph(prints, layout, nodes, settled, {}, options, listener, done.report, log)
            graph.everything()
            settled.update(graph.settled)

        try:
            bring([(first.name, herd) for herd in herds])
            facts = {
                herd: _facts(layout, first, herd) for herd in herds if (first.name, herd) in settled
            }
            _check_names(study, name, facts, is_whole=len(facts) == len(study.config.herds))
            reached = [herd for herd, fact in facts.items() if fact["is_affected"]]
            done.unaffected = [herd for herd in facts if herd not in reached]
            bring([(stage.name, herd) for stage in rest for herd in reached])
        finally:
            sweep(study, set(herds))
            prints.digests.save()
        log.write("end", exit_code=done.report.exit_code)
        log.tidy()
    last = layout.stages[-1]
    page = next(name for name in last.writes if name.endswith(".html"))
    done.pages = {
        herd: layout.folder(last, herd) / page for herd in reached if (last.name, herd) in settled
    }
    return done


def _facts(layout: Layout, stage: Stage, herd: str) -> dict[str, Any]:
    name = next(name for name in stage.writes if name.endswith(".json"))
    content: dict[str, Any] = json.loads((layout.folder(stage, herd) / name).read_bytes())
    return content


def overlay_of(study: Study, name: str) -> Overlay:
    """Return the graph of a scenario, or of a ``before_after``.

    Its study has this scenario alone: the others must not make its results stale.

    Raises
    ------
    ConfigError
        There is no such scenario.
    """
    config = study.config
    known = [*config.scenarios, *config.before_after]
    if name not in known:
        raise ConfigError(
            Fault(
                "there is no such scenario",
                file=str(study.path),
                expected="one of: " + ", ".join(known) if known else "a name below scenarios:",
                got=name,
                cure=did_you_mean(name, known),
            )
        )
    alone = {
        section: {key: value for key, value in getattr(config, section).items() if key == name}
        for section in ("scenarios", "before_after")
    }
    only = replace(study, config=config.model_copy(update=alone))
    return Overlay(only, name, is_dated=name in config.before_after)


def _check_base(rows: Mapping[Node, Row], layout: Layout, herds: Sequence[str]) -> None:
    """Refuse to build on results of the study that are missing or not up to date."""
    supplies = [layout.supply(one, stage) for stage in layout.stages for one in stage.references]
    names = registry.with_upstream({one.stage.name for one in supplies if not one.is_ours})
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
