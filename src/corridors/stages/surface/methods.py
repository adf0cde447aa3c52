"""How the configuration wants surfaces to be made."""

from __future__ import annotations

from corridors.config.model import Occurrence, Profile
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.facts.clean import CleanFacts
from corridors.movement.estimates import Method
from corridors.movement.migration_mapper_herd import Peer
from corridors.stages.surface.stage import Settings


def method_of(settings: Settings, lattice: CleanFacts, *, has_windows: bool) -> Method:
    """Return how surfaces are made; without windows no variance is looked up.

    Raises
    ------
    MethodError
        Method ``fmv`` without a value for the herd's species.
    """
    occurrence = settings.occurrence
    return Method(
        name=occurrence.method,
        variance_form=occurrence.variance_form,
        window_fixes=occurrence.window_fixes,
        margin_fixes=occurrence.margin_fixes,
        min_fixes=occurrence.min_fixes,
        max_lag_h=occurrence.max_lag_h,
        fmv_max_lag_h=occurrence.fmv_max_lag_h,
        max_long_lag_frac=occurrence.max_long_lag_frac,
        s2_fixed_m2_min=_fixed_variance(occurrence, settings.species) if has_windows else None,
        location_error_m=occurrence.location_error_m,
        line_buffer_m=occurrence.line_buffer_m,
        time_tolerance=occurrence.time_tolerance,
        memory_mb=settings.memory_mb,
        crs=lattice.crs,
        cell_m=lattice.cell_m,
    )


def peer_of(profile: Profile) -> Peer:
    """Return what profile ``usgs`` chooses."""
    return Peer(
        time_step_min=profile.time_step_min,
        grid_margin_frac=profile.grid_margin_frac,
        kept_frac=profile.kept_frac,
        merged_frac=profile.merged_frac,
        merge_order=profile.merge_order,
    )


def _fixed_variance(occurrence: Occurrence, species: str | None) -> float | None:
    """Return the motion variance of the species; method ``fmv`` cannot do without."""
    value = occurrence.fmv_m2_min.get(species or "")
    if value is None and occurrence.method == "fmv":
        known = ", ".join(sorted(occurrence.fmv_m2_min)) or "none"
        raise MethodError(
            Fault(
                "method fmv has no motion variance for the herd's species",
                column="occurrence.fmv_m2_min",
                expected=f"a value for {species!r}",
                got=f"values for: {known}",
                cure="add the species with a published value to occurrence.fmv_m2_min,"
                " or use method bbmm",
            )
        )
    return value
