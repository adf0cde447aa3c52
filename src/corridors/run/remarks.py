"""What a stage wants people to read, from the facts that it has left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

# The sentences are imported where they are needed: `plan` and `status` start without them.


def remarks_of(stage: str, folder: Path) -> Iterator[str]:
    """Yield the remarks in a committed result's ``<stage>.json``, each with its source.

    A result without facts, or facts that cannot be read, have no remarks.
    """
    try:
        facts = json.loads((folder / f"{stage}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if not isinstance(facts, dict):
        return
    if stage == "clean" and "suspicions" in facts:
        yield from _suspicions(facts["suspicions"])
    if stage == "segment" and "animals_by_best_year" in facts:
        from corridors.atlas.words.suspicions import unclassified_line

        n_without = facts["animals_by_best_year"].get("unclassified", 0)
        if words := unclassified_line(n_without, facts.get("n_animals", n_without)):
            yield words
    for part in (facts, *facts.values()):
        for notes in part if isinstance(part, list) else [part]:
            if not isinstance(notes, dict):
                continue
            source = notes.get("source", "")
            for told in notes.get("remarks", ()):
                words = _in_words(told)
                yield f"{source}: {words}" if source else words


def _suspicions(found: list[dict[str, object]]) -> list[str]:
    """Return what looks wrong in a herd, in words."""
    from corridors.atlas.words.suspicions import suspicion_lines
    from corridors.foundation.facts.clean import Suspicion

    return suspicion_lines([Suspicion.model_validate(one) for one in found])


def _in_words(remark: dict[str, object]) -> str:
    from corridors.atlas.words.remarks import remark_words
    from corridors.foundation.facts import Remark

    return remark_words(Remark.model_validate(remark))
