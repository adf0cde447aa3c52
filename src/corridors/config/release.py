"""Configuration of what is released to others."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from corridors.config.section import Positive, Section
from corridors.config.sources import LayerSource


class ProtectedAreas(LayerSource):
    """Polygons of protected areas, released where a polygon of a herd meets them."""

    type: str = Field("", description="type of every area in the file")
    type_column: str | None = Field(None, description="column with it")
    name_column: str | None = None

    @model_validator(mode="after")
    def _type_is_known(self) -> ProtectedAreas:
        if bool(self.type) == bool(self.type_column):
            raise ValueError("protected_areas needs one of type and type_column")
        return self


class PublicTier(Section):
    """What `corridors release download --tier public` generalises and holds back."""

    grid_km: Positive = Field(5.0, description="cells in whose place the ground is shown, km")
    poached_grid_km: Positive = Field(20.0, description="the same of poached species, km")
    poached_species: tuple[str, ...] = Field(
        (
            "Bos mutus",
            "Capra falconeri",
            "Equus hemionus",
            "Moschus",
            "Ovis ammon",
            "Ovis vignei",
            "Pantholops hodgsonii",
            "Saiga borealis",
            "Saiga tatarica",
        ),
        description="genera and species that poachers seek, subspecies with them; who says so of "
        "these is in docs/release.md",
    )
    delay_months: int = Field(
        12, ge=1, description="a herd is public so many months after its newest use of data"
    )

    @model_validator(mode="after")
    def _poached_are_coarser(self) -> PublicTier:
        if self.poached_grid_km < self.grid_km:
            raise ValueError("public: poached_grid_km must not be below grid_km")
        return self


class Release(Section):
    """`corridors release`."""

    across_boundaries: Literal["cut", "both"] = Field(
        "cut",
        description="cut: features are cut at boundaries; both: they name both countries, as "
        "arrows and labels always do",
    )
    min_animals: int = Field(
        2, ge=2, description="nothing that fewer tracked animals gave is released"
    )
    min_changed_animals: int = Field(
        5,
        ge=2,
        description="of `release download --after`: a herd is renewed when surely so many animals "
        "came or went, else it stays as the earlier release shows it",
    )
    arrow_vertices: int = Field(6, ge=3, le=50, description="vertices of an arrow at most")
    fork_km: Positive = Field(
        5.0, description="a corridor forks around ground without use at least this wide, km"
    )
    max_detour: float = Field(
        2.0, ge=1, description="a branch is at most this many times as long as the first"
    )
    protected_areas: ProtectedAreas | None = None
    public: PublicTier = PublicTier()
