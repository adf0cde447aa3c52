"""Compute the occurrence surface of each migration and seasonal range."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Occurrence, Profile
from corridors.foundation.artefacts import FixTable, Progress, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.surface import SurfaceFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    fixes: Annotated[FixTable, "clean.fixes"]
    clean: Annotated["CleanFacts", "clean.facts"]
    migrations: Annotated[Table, "segment.migrations"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    occurrence: Occurrence
    memory_mb: Annotated[float, "memory_mb"]
    profile: Profile
    species: Annotated[str | None, "species"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    surfaces: Annotated[Table, "SURFACES"]
    estimates: Annotated[Table, "ESTIMATES"]
    variances: Annotated[Table, "VARIANCES"]
    facts: Annotated["SurfaceFacts", "surface.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return the surface of every window and why it is as it is.

    A window without a surface (too few fixes, too many long steps, no variance) gets a row with
    its error; the others go on.

    Raises
    ------
    MethodError
        Method ``fmv`` without a value for the herd's species.
    """
    from corridors.stages.surface.windows import estimated

    return estimated(inputs, settings, progress)
