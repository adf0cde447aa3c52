"""Tries at a barrier whose permeability is known."""

from __future__ import annotations

import numpy as np


def draws(
    rng: np.random.Generator, kappa: float | np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the hazards of ``n`` tries, and which of them crossed."""
    hazard = rng.exponential(0.4, n) + 0.01
    return hazard, rng.uniform(size=n) < -np.expm1(-kappa * hazard)
