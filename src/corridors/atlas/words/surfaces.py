"""Why a window has no surface, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from corridors.foundation.vocabulary import NoSurface

_LONG = (
    "{n_long_lags} of {n_steps} steps are longer than {max_lag_h:g} h; at most {error_limit:.0%} "
    "may be"
)
# The names in braces are columns of ESTIMATES; n_steps: between its fixes.
NO_SURFACE_WORDS: Final[Mapping[NoSurface, str]] = {
    "few_fixes": "{n_fixes} usable fixes; at least {error_limit:g} are needed",
    "long_steps": _LONG,
    "no_species_value": _LONG + "; occurrence.fmv_m2_min has no value for the species",
    "few_in_a_row": "no dynamic motion variance: too few fixes in a row; got at most "
    "{error_got:g}; use method bbmm or auto, or lower occurrence.window_fixes",
    "no_three_in_a_row": "no motion variance: no three fixes in a row without a long gap; got "
    "{error_got:g} fixes; raise occurrence.max_lag_h or use method fmv",
    "no_movement": "no motion variance: its likelihood is greatest at no movement at all; got root "
    "mean square distance {error_got:.3g} m of left-out fixes from the straight line, location "
    "error {error_limit:.3g} m; lower occurrence.location_error_m if the collar is better, or use "
    "method fmv",
    "no_short_step": "no occurrence surface: every step is longer than the maximum lag; got "
    "shortest step {error_got:g} min; raise occurrence.max_lag_h",
    "too_large": "no occurrence surface: it does not fit into memory; got {error_got:.0f} MB "
    "needed; set a larger working.cell_m or a larger working.memory_mb",
    "coarse_cells": "no occurrence surface: no cell centre is near enough to the track; got cells "
    "of {error_got:g} m; set a smaller working.cell_m",
}


def no_surface_words(window: Mapping[str, Any]) -> str:
    """Return why a window has no surface; ``window`` is a row of ESTIMATES with an error.

    Examples
    --------
    >>> no_surface_words({"error": "long_steps", "n_fixes": 20, "n_long_lags": 19,
    ...                   "max_lag_h": 8.0, "error_got": 1.0, "error_limit": 1 / 3})
    '19 of 19 steps are longer than 8 h; at most 33% may be'
    """
    return NO_SURFACE_WORDS[window["error"]].format(**window, n_steps=window["n_fixes"] - 1)
