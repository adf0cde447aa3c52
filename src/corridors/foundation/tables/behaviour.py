"""What animals did at barriers: events, the segments each touched, and an index per barrier."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    contract,
    geometry,
    integer,
    layer_contract,
    number,
    text,
    utc,
)
from corridors.foundation.vocabulary import (
    BARRIER_KINDS,
    BEHAVIOURS,
    KAPPA_SOURCES,
    UNKNOWN_BEHAVIOUR,
)

# One row per event: a run of fixes within the buffer of the barriers of one kind.
BEHAVIOUR = layer_contract(
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
        "reason": text((*UNKNOWN_BEHAVIOUR, "")),  # why it is unknown, else ""
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
BEHAVIOUR_INDEX = layer_contract(
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
        "n_units": integer(AT_LEAST_0),  # independent ones: animals that travel together are one
        "judgement": text(("known", "unknown")),  # unknown: too few encounters
        "altered_share": number(FRACTION, nullable=True),  # altered / encounters; NaN: unknown
        "index": number(AT_LEAST_0, nullable=True),  # altered_share x n_animals
        "index_p05": number(AT_LEAST_0, nullable=True),  # units drawn with replacement
        "index_p95": number(AT_LEAST_0, nullable=True),
        "geometry": geometry("LineString", "MultiLineString"),
    },
    unique=["barrier", "segment"],
)

# How much more rarely the herd crosses barriers than if they were not there. One row per kind of
# barrier, per class of it, and per level of what may change it.
PERMEABILITY = contract(
    "PERMEABILITY",
    {
        "herd": text(),
        "species": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),  # "" unknown; "all" where the row is for the whole kind
        "covariate": text(("kind", "class", "season", "time_of_day")),
        "level": text(),
        "interval_h": number(AT_LEAST_0, nullable=True),  # between fixes; kappa holds for it alone
        "n_steps": integer(AT_LEAST_0),  # that start within the buffer and might go either way
        "n_crossings": integer(AT_LEAST_0),
        "n_animals": integer(AT_LEAST_0),
        "n_units": integer(AT_LEAST_0),
        "expected": number(AT_LEAST_0),  # crossings if the barrier were not there
        "kappa": number(AT_LEAST_0, nullable=True),  # 0 closed, 1 no effect; NaN: no estimate
        "kappa_low": number(AT_LEAST_0, nullable=True),  # 95 % interval, or a one-sided limit
        "kappa_high": number(AT_LEAST_0, nullable=True),
        "profile_low": number(AT_LEAST_0, nullable=True),  # as if tries of one animal were
        "profile_high": number(AT_LEAST_0, nullable=True),  # independent
        "interval": text(("profile", "units", "upper_limit", "lower_limit", "none")),
        "spread": number(AT_LEAST_0, nullable=True),  # variance between units / of the model
        "p_value": number(FRACTION, nullable=True),  # that the covariate makes no difference
        "permeability": number(FRACTION, nullable=True),  # share of free crossings that happen
        "permeability_low": number(FRACTION, nullable=True),
        "permeability_high": number(FRACTION, nullable=True),
        "source": text(KAPPA_SOURCES),
        "n_doubtful": integer(AT_LEAST_0),  # crossings that may be location error
        "n_across": integer(AT_LEAST_0),  # steps across, used or not; of the whole kind alone
        "n_left_out": integer(AT_LEAST_0),  # steps, too few to tell the pace of the level
        "prior": text(),  # kind/class of the prior that permeability is, or ""
    },
    unique=["kind", "class", "covariate", "level"],
)
