"""Fit displacement models and cut tracks into migrations and seasonal ranges."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.segmentation import Segment
from corridors.foundation.artefacts import Document, FixTable, Progress, RawFiles, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.segment import SegmentFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    fixes: Annotated[FixTable, "clean.fixes"]
    clean: Annotated["CleanFacts", "clean.facts"]
    raw: Annotated[RawFiles, "picks"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    segment: Annotated[Segment, "segment of the herd"]
    picks: Annotated[str | None, "picks"]
    species: Annotated[str | None, "species"] = None


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    migrations: Annotated[Table, "MIGRATIONS"]
    legs: Annotated[Table, "LEGS"]
    animal_years: Annotated[Table, "ANIMAL_YEARS"]
    displacement_fits: Annotated[Table, "DISPLACEMENT_FITS"]
    picks: Annotated[Document, "picks.csv"]
    facts: Annotated["SegmentFacts", "segment.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Class every animal-year, cut migrations and seasonal ranges.

    Raises
    ------
    InputError
        Picks that fit no animal or no year, or contradict each other.
    """
    from corridors.stages.segment.segmenting import segmented

    return segmented(inputs, settings, progress)
