"""What stands on everything that leaves the pipeline: made up, for comparison, for whom."""

from __future__ import annotations

from corridors.atlas.words.language import marked, said

SINGLE_ANIMAL = "each shows a single animal"
_PEER = marked("Profile usgs, for comparison only")


def map_stamp(*, simulated: bool) -> str:
    """Return what is stamped on a map."""
    return said("SIMULATED") if simulated else ""


def peer_stamp(*, is_peer: bool) -> str:
    """Return what stands on a page of a profile that is for comparison only."""
    return said(_PEER) if is_peer else ""


def data_label(*, simulated: bool) -> str:
    """Return the label of a package."""
    return "SIMULATED DATA" if simulated else ""


def rights(
    tier: str, *, simulated: bool, profile: str = "corrected", is_scenario: bool = False
) -> str:
    """Return what a layer or a project may be used for.

    Examples
    --------
    >>> rights("internal", simulated=True, is_scenario=True)
    'Simulated data. A scenario, not the present state. Tier internal.'
    """
    parts = (
        "Simulated data" if simulated else "",
        _PEER if profile == "usgs" else "",
        "A scenario, not the present state" if is_scenario else "",
        f"Tier {tier}",
    )
    return "".join(f"{part}. " for part in parts if part).rstrip()


def credit(study: str, herd: str, boundaries: str, *, profile: str) -> str:
    """Return the line below the herd's map; ``boundaries`` are their sources, "" without any.

    Examples
    --------
    >>> credit("A study", "wakhan", "Natural Earth", profile="usgs")
    'A study · wakhan · Boundaries: Natural Earth · Profile usgs, for comparison only'
    """
    line = f"{study} · {herd}"
    if boundaries:
        line += said(" · Boundaries: {sources}", sources=boundaries)
    return f"{line} · {said(_PEER)}" if profile == "usgs" else line


def project_title(herd: str, *, simulated: bool) -> str:
    """Return the title of the herd's project."""
    return f"{herd}: migration corridor and threats{' (SIMULATED)' if simulated else ''}"
