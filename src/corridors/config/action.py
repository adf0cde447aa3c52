"""Configuration of the actions: what an opened fence or a structure lets through, and costs."""

from __future__ import annotations

from pydantic import Field, model_validator

from corridors.config.section import Fraction, NotNegative, Positive, Section


class Costs(Section):
    """What things cost, all in one currency; a cost that is not given stays unknown."""

    currency: str = Field("", description="of all costs, e.g. USD")
    fence_modify_per_km: Positive | None = Field(None, description="modify a fence, per km")
    fence_remove_per_km: Positive | None = Field(None, description="remove a fence, per km")
    road_structure: Positive | None = Field(None, description="one crossing structure on a road")
    rail_structure: Positive | None = Field(None, description="one crossing structure on a railway")
    footprint_per_km2: Positive | None = Field(None, description="shift a footprint, per km2")

    @model_validator(mode="after")
    def _currency_is_named(self) -> Costs:
        given = [name for name in self.model_fields_set if name != "currency"]
        if any(getattr(self, name) is not None for name in given) and not self.currency:
            raise ValueError("costs need a currency")
        return self


class Act(Section):
    """Fence sections, crossing sites, footprints and borders: what to do where."""

    modified_permeability: Fraction = Field(
        0.8, description="permeability of a fence that was modified for wildlife; an assumption"
    )
    section_frac: Fraction = Field(
        0.5,
        gt=0,
        description="a neighbour joins a fence section if it gains at least this share of the"
        " section's passages per km",
    )
    min_section_m: Positive = Field(
        500.0, description="a shorter section counts as this long in passages per km, m"
    )
    structure_permeability: Fraction = Field(
        0.8, description="permeability within reach of a crossing structure; an assumption"
    )
    n_sites: int = Field(10, ge=0, le=1000, description="crossing structures to place at most")
    site_step_m: Positive = Field(
        500.0, description="distance of candidate sites along a road or railway, m"
    )
    site_reach_m: Positive = Field(
        1000.0, description="a structure serves segments whose middle is at most this far away, m"
    )
    site_spacing_m: NotNegative = Field(
        2000.0, description="two structures are at least this far apart, m"
    )
    least_site_frac: Fraction = Field(
        0.01, description="sites that add less than this share of all gains are left out"
    )
    budget: Positive | None = Field(
        None, description="for crossing structures; needs costs.road_structure and rail_structure"
    )
    node_limit: int = Field(
        100_000, ge=1, description="nodes that the search for sites may look at"
    )
    border_reach_km: Positive = Field(
        5.0, description="barriers this near to a boundary concern both states, km"
    )
    costs: Costs = Costs()

    @model_validator(mode="after")
    def _budget_has_costs(self) -> Act:
        unknown = self.costs.road_structure is None or self.costs.rail_structure is None
        if self.budget is not None and unknown:
            raise ValueError("budget needs costs.road_structure and costs.rail_structure")
        return self
