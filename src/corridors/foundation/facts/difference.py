"""Facts of stage `difference` of a scenario."""

from __future__ import annotations

from corridors.foundation.facts import Facts, Remark, Unit
from corridors.foundation.vocabulary import DifferenceMeasure, DifferenceReason


class MeasureFacts(Facts):
    """What the herd gains or loses; null is unknown, and ``reason`` says why.

    Parameters
    ----------
    measure
        What is measured.
    before, after, change
        Today, in the scenario, and the difference.
    change_p05, change_p95
        Its interval, where there is one.
    reason
        Why it is unknown.
    """

    measure: DifferenceMeasure
    before: float | None
    after: float | None
    change: float | None
    change_p05: float | None
    change_p95: float | None
    reason: DifferenceReason


class DifferenceFacts(Facts):
    """What a scenario comes to for a herd.

    Parameters
    ----------
    herd, scenario, title
        Names.
    closed_below
        A line that lets a smaller share pass counts as closed.
    unit
        Of passages, as in the ranking.
    n_differences, n_touched
        Rows of DIFFERENCE, and those that the scenario touches.
    measures
        Of the herd as a whole.
    notes
        What a reader must know.
    """

    herd: str
    scenario: str
    title: str
    closed_below: float
    unit: Unit
    n_differences: int
    n_touched: int
    measures: list[MeasureFacts]
    notes: list[Remark]
