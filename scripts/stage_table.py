"""Write the tables of stages in docs/architecture.md from their classes.

    python scripts/stage_table.py [--check]

With ``--check`` nothing is written, and the exit code is 1 where the page is not as it would be.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from corridors.foundation.artefacts import RawFiles
from corridors.stages import registry
from corridors.stages.registry import Stage, declared, flat

PAGE = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"
BEGIN, END = "<!-- stages: begin, written by scripts/stage_table.py -->", "<!-- stages: end -->"


def rows(stages: Iterable[Stage], folder: str) -> list[str]:
    """Return a table with a line for each stage."""
    lines = [
        "| stage | reads | sees | leaves |",
        "|---|---|---|---|",
    ]
    for stage in stages:
        inputs = [
            f"files of {', '.join(one.notes)}" if one.kind is RawFiles else f"`{one.notes[0]}`"
            for one in flat(stage.code.Inputs)
        ]
        settings = [
            one.notes[0] if one.notes else f"`{one.name}`" for one in declared(stage.code.Settings)
        ]
        left = [
            f"`{one.file}`" + (f" {one.contract}" if one.contract else "")
            for one in stage.results.values()
        ]
        once = ", once for all herds" if stage.partition == "study" else ""
        lines.append(
            f"| **{stage.name}** (`{folder}{stage.folder}/`{once}): {stage.help} "
            f"| {', '.join(dict.fromkeys(inputs))} | {', '.join(settings)} | {', '.join(left)} |"
        )
    return lines


def text() -> str:
    """Return what stands between the marks."""
    scenario = registry.of_scenario((*registry.SCENARIO, *registry.BEFORE_AFTER))
    own = [stage for stage in scenario if stage.module.startswith("corridors.stages.scenario")]
    parts = [
        BEGIN,
        "",
        *rows(registry.stages(), ""),
        "",
        "Of a scenario, over the study's results; `study/` is what the study itself has:",
        "",
        *rows(own, "scenarios/NAME/"),
        "",
        "`corridors compare-profiles`, part of no run:",
        "",
        *rows([registry.comparison()], ""),
        "",
        END,
    ]
    return "\n".join(parts)


def main() -> None:
    """Write the page, or compare."""
    page = PAGE.read_text(encoding="utf-8")
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        sys.exit(f"{PAGE.name} must have the marks {BEGIN} and {END} once each")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    written = before + text() + after
    if "--check" in sys.argv:
        sys.exit(written != page)
    PAGE.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
