"""What animals did at barriers: events, the segments each touched, and an index per barrier."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    contract,
    geometry,
    integer,
    number,
    text,
    utc,
)
from corridors.foundation.vocabulary import BARRIER_KINDS, BEHAVIOURS

# One row per event: a run of fixes within the buffer of the barriers of one kind.
BEHAVIOUR = contract(
    "BEHAVIOUR",
    {
        "event": text(),
        "herd": text(),
        "animal": text(),
        "kind": text(BARRIER_KINDS),
        "season": text(),  # season of the window in which it starts, or "other"
        "start_utc": utc(),  # first and last fix within the buffer
        "end_utc": utc(),
        "duration_h": number(AT_LEAST_0),
        "n_fixes": integer(pa.Check.ge(1)),
        "behaviour": text(BEHAVIOURS),
        "reason": text(),  # why it is unknown, else ""
        "n_crossings": integer(AT_LEAST_0),  # places where its path meets a barrier
        "straightness": number(FRACTION, nullable=True),  # NaN: one fix, or it did not move
        "own_mean": number(FRACTION, nullable=True),  # the animal's own, over windows as long;
        "own_sd": number(AT_LEAST_0, nullable=True),  # NaN: not needed, or not to be had
        "n_windows": integer(AT_LEAST_0),
        "geometry": geometry("Point"),  # its first fix
    },
    unique=["event"],
)

# Every segment that an event touches: a fix of it lies within the buffer, or its path crosses.
BEHAVIOUR_SEGMENTS = contract(
    "BEHAVIOUR_SEGMENTS",
    {
        "event": text(),
        "segment": text(),
        "barrier": text(),
        "n_fixes": integer(AT_LEAST_0),  # of the event, within the buffer of this segment
        "n_crossings": integer(AT_LEAST_0),  # of this segment
        "distance_m": number(AT_LEAST_0),  # of the nearest fix of the event
    },
    unique=["event", "segment"],
)

# How often animals changed their way at a barrier (segment ""), and at each of its segments.
BEHAVIOUR_INDEX = contract(
    "BEHAVIOUR_INDEX",
    {
        "herd": text(),
        "barrier": text(),
        "segment": text(),  # "": the whole barrier
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        **{behaviour: integer(AT_LEAST_0) for behaviour in BEHAVIOURS},  # number of events
        "encounters": integer(AT_LEAST_0),  # events of a known behaviour
        "altered": integer(AT_LEAST_0),  # bounce, back_and_forth, trace, trapped
        "n_animals": integer(AT_LEAST_0),  # with an encounter
        "judgement": text(("known", "unknown")),  # unknown: too few encounters
        "altered_share": number(FRACTION, nullable=True),  # altered / encounters; NaN: unknown
        "index": number(AT_LEAST_0, nullable=True),  # altered_share x n_animals
        "index_p05": number(AT_LEAST_0, nullable=True),  # animals drawn with replacement
        "index_p95": number(AT_LEAST_0, nullable=True),
        "geometry": geometry("LineString", "MultiLineString"),
    },
    unique=["barrier", "segment"],
)
