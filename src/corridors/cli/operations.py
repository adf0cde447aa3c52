"""Earlier runs, and the state of machine and study, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridors.run.doctor import Finding
    from corridors.run.history import Past


def history(runs: Sequence[Past], *, as_json: bool) -> str:
    """Return a line per run and one below it per failure."""
    if as_json:
        rows = [{**asdict(run), "log": run.log.name} for run in runs]
        return json.dumps(rows, indent=1, ensure_ascii=False)
    if not runs:
        return "no run has left a log"
    lines = []
    for run in runs:
        what = f"scenario {run.scenario}" if run.scenario else "run"
        end = f"exit {run.exit_code}" if run.exit_code is not None else run.ended
        counts = ", ".join(f"{n} {kind}" for kind, n in run.counts.items() if n) or "nothing done"
        lines.append(f"{run.began_utc}  {run.seconds:>8.1f} s  {end:<10}  {what}: {counts}")
        lines += [f"  {stage} of {herd}: {words}" for stage, herd, words in run.failures]
    return "\n".join(lines)


def findings(found: Sequence[Finding], *, as_json: bool) -> str:
    """Return a line per finding, with what helps."""
    if as_json:
        return json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False)
    width = max(len(one.subject) for one in found)
    return "\n".join(
        f"{one.verdict:<4}  {one.subject:<{width}}  {one.found}"
        + (f"  ({one.cure})" if one.cure else "")
        for one in found
    )
