"""Why an animal's year has its class, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# Why the model that fits best does not count; the names in braces are columns of ANIMAL_YEARS.
OBJECTIONS: Final[Mapping[str, str]] = {
    "wandering": "single months lie {objection_km:.0f} km from their middle, too far for a range",
    "short_move": "a move of {objection_km:.1f} km is below the {objection_limit_km:.1f} km of a "
    "migration",
    "short_way_back": "a way back of {objection_km:.1f} km is below the {objection_limit_km:.1f} "
    "km of a migration",
    "short_stay": "a stay of {objection_d:.0f} days is below the {objection_limit_d:g} of a season",
    "no_way_back": "the data end before the animal is half-way back",
    "other_place": "the way back ends {objection_km:.1f} km from the start, and it had used "
    "{objection_limit_km:.1f} km around it before it left",
    "wide_stay": "in a stay it was typically {objection_km:.0f} km from the middle, too far for a "
    "range that is left for one {objection_limit_km:.0f} km away",
    "no_home": "it stayed in many places, and none of them is a home",
    "not_clearly_better": "its AIC weight of {weight_nomad:.2f} is not clearly larger",
}
# Why there is none; with the fields of YearLimits.
TOO_LITTLE: Final[Mapping[str, str]] = {
    "few_fixes": "{n_fixes} fixes, {min_fixes} needed",
    "few_days": "fixes on {n_days} days, {min_days:g} needed",
    "long_interval": "median fix interval {fix_interval_d:.1f} d, at most {max_interval_days:g} d "
    "can show when a migration began",
    "few_model_days": "fixes on {n_days} days, {min_model_days} needed to fit the models",
}


@dataclass(frozen=True)
class YearLimits:
    """What a year needs to have a class.

    Parameters
    ----------
    min_fixes, min_days, min_model_days
        Fixes, and days with one: as configured, and for a model to be fitted.
    max_interval_days
        Median time between fixes, at most, d.
    """

    min_fixes: int
    min_days: float
    min_model_days: int
    max_interval_days: float


def class_words(year: Mapping[str, Any], limits: YearLimits) -> str:
    """Return why a year has its class; ``year`` is a row of ANIMAL_YEARS.

    Examples
    --------
    >>> limits = YearLimits(
    ...     min_fixes=60, min_days=60.0, min_model_days=8, max_interval_days=5.0
    ... )
    >>> class_words({"class": "unclassified", "reason": "few_fixes;few_days", "n_fixes": 13,
    ...              "n_days": 12}, limits)
    '13 fixes, 60 needed; fixes on 12 days, 60 needed'
    >>> class_words({"class": "resident", "reason": "short_move", "best_model": "mixed_migrant",
    ...              "objection_km": 7.04, "objection_limit_km": 10.0, "on_bound": "gamma_km",
    ...              "anchor": "first"}, limits)
    'resident, although mixed migrant fits best: a move of 7.0 km is below the 10.0 km of a \
migration; on its bound: gamma_km'
    """
    label = _plain(year["class"])
    if label == "unclassified":
        known = {**vars(limits), **year}
        return "; ".join(TOO_LITTLE[code].format(**known) for code in year["reason"].split(";"))
    if year["reason"] == "stays":
        words = (
            f"{label} by its stays: it leaves a place and comes back to it, which "
            f"{_plain(year['best_model'])}, the model that fits best, does not show whole"
        )
    elif year["reason"] == "fits_best":
        words = f"{label} fits best (AIC weight {year['weight_' + year['class']]:.2f})"
    else:
        against = OBJECTIONS[year["reason"]].format(**year)
        words = f"{label}, although {_plain(year['best_model'])} fits best: {against}"
    if year["on_bound"]:
        words += f"; on its bound: {', '.join(year['on_bound'].split(';'))}"
    if year["anchor"] == "last":
        words += (
            "; displacement counted from the last fixes, because the data begin "
            f"{year['first_d']:.0f} days into the biological year"
        )
    return words


def _plain(model: str) -> str:
    return model.replace("_", " ")
