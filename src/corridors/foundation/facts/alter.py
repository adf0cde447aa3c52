"""Facts of stage `alter` of a scenario."""

from __future__ import annotations

from pydantic import ConfigDict, Field, JsonValue

from corridors.foundation.facts import Facts, Remark


class AddedFacts(Facts):
    """What was read of a source that the scenario adds, beside what its reader tells.

    Parameters
    ----------
    name, source
        As configured.
    barriers, n_near
        Features, and those within reach of the herd.
    remarks
        What a person should read; unset without any.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]

    name: str
    source: str
    barriers: int
    n_near: int
    remarks: list[Remark] = Field(default_factory=list)


class RuleFacts(Facts):
    """What a rule fits.

    Parameters
    ----------
    key, position
        Where the rule stands: ``remove``, ``open``, ``change``, and its place there from 0.
    n_barriers, n_segments, n_areas
        What it fits of the herd's.
    unknown_names
        Names that no barrier has -> the nearest that one has, or "".
    unknown_seasons
        Seasons that the herd does not have; only of openings by season.
    """

    key: str
    position: int
    n_barriers: int
    n_segments: int
    n_areas: int = 0
    unknown_names: dict[str, str]
    unknown_seasons: list[str] = []  # noqa: RUF012 - pydantic copies it


class AlterFacts(Facts):
    """What a scenario changes for a herd.

    Parameters
    ----------
    herd, scenario
        Names.
    is_affected
        Whether anything of it reaches the herd.
    added, rules
        What is added, and what each rule fits.
    n_added, n_altered
        Barriers added within reach; segments and areas altered.
    """

    herd: str
    scenario: str
    is_affected: bool
    added: list[AddedFacts]
    rules: list[RuleFacts]
    n_added: int
    n_altered: int
