"""Find the least-cost corridor between the ranges and the herd's network."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.habitat import Habitat
from corridors.config.model import Delineate
from corridors.foundation.artefacts import FixTable, Layer, Progress, Raster, RawFiles, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.connect import ConnectFacts, SelectionFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    clean: Annotated["CleanFacts", "clean.facts"]
    fixes: Annotated[FixTable, "clean.fixes"]
    migrations: Annotated[Table, "segment.migrations"]
    corridors: Annotated[Layer, "delineate.corridors"]
    stopovers: Annotated[Layer, "delineate.stopovers"]
    ranges: Annotated[Layer, "delineate.ranges"]
    raw: Annotated[RawFiles, "habitat"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    habitat: Habitat
    delineate: Delineate


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    resistance: Annotated[Raster, "resistance.tif"]
    cost: Annotated[Raster, "cost.tif"]
    modelled: Annotated[Layer, "CORRIDORS"]
    network: Annotated[Layer, "NETWORK"]
    network_use: Annotated[Table, "NETWORK_USE"]
    selection: Annotated[Table, "SELECTION"]
    selection_facts: Annotated["SelectionFacts", "selection.json"]
    drivers: Annotated[Table, "DRIVERS"]
    facts: Annotated["ConnectFacts", "connect.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find how hard the ground is, the corridor between the ranges, and the network in it.

    Raises
    ------
    MissingInputError, InputError
        Habitat layers are not there or cannot be used; class codes that nothing is said about.
    MethodError
        The habitat grid is too large; the tracks are too few to estimate resistance from, and no
        table may take their place.
    """
    from corridors.stages.connect.connection import connected

    return connected(inputs, settings, progress)
