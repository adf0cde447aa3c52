"""What the stages would record of the made-up herd, tracked or not."""

from __future__ import annotations

from corridors.atlas.recorded import Recorded
from corridors.foundation.facts import Remark, Unit
from corridors.foundation.facts.act import ActFacts, SitesFacts
from corridors.foundation.facts.circuit import CircuitFacts
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.facts.connect import ConnectFacts, NetworkFacts, SelectionFacts
from corridors.foundation.facts.delineate import DelineateFacts
from corridors.foundation.facts.describe import (
    DescribeFacts,
    FidelityFacts,
    MigrationsFacts,
    RangeFacts,
    SampleFacts,
    SkillFacts,
    Spread,
    StaysFacts,
    SufficiencyFacts,
)
from corridors.foundation.facts.rank import RankFacts, Settling
from worlds.ground import CRS, HOSTILE

CELL_M = 250.0
SPREAD = Spread(n=3, min=2.0, mean=3.0, median=3.0, max=4.5)
SHARES = Spread(n=3, min=0.4, mean=0.6, median=0.6, max=0.9)


def of_herd(*, tracked: bool) -> Recorded:
    """Return all that a report tells of; of a tracked herd, stages note two things each."""
    notes = (Remark.of("layer_without_nodata", layer=HOSTILE), Remark.of("no_layers"))
    notes = notes if tracked else ()
    return Recorded(
        clean=clean(tracked=tracked),
        delineate=DelineateFacts(
            crs=CRS, cell_m=CELL_M, profile="corrected", n_animals={}, seasons={},
            n_expert_ranges=0, n_expert_corridors=0, n_windows_without_surface=0, notes=notes,
        ),
        describe=describe(tracked=tracked),
        connect=ConnectFacts(
            crs=CRS, ranges_used={}, notes=list(notes), no_corridor="no_path",
            network=NetworkFacts(
                n_nodes=0, n_edges=0, n_parts=0, n_cut_edges=0, n_nodes_hidden_by_others=0,
                n_pairs_of_ranges_joined=0, mean_cost_m=None, ways_that_share_no_link=0,
                ways_that_share_no_link_and_no_stopover=0,
            ),
        ),
        selection=SelectionFacts(is_fitted=False),
        circuit=CircuitFacts(
            herd="made-up", ranges_used={}, habitat_cell_m=CELL_M, cell_m=CELL_M,
            tolerance=1e-6, no_circuit="no_path",
        ),
        rank=rank(tracked=tracked),
        act=ActFacts(
            unit=Unit.of(None, None), n_fence_sections=0, n_crossing_sites=0,
            n_footprints=0, n_border_agreements=0,
            sites=SitesFacts(
                n_candidates=0, n_chosen=0, n_that_add_little=0, gain=0.0, gain_at_most=0.0,
                gain_everywhere=0.0, is_optimal=True,
            ),
        ),
    )  # fmt: skip


def clean(*, tracked: bool) -> CleanFacts:
    return CleanFacts(
        crs=CRS, cell_m=CELL_M, cell_reason=Remark.of("cell_configured"), n_fixes=900 * tracked,
        n_usable=880 * tracked, n_animals=3 * tracked,
        flags={HOSTILE: {"spike": 12}, "ewe 3": {"mortality": 8}} if tracked else {},
    )  # fmt: skip


def rank(*, tracked: bool) -> RankFacts:
    """Return the facts of the places of :func:`worlds.barriers.threats`, or of none."""
    more = {
        "grades": {"act": 5, "look_on_site": 6, "nothing_seen": 6, "not_known": 1},
        "missing_together": 3.4, "missing_together_p05": 2.0, "missing_together_p95": 5.1,
        "settling": [
            Settling(
                threat="made-up/fence-1:2", rank=2, rank_from=1, rank_to=5, n_units=2,
                season="spring", fall_of_five_frac=0.39, fall_of_ten_frac=0.52, units_to_halve=9,
            )
        ],
    }  # fmt: skip
    return RankFacts(
        herd="made-up", n_segments=36 * tracked, n_places=18 * tracked, n_ranked=17 * tracked,
        n_no_data=0, no_data=[], n_jurisdiction=0, barrier_completeness={}, n_areas_exposed=0,
        n_range_edges=0, n_candidates={}, n_uneven={}, n_animals=3 * tracked,
        n_units=2 * tracked, tracking_years=3.0 * tracked, seasons_tracked={},
        unit=Unit.of(None, None), draws=1, seed=1, priors={}, **(more if tracked else {}),
    )  # fmt: skip


def describe(*, tracked: bool) -> DescribeFacts:
    """Return the facts of three animals, or of none."""
    season = MigrationsFacts(
        n=3, n_animals=3, n_open=0, median_start="05-03", median_end="05-23", days=SPREAD,
        net_km=SPREAD, path_km=SPREAD, resampled_km=SPREAD, farthest_km=SPREAD, speed_km_d=SPREAD,
        stopover_days=None,
    )  # fmt: skip
    winter = StaysFacts(
        n=3, n_animals=3, n_open=0, median_start="05-03", median_end="05-23", days=SPREAD
    )
    core = RangeFacts(
        season="winter", isopleth=0.5, area_km2=60.0, n_animals=3, evidence="tracked", source=""
    )
    enough = SufficiencyFacts(
        flag="insufficient", n_animals=3, n_units=3, n_sufficient=None, slope_frac=0.06,
        max_slope_frac=0.01, area_km2=380.0,
    )  # fmt: skip
    skill = SkillFacts(
        n_animals=3, n_needed=1, fixes_inside=SHARES, mass_inside=SHARES, area_km2=SPREAD
    )
    alike = FidelityFacts(n_pairs=1, n_animals=1, bhattacharyya=SHARES, intersection=SHARES)
    return DescribeFacts(
        sample=SampleFacts(
            n_animals=3 * tracked, n_animals_used=3 * tracked, fix_interval_h=None,
            years=(2020, 2020) if tracked else None, n_migrations=6 * tracked,
            n_migrants=3 * tracked,
        ),
        migrations={"all": season, "spring": season, "autumn": season} if tracked else {},
        stays={"winter": winter} if tracked else {},
        corridor_km2={"tracked": {"all": {"low": 380.0, "high": 120.0}}} if tracked else {},
        stopover_km2={},
        ranges=(core,) if tracked else (),
        sufficiency={"all": enough} if tracked else {},
        skill={"low": skill} if tracked else {},
        fidelity={"spring": alike} if tracked else {},
        notes=(Remark.of("no_fixes_at_green_up", season=HOSTILE),) if tracked else (),
    )  # fmt: skip
