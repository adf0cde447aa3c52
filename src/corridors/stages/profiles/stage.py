"""Write what Migration Mapper's way of computing would make of the herd's corridor."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Delineate, Occurrence, Profile, Study
from corridors.config.sources import Herd
from corridors.foundation.artefacts import Document, Progress
from corridors.stages.surface import stage as surface

if TYPE_CHECKING:
    from corridors.foundation.facts.profiles import ProfilesFacts

FOLDER = "profiles"


@dataclass(frozen=True)
class Inputs:
    """What it reads: what stage `surface` reads."""

    surface: surface.Inputs


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    study: Study
    occurrence: Occurrence
    memory_mb: Annotated[float, "memory_mb"]
    profile: Profile
    delineate: Delineate
    herd: Annotated[str, "herd"]
    labels: Annotated[Herd, "labels"]


@dataclass(frozen=True)
class Results:
    """What it leaves; the page comes first."""

    page: Annotated[Document, "profiles.html"]
    facts: Annotated["ProfilesFacts", "profiles.json"]
    steps: Annotated[Document, "steps.csv"]
    migrations: Annotated[Document, "migrations.csv"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return both corridors of a herd, and what each difference between the profiles does.

    Both profiles go through the stages surface and delineate themselves, from the committed fixes
    and migrations; seasonal ranges are left out. The steps between them change one thing at a
    time.

    Raises
    ------
    MethodError
        The herd has no migration with a surface in both profiles.
    """
    from corridors.stages.profiles.comparison import compared

    return compared(inputs, settings, progress)
