"""The layers that can be published: what each is called, says, and for whom it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerPlan:
    """A layer that can be published.

    Parameters
    ----------
    name, title, group, description
        Name of the table, and what people read.
    is_individual
        Shows single animals: only in the tier ``internal``.
    visible
        Switched on when the project opens.
    is_optional
        Of studies that ask for it: without rows nothing is said of it.
    style
        Key in ``STYLES`` where it is not the name.
    """

    name: str
    title: str
    group: str
    description: str
    is_individual: bool = False
    visible: bool = True
    is_optional: bool = False
    style: str = ""

    @property
    def style_name(self) -> str:
        """Key of its style; the layer's own name unless stated."""
        return self.style or self.name


# Top of the map first.
LAYERS: tuple[LayerPlan, ...] = (
    LayerPlan(
        "threats",
        "Places by evidence of harm",
        "Threats",
        "Stretches of connected barrier that act as one, ranked by the passages that are missing "
        "on migrations each year; grade says how sure the harm is, and only act carries advice. "
        "Estimates and their 5 and 95 % bounds come from the same draws.",
    ),
    LayerPlan(
        "threat_segments",
        "Segments of the places",
        "Threats",
        "What each barrier segment holds of its place: tries, passages, and its share of what is "
        "missing there.",
        visible=False,
    ),
    LayerPlan(
        "candidates",
        "Barriers that nobody could have met",
        "Threats",
        "Nobody was tracked there, or the use ends at them; ranked by how much opening each one "
        "alone would connect the seasonal ranges, a model of habitat and barriers. What they block "
        "is unknown.",
    ),
    LayerPlan(
        "range_edges",
        "Where the use ends at a barrier",
        "Threats",
        "Barriers with nearly all of the herd's use on one side; where the habitat is alike, a "
        "possible complete barrier that nobody even approaches.",
        visible=False,
    ),
    LayerPlan(
        "gains",
        "What opening a barrier would connect",
        "Threats",
        "Fall of the effective resistance between the seasonal ranges if this segment alone were "
        "open; from habitat and barriers, also where nobody was tracked.",
        visible=False,
    ),
    LayerPlan(
        "crossing_sites",
        "Crossing structures to build",
        "Actions",
        "Sites at places of grade act along roads and railways that together gain most passages; "
        "the number is the order in which to build them.",
        visible=False,
    ),
    LayerPlan(
        "fence_sections",
        "Fence sections to modify or remove",
        "Actions",
        "Sections of fences at places of grade act, by the passages per year that opening a "
        "kilometre gains.",
        visible=False,
    ),
    LayerPlan(
        "footprints",
        "Footprints to shift",
        "Actions",
        "Energy sites and settlements by the use of the herd that shifting a square kilometre "
        "spares.",
        visible=False,
    ),
    LayerPlan(
        "border_agreements",
        "Boundary stretches to agree on",
        "Actions",
        "Stretches of state boundaries by what crosses them and what is missing at places near "
        "them; disputed lines are shown as their source draws them.",
        visible=False,
    ),
    LayerPlan(
        "behaviour_index",
        "Behaviour at barriers",
        "Behaviour",
        "Share of the encounters with a barrier segment that changed the animal's way.",
        visible=False,
    ),
    LayerPlan(
        "behaviour",
        "Events at barriers",
        "Behaviour",
        "What an animal did at a barrier, at the first fix of the event.",
        is_individual=True,
        visible=False,
    ),
    LayerPlan(
        "border_crossings",
        "Crossings of state boundaries",
        "Observed crossings",
        "Steps of tracked animals that cross a state boundary, time interpolated along the step.",
        is_individual=True,
    ),
    LayerPlan(
        "crossings",
        "Crossings of barriers",
        "Observed crossings",
        "Steps of tracked animals that meet a barrier, time interpolated along the step.",
        is_individual=True,
    ),
    LayerPlan(
        "boundary",
        "State boundaries",
        "Barriers and borders",
        "State boundaries within the herd's reach with source, geodesic and published length.",
    ),
    LayerPlan(
        "border_stretches",
        "Boundary stretches by passages",
        "Barriers and borders",
        "State boundaries cut to stretches with the expected net passages per animal and year.",
        visible=False,
    ),
    LayerPlan(
        "segments",
        "Barriers",
        "Barriers and borders",
        "Management segments of roads, fences and other barriers; has_data is false where nobody "
        "was tracked, which is not the same as no crossing.",
    ),
    LayerPlan(
        "exposure",
        "Areal pressures",
        "Barriers and borders",
        "Settlement, cropland and energy sites that hold some of the herd's use; the score is the "
        "share of the use times severity, a prior unless stated.",
    ),
    LayerPlan(
        "network_nodes",
        "Network nodes",
        "Network",
        "Seasonal ranges and stopovers as nodes of the herd's network.",
        visible=False,
    ),
    LayerPlan(
        "network_edges",
        "Network links",
        "Network",
        "Corridors as links of the herd's network: cost, share of the least-cost ways and of the "
        "tracked migrations along each, detour if it went, and passages missing at its barriers; "
        "is_cut marks links without alternative.",
        visible=False,
    ),
    LayerPlan(
        "bottlenecks",
        "Bottlenecks",
        "Corridor",
        "Where the passages of migrations come closer together than before and behind; the line "
        "lies across the route and is as wide as a strip that is used evenly would be.",
    ),
    LayerPlan(
        "stopovers",
        "Stopovers",
        "Corridor",
        "The most used tenth of the used area during migration.",
    ),
    LayerPlan(
        "corridors",
        "Migration corridor",
        "Corridor",
        "Low, medium and high use by the share of the tracked animals; areas are geodesic.",
    ),
    LayerPlan(
        "expert_corridor",
        "Corridor drawn by an expert",
        "Corridor",
        "Drawn, not tracked; source says by whom, when and how sure.",
    ),
    LayerPlan(
        "modelled_corridor",
        "Modelled corridor",
        "Corridor",
        "Least-cost corridor between winter and summer range; a model, nobody was tracked here.",
    ),
    LayerPlan(
        "ranges",
        "Seasonal ranges",
        "Seasonal ranges",
        "Winter and summer ranges, tracked or drawn by an expert.",
    ),
    LayerPlan(
        "fact_sheet",
        "Fact sheet",
        "Tables",
        "Facts of the herd's migrations, ranges and corridor, and how far to trust them.",
    ),
    LayerPlan(
        "sufficiency",
        "Corridor area by number of animals",
        "Tables",
        "Mean area of the corridor of 1, 2 ... all animals with the interval that holds 90 % of "
        "their random orders.",
    ),
    LayerPlan(
        "migration_facts",
        "Migrations",
        "Tables",
        "Dates, distances and days in stopovers of each migration.",
        is_individual=True,
    ),
    LayerPlan(
        "legs",
        "Legs of migrations",
        "Tables",
        "Stretches of each migration without a stop: dates, lengths, and the stop that follows.",
        is_individual=True,
    ),
    LayerPlan(
        "skill",
        "Each animal against the others",
        "Tables",
        "Share of an animal's migration fixes and use inside the corridor of the other animals.",
        is_individual=True,
    ),
    LayerPlan(
        "fidelity",
        "Overlap between years",
        "Tables",
        "Overlap of an animal's migration surfaces of the same season in two years.",
        is_individual=True,
    ),
    LayerPlan(
        "crossings_by_season",
        "Crossings by segment and season",
        "Tables",
        "Expected and observed passages per barrier segment and season.",
    ),
    LayerPlan(
        "national_shares",
        "National shares",
        "Tables",
        "Share of each state in the corridor's area, the use and the animals.",
    ),
    LayerPlan(
        "zone_shares",
        "Shares of zones",
        "Tables",
        "What of the corridor, stopovers, ranges and places lies in each zone of the study's own "
        "layers, in all zones of a layer together and outside of them. Ground in several zones "
        "counts in each of them, and once in all together.",
        is_optional=True,
    ),
    LayerPlan(
        "permeability",
        "Permeability of barriers",
        "Tables",
        "How much more rarely the herd crosses barriers than if they were not there (kappa).",
    ),
    LayerPlan(
        "selection",
        "Habitat selection",
        "Tables",
        "Terms of the selection model with their 95 % intervals.",
    ),
    LayerPlan(
        "drivers",
        "Migrations and the green-up",
        "Tables",
        "Speed and timing of each migration against the green-up of the ground it passes.",
        is_individual=True,
    ),
    LayerPlan(
        "about",
        "About these data",
        "Tables",
        "Whose data these are, for whom, and what they are labelled as.",
    ),
)


ATLAS_LAYERS: tuple[LayerPlan, ...] = (
    LayerPlan(
        "threats",
        "Places of all herds by evidence of harm",
        "Threats",
        "atlas_rank orders places within one unit only: passages per animal and passages of a "
        "whole herd are not comparable, column comparable says which a row belongs to.",
        style="atlas_threats",
    ),
    LayerPlan(
        "candidates",
        "Barriers that nobody could have met",
        "Threats",
        "Per herd, ranked by how much opening each one alone would connect the seasonal ranges; "
        "not comparable with the ranked places.",
    ),
    LayerPlan(
        "crossing_sites",
        "Crossing structures to build",
        "Actions",
        "Per herd, in the order in which to build them.",
        visible=False,
    ),
    LayerPlan(
        "fence_sections",
        "Fence sections to modify or remove",
        "Actions",
        "Per herd, most passages gained per kilometre first.",
        visible=False,
    ),
    LayerPlan(
        "footprints",
        "Footprints to shift",
        "Actions",
        "Per herd, most use spared per square kilometre first.",
        visible=False,
    ),
    LayerPlan(
        "border_agreements",
        "Boundary stretches to agree on",
        "Actions",
        "Per herd, most at stake first; disputed lines are shown as their source draws them.",
        visible=False,
    ),
    LayerPlan(
        "bottlenecks",
        "Bottlenecks",
        "Corridors",
        "Per herd, the narrowest first: where the passages of migrations come closer together than "
        "before and behind; the line lies across the route and is as wide as a strip that is used "
        "evenly would be.",
    ),
    LayerPlan(
        "corridors",
        "Migration corridors",
        "Corridors",
        "Corridors of the tracked herds; low, medium and high use by the share of the animals.",
    ),
    LayerPlan(
        "modelled_corridor",
        "Modelled corridors",
        "Corridors",
        "Least-cost corridors of herds that nobody tracked.",
    ),
    LayerPlan(
        "expert_corridor",
        "Corridors drawn by experts",
        "Corridors",
        "Drawn, not tracked; source says by whom, when and how sure.",
    ),
    LayerPlan("herds", "Herds", "Tables", "Herds in this atlas.", style="about"),
)
