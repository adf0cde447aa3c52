"""Facts of stage `ingest`."""

from __future__ import annotations

from pydantic import ConfigDict, Field, JsonValue

from corridors.foundation.facts import Facts, Remark


class SourceFacts(Facts):
    """What a reader has to tell of one source, beside where it is: counts and notes by name.

    Each format tells what it has come across, so this one model is open.

    Parameters
    ----------
    source
        As configured.
    remarks
        What a person should read; unset without any.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]

    source: str
    remarks: list[Remark] = Field(default_factory=list)


class AnimalFacts(Facts):
    """What was read of one animal.

    Parameters
    ----------
    fixes, no_position
        Rows, and those without a position.
    taxa
        Names in the files.
    first_utc, last_utc
        Times of its first and last row, ISO 8601.
    """

    fixes: int
    no_position: int
    taxa: list[str]
    first_utc: str
    last_utc: str


class FixesFacts(Facts):
    """What was read of all animals; see :class:`AnimalFacts`."""

    fixes: int
    no_position: int
    animals: dict[str, AnimalFacts]


class IngestFacts(Facts):
    """What was read from which source.

    Parameters
    ----------
    herd, species
        As configured.
    tracks, barriers, boundaries
        Their sources, in the order of the configuration.
    expert_ranges, expert_corridors, states
        Their source; unset where none is configured.
    fixes
        What came of the tracks.
    doubles
        What was found of lines that are drawn twice.
    zones
        Their layers, in the order of the configuration; unset without any.
    """

    herd: str
    species: str
    tracks: list[SourceFacts]
    fixes: FixesFacts
    barriers: list[SourceFacts]
    boundaries: list[SourceFacts]
    doubles: dict[str, JsonValue]
    expert_ranges: SourceFacts | None = None
    expert_corridors: SourceFacts | None = None
    states: SourceFacts | None = None
    zones: list[SourceFacts] = Field(default_factory=list)
