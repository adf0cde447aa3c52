"""Why a window has no surface: a code with its numbers, and the error that carries them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Floats
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.vocabulary import NoSurface


@dataclass(frozen=True)
class Refusal:
    """Why a window has no surface.

    Parameters
    ----------
    code
        What is wrong.
    got, limit
        What the window has and what it may have, in the unit that belongs to the code (see
        ESTIMATES); NaN: there is none.
    """

    code: NoSurface
    got: float = math.nan
    limit: float = math.nan


class NoSurfaceError(MethodError):
    """A method has no surface, or no motion variance, for these fixes."""

    def __init__(self, fault: Fault, refusal: Refusal) -> None:
        super().__init__(fault)
        self.refusal = refusal

    def __reduce__(self) -> tuple[type[NoSurfaceError], tuple[Fault, Refusal]]:  # type: ignore[override]
        return type(self), (self.faults[0], self.refusal)


def steps_too_long(lag_min: Floats, max_lag_min: float) -> NoSurfaceError:
    """Return that no step is short enough; ``lag_min`` are all steps, min."""
    shortest = float(lag_min.min())
    return NoSurfaceError(
        Fault(
            "no occurrence surface: every step is longer than the maximum lag",
            expected=f"steps up to {max_lag_min:g} min",
            got=f"shortest step {shortest:g} min",
            cure="raise occurrence.max_lag_h",
        ),
        Refusal("no_short_step", shortest, max_lag_min),
    )


def too_large(needed: float, memory_mb: float, cell_m: float) -> NoSurfaceError:
    """Return that a surface on cells of this edge needs so many bytes, which is too much."""
    return NoSurfaceError(
        Fault(
            f"no occurrence surface: it does not fit into memory on cells of {cell_m:g} m",
            expected=f"at most {memory_mb:g} MB",
            got=f"{needed / 1e6:.0f} MB needed",
            cure="set a larger working.cell_m or a larger working.memory_mb",
        ),
        Refusal("too_large", needed / 1e6, memory_mb),
    )


def no_movement(what: str, r2: Floats, location_error_m: Floats) -> NoSurfaceError:
    """Return that fixes scatter no more than their location error explains.

    Parameters
    ----------
    what
        The variance that there is not.
    r2
        Squared distances of left-out fixes from where they are expected, m2.
    location_error_m
        Of all fixes.
    """
    got, error_m = math.sqrt(float(r2.mean())), float(np.median(location_error_m))
    return NoSurfaceError(
        Fault(
            f"no {what}: its likelihood is greatest at no movement at all",
            expected="fixes that scatter more than their location error explains",
            got=f"root mean square distance {got:.3g} m of left-out fixes from the straight line, "
            f"location error {error_m:.3g} m",
            cure="lower occurrence.location_error_m if the collar is better, or use method fmv",
        ),
        Refusal("no_movement", got, error_m),
    )
