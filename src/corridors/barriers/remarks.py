"""What a person should read about a source of barriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridors.foundation.facts import Remark

_SHOWN = 12


def remarks(notes: Mapping[str, Any], *, completeness: str, margin_km: float) -> list[Remark]:
    """Return what is to be said of what was read, what the reader says first.

    Parameters
    ----------
    notes
        What `ingest` knows of the source.
    completeness
        What the configuration says of it.
    margin_km
        How far from the herd features are read, km.

    Examples
    --------
    >>> found = remarks({"classes_not_in_map": {"9": 3}}, completeness="unknown", margin_km=50.0)
    >>> [(one.code, one.values) for one in found]
    [('classes_not_in_map', {'classes': "'9' (3)"})]
    """
    said = list(notes.get("remarks", ()))
    lacking: Mapping[str, int] = notes.get("classes_not_in_map", {})
    if lacking:
        listed = ", ".join(f"'{word}' ({n})" for word, n in list(lacking.items())[:_SHOWN])
        more = " ..." if len(lacking) > _SHOWN else ""
        said.append(Remark.of("classes_not_in_map", classes=listed + more))
    if notes.get("nothing_near_the_herd"):
        code = "nothing_near_complete" if completeness == "complete" else "nothing_near"
        said.append(Remark.of(code, margin_km=margin_km))
    return said


def of_bundled(
    unknown_frac: float, n_near: int, near_km: float, states: Sequence[str]
) -> list[Remark]:
    """Return what to say of bundled boundaries: nothing where they reach the herd.

    Parameters
    ----------
    unknown_frac
        Share of the herd's places outside of all bundled states, 0...1.
    n_near
        Boundaries that were read.
    near_km
        How far from the herd, km.
    states
        Those that the herd is in or near.

    Examples
    --------
    >>> [one.code for one in of_bundled(1.0, 0, 300.0, [])], of_bundled(0.0, 2, 300.0, ["China"])
    (['states_unknown', 'no_boundary_near'], [])
    """
    said = []
    if unknown_frac:
        said.append(Remark.of("states_unknown", unknown_frac=unknown_frac))
    if not n_near:
        known = ", ".join(states) or "none"
        said.append(Remark.of("no_boundary_near", near_km=near_km, states=known))
    return said
