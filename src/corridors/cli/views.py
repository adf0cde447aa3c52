"""What the commands show: progress on stderr, answers on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from corridors.foundation.errors import visible
from corridors.run.plan import Row
from corridors.run.report import Event, Report
from corridors.stages.registry import WHOLE_STUDY

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from corridors.run.inputs import Checked
    from corridors.run.scenario import Done
    from corridors.run.surveys import LayerSurvey, RasterSurvey
    from corridors.run.track_survey import TrackSurvey

_SHOWN = 12
_NAMED = 4  # herds of one stage and reason; more of them are a number
_MARKS = {"current": "up to date", "stale": "stale", "waits": "may rerun", "blocked": "blocked"}


class Screen:
    """Hears the events of a run; draws bars only when stderr is a terminal."""

    def __init__(self) -> None:
        self.bars: Progress | None = None
        self.tasks: dict[tuple[str, str], TaskID] = {}
        self.told: set[str] = set()

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            self.bars = Progress(
                TextColumn("{task.fields[stage]}", markup=False),
                TextColumn("{task.fields[herd]}", markup=False),
                BarColumn(bar_width=24),
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False),
                console=Console(stderr=True),
                transient=True,
            )
            self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bars is not None:
            self.bars.stop()

    def hear(self, event: Event) -> None:
        """Show an event."""
        node = (event.stage, event.partition)
        match event.kind:
            case "failed":
                self._say(f"{event.stage} of {event.partition} failed:\n{event.error}")
            case "skipped" if event.partition not in self.told:
                # What follows is skipped for the same reason: the report and the log name all.
                self.told.add(event.partition)
                more = "" if event.partition == WHOLE_STUDY else " and what follows it"
                self._say(f"{event.stage} of {event.partition}{more} skipped: {event.message}")
            case "note":
                self._say(f"{event.stage} of {event.partition}: {event.message}")
            case _:
                pass
        if self.bars is None:
            return
        match event.kind:
            case "started":
                self.tasks[node] = self.bars.add_task(
                    "", total=1.0, stage=event.stage, herd=event.partition
                )
            case "progress" if node in self.tasks:
                self.bars.update(
                    self.tasks[node], completed=event.fraction, description=event.message
                )
            case "done" | "failed" if node in self.tasks:
                self.bars.remove_task(self.tasks.pop(node))
            case _:
                pass

    def progress(self, stage: str, herd: str) -> Callable[[str, float], None]:
        """Begin a bar and return what moves it."""
        self.hear(Event("started", stage, herd))
        return lambda message, fraction: self.hear(
            Event("progress", stage, herd, message=message, fraction=fraction)
        )

    def _say(self, text: str) -> None:
        if self.bars is not None:
            self.bars.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(text, err=True)


def _dump(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False)


def checked(found: Checked, config: Path, n_results: int | None, *, as_json: bool) -> str:
    """Return what input files hold; with a number, how many results are as they were made."""
    if as_json:
        deep = {} if n_results is None else {"results": n_results}
        told = {"config": str(config), "files": found.n_files, **deep}
        return _dump({**told, **asdict(found.surveys)})
    held = found.surveys
    lines = [f"{one.herd}: {words}" for one in held.herds for words in one.remarks]
    lines += [line for one in held.tracks for line in _track(one)]
    lines += [line for one in held.layers for line in _layer(one)]
    lines += [line for one in held.rasters for line in _raster(one)]
    lines.append(f"{config}: the configuration and {found.n_files} input files can be read")
    if n_results is not None:
        lines.append(f"{n_results} results are as they were made")
    return visible("\n".join(lines))


def _track(one: TrackSurvey) -> Iterator[str]:
    n = sum(one.animals.values())
    what = f"{len(one.animals)} animals, {n} fixes"
    if n:
        what += f", {one.first_utc} to {one.last_utc}"
    if one.median_interval_h is not None:
        what += f", every {one.median_interval_h:.3g} h (median)"
    yield f"{one.herd}: {one.source}: {what}"
    if one.bounds_deg is not None:
        west, south, east, north = one.bounds_deg
        place = f"longitude {west:.4f} to {east:.4f}, latitude {south:.4f} to {north:.4f}"
        yield f"  {place}; {100 * one.no_position_frac:.1f} % without a position"
    for key, value in one.notes.items():
        yield f"  {key.replace('_', ' ')}: {value}"


def _layer(one: LayerSurvey) -> Iterator[str]:
    words = ["bundled" if one.n_features is None else f"{one.n_features} features", one.crs]
    if one.n_near is not None:
        words.append(f"{one.n_near} barriers near {one.herd}")
    words += [f"{kind} {n}" for kind, n in one.kinds.items()]
    name = f"{one.herd}: {one.source}" if one.herd else one.source
    yield f"{name}: {', '.join(word for word in words if word)}"
    if one.classes:
        yield f"  classes: {_some([f'{word} {n}' for word, n in one.classes.items()])}"
    if one.without_prior:
        yield f"  classes that no prior knows: {_some(one.without_prior)}"
    for words_of_reader in one.remarks:
        yield f"  {words_of_reader}"


def _raster(one: RasterSurvey) -> Iterator[str]:
    words = [
        f"{one.n_bands} bands" if one.n_bands > 1 else "1 band",
        f"{one.n_columns} x {one.n_rows} cells",
        one.crs,
        "nodata: none stated" if one.nodata is None else f"nodata {one.nodata:g}",
        *(f"data at {share:.0%} of {herd}" for herd, share in one.coverage_frac.items()),
    ]
    yield f"{one.source}: {', '.join(words)}"
    for doubt in one.remarks:
        yield f"  {doubt}"


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:_SHOWN]) + (" ..." if len(words) > _SHOWN else "")


def report(done: Report, *, as_json: bool) -> str:
    """Return what a run did."""
    if as_json:
        kept = [event for event in done.events if event.kind not in {"started", "progress"}]
        return _dump(
            {
                "exit_code": done.exit_code,
                "log": str(done.log) if done.log else None,
                "stages": [
                    {
                        "stage": event.stage,
                        "herd": event.partition,
                        "result": event.kind,
                        "seconds": round(event.seconds, 3),
                        "reasons": list(event.reasons),
                        "message": event.message,
                        "error": str(event.error) if event.error else None,
                    }
                    for event in kept
                ],
            }
        )
    ran, current = done.of("done"), done.of("current")
    failed, skipped = done.of("failed"), done.of("skipped")
    if not (ran or failed or skipped):
        return f"nothing to do: {len(current)} results are up to date"
    lines = [f"{event.stage:<10} {event.partition}  {event.seconds:.1f} s" for event in ran]
    parts = [f"{len(ran)} run", f"{len(current)} up to date"]
    if failed or skipped:
        parts += [f"{len(failed)} failed", f"{len(skipped)} skipped"]
    if failed:
        lines.append("failed: " + ", ".join(f"{e.stage} of {e.partition}" for e in failed))
    return "\n".join([*lines, ", ".join(parts)])


def scenario(name: str, done: Done, *, as_json: bool) -> str:
    """Return what a scenario did, and where its pages are."""
    if as_json:
        content = json.loads(report(done.report, as_json=True))
        pages = {herd: str(page) for herd, page in done.pages.items()}
        return _dump({"scenario": name, **content, "pages": pages, "unaffected": done.unaffected})
    lines = [report(done.report, as_json=False)]
    lines += [f"{herd}: nothing of {name} is within its reach" for herd in done.unaffected]
    lines += [str(page) for page in done.pages.values()]
    return "\n".join(lines)


def plan(rows: Sequence[Row], *, as_json: bool) -> str:
    """Return what would run and why."""
    if as_json:
        return _rows(rows)
    due = [row for row in rows if row.state != "current"]
    if not due:
        return f"nothing to do: {len(rows)} results are up to date"
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for row in due:
        alike.setdefault((row.stage, row.state, row.reasons or ("",)), []).append(row.partition)
    lines = []
    for (stage, state, (first, *rest)), herds in alike.items():
        names = herds if len(herds) <= _NAMED else [f"{len(herds)} herds ({herds[0]}, ...)"]
        for name in names:
            lines.append(f"{stage:<10} {name}  {_MARKS[state]}: {first}")
            lines += [f"{'':<10} {'':<{len(name)}}  {reason}" for reason in rest]
    counts = {state: sum(row.state == state for row in rows) for state in _MARKS}
    lines.append(", ".join(f"{n} {_MARKS[state]}" for state, n in counts.items() if n))
    return "\n".join(lines)


def status(rows: Sequence[Row], *, as_json: bool) -> str:
    """Return a table of partitions and stages."""
    if as_json:
        return _rows(rows)
    partitions: dict[str, list[Row]] = {}
    for row in rows:
        partitions.setdefault(row.partition, []).append(row)
    width = max(len(name) for name in partitions)
    lines = []
    for partition, own in partitions.items():
        late = [row for row in own if row.state != "current"]
        words = f"{len(own) - len(late)} of {len(own)} up to date"
        for state in ("stale", "waits", "blocked"):
            names = [row.stage for row in late if row.state == state]
            if names:
                words += f"; {_MARKS[state]}: {', '.join(names)}"
        lines.append(f"{partition:<{width}}  {words}")
    return "\n".join(lines)


def why(rows: Sequence[Row], *, as_json: bool) -> str:
    """Return every reason, or what an up-to-date result was made from."""
    if as_json:
        return _rows(rows, with_fingerprint=True)
    lines = []
    for row in rows:
        lines.append(f"{row.stage} of {row.partition}: {_MARKS[row.state]}")
        lines += [f"  {reason}" for reason in row.reasons]
        if row.state == "current" and row.fingerprint is not None:
            lines += _origin(row.fingerprint)
    return "\n".join(lines)


def _origin(fingerprint: Any) -> list[str]:
    lines = [f"  input {path}" for path in fingerprint["inputs"]]
    for stage, members in fingerprint["upstream"].items():
        names = sorted({name for artefacts in members.values() for name in artefacts})
        lines.append(f"  reads {stage}: {', '.join(names)}")
    settings = ", ".join(fingerprint["settings"])
    lines.append(f"  settings {settings or 'none'}")
    lines.append(f"  code {len(fingerprint['code'])} files")
    versions = (f"{name} {version}" for name, version in fingerprint["libraries"].items())
    lines.append("  libraries " + ", ".join(versions))
    return lines


def _rows(rows: Sequence[Row], *, with_fingerprint: bool = False) -> str:
    content = []
    for row in rows:
        entry: dict[str, Any] = {
            "stage": row.stage,
            "herd": row.partition,
            "state": row.state,
            "reasons": list(row.reasons),
        }
        if with_fingerprint:
            entry["fingerprint"] = row.fingerprint
        content.append(entry)
    return _dump(content)
