"""Facts of stage `behave`."""

from __future__ import annotations

from corridors.foundation.facts import Facts


class KindFacts(Facts):
    """Which steps tell of the permeability of a kind of barrier.

    Parameters
    ----------
    interval_h, growth
        Most frequent time between fixes, h; null where there is none. Lengths of steps grow with
        their time to the power ``growth``.
    n_crossings, n_crossings_used
        Steps that cross a barrier, and those of them that tell of its permeability.
    n_steps
        Steps that start within the buffer and might go either way.
    n_without_choice
        Steps from which no null step crosses, or every one.
    n_near_line, n_too_long, n_no_heading
        Steps within the buffer that were left out: their start or end lies too near to a barrier to
        know on which side; they last too long; no step before.
    n_steps_around
        Steps in the neighbourhood, from which the null steps are made.
    """

    interval_h: float | None
    growth: float
    n_crossings: int
    n_crossings_used: int
    n_steps: int
    n_without_choice: int
    n_near_line: int
    n_too_long: int
    n_no_heading: int
    n_steps_around: int


class PermeabilityFacts(Facts):
    """How permeability was found: law, buffer (m), and kind -> steps."""

    law: str
    buffer_m: float
    kinds: dict[str, KindFacts]


class BehaveFacts(Facts):
    """What animals did at barriers, in numbers.

    Parameters
    ----------
    herd
        Its name.
    n_animals, n_segments, n_events
        Animals, standing segments of the kinds that are looked at, rows of BEHAVIOUR.
    events
        Kind -> behaviour -> events.
    unknown
        Reason -> events of unknown behaviour.
    interval_h
        Animal -> modal interval of its fixes, h; null without two fixes.
    n_barriers_met, n_barriers_judged
        Barriers with an event, and with encounters enough for an index.
    min_encounters, draws, seed
        As configured.
    steps_across, steps_across_without_event
        Steps that cross a barrier, and those of them that belong to no event.
    permeability
        How permeability was found.
    """

    herd: str
    n_animals: int
    n_segments: int
    n_events: int
    events: dict[str, dict[str, int]]
    unknown: dict[str, int]
    interval_h: dict[str, float | None]
    n_barriers_met: int
    n_barriers_judged: int
    min_encounters: int
    draws: int
    seed: int
    steps_across: int
    steps_across_without_event: int
    permeability: PermeabilityFacts
