"""Facts of stage `before_after`."""

from __future__ import annotations

from corridors.foundation.facts import Facts
from corridors.foundation.facts.alter import AddedFacts, RuleFacts


class BeforeAfterFacts(Facts):
    """What there is to compare.

    Parameters
    ----------
    herd, before_after, title
        Names.
    day
        First day of the time after, ISO 8601.
    is_affected
        Whether the line is within reach of the herd.
    added, rules
        Files of lines, and what the selection fits.
    tracking_years, migrations
        Period (before, after) -> years tracked, whole migrations.
    n_segments
        Segments of the line.
    """

    herd: str
    before_after: str
    title: str
    day: str
    is_affected: bool
    added: list[AddedFacts]
    rules: list[RuleFacts]
    tracking_years: dict[str, float]
    migrations: dict[str, int]
    n_segments: int
