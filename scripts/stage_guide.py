"""Write docs/how-to/stages.md, how to run and look at each stage, from the classes of the stages.

    python scripts/stage_guide.py [--check]

With ``--check`` nothing is written, and the exit code is 1 where the page is not as it would be.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from corridors.foundation.artefacts import RawFiles
from corridors.stages import registry
from corridors.stages.registry import Stage, Written, declared, flat

PAGE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "stages.md"
OPENING = """\
# Stage by stage

Written by `scripts/stage_guide.py` from the stages; change those.

`corridors run` runs what is stale, in this order. A stage can be run by itself, and says why
it would be:

```
corridors plan                                    # what would run, and why
corridors why rank --herd wakhan-argali           # of one stage
corridors rank --herd wakhan-argali               # only this stage
corridors rank --herd wakhan-argali --with-upstream   # first the stages that it reads
corridors rank --force                            # also where it is up to date
```

What a stage leaves is in `data/processed/STAGE/HERD/`, unless another folder is named below. From
Python `study.table("STAGE.field", "HERD")` reads a table. What the keys mean stands in the
`config.yaml` that `corridors init my-study --full` writes.
"""


def left(one: Written) -> str:
    """Return an artefact, with a link to the columns of its table."""
    if not one.contract:
        return f"`{one.file}`"
    return f"`{one.file}` ([{one.contract}](../data-dictionary.md#{one.contract.lower()}))"


def entry(stage: Stage) -> Iterator[str]:
    """Yield the lines of one stage."""
    yield f"## {stage.name}\n"
    yield f"{stage.help.rstrip('.')}.\n"
    only = "" if stage.partition == "study" else " --herd HERD"
    yield f"```\ncorridors {stage.name}{only}\n```\n"
    reads = [
        f"files of `{one.notes[0]}`" if one.kind is RawFiles else f"`{one.notes[0]}`"
        for one in flat(stage.code.Inputs)
    ]
    sees = [one.notes[0] if one.notes else one.name for one in declared(stage.code.Settings)]
    yield f"- **Reads** {', '.join(dict.fromkeys(reads))}"
    yield f"- **Sees** of the configuration {', '.join(f'`{name}`' for name in sees)}"
    yield f"- **Leaves** {', '.join(left(one) for one in stage.results.values())}"
    if stage.partition == "study":
        yield f"- **Folder** `{stage.folder}/{registry.WHOLE_STUDY}/`"
    elif stage.folder != stage.name:
        yield f"- **Folder** `{stage.folder}/HERD/`"
    yield ""


def page() -> str:
    """Return the whole page."""
    lines = [OPENING]
    for stage in registry.stages():
        lines += entry(stage)
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Write the page, or compare."""
    made = page()
    if "--check" in sys.argv:
        sys.exit(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
