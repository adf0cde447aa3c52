"""Flag unusable fixes and project the rest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Clean, Working
from corridors.foundation.artefacts import FixTable, Layer, Progress

if TYPE_CHECKING:
    from corridors.foundation.facts.clean import CleanFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    fixes: Annotated[FixTable, "ingest.fixes"]
    ranges_expert: Annotated[Layer, "ingest.ranges_expert"]
    corridors_expert: Annotated[Layer, "ingest.corridors_expert"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    clean: Clean
    working: Working
    error_m: Annotated[float, "location_error_m"]
    error_per_dop_m: Annotated[float | None, "error_per_dop_m"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    fixes: Annotated[FixTable, "CLEAN_FIXES"]
    facts: Annotated["CleanFacts", "clean.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Flag, project and number the fixes of one herd, one animal at a time.

    Raises
    ------
    ConfigError
        ``working.crs`` is not a projected CRS in metres, or has no image of the herd.
    InputError
        What looks wrong and ``clean.stop_on`` names.
    MethodError
        Fixes, but no usable one, and nothing that an expert drew: nowhere to place the working
        CRS.
    """
    from corridors.stages.clean.cleaning import cleaned

    return cleaned(inputs, settings, progress)
