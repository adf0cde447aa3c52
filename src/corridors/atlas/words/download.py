"""What a download says of itself: abstract, lineage, what its tier did, and its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from corridors.atlas.words.record import NOT_STATED

# Layer -> what it is.
LAYERS: Final[Mapping[str, str]] = {
    "corridors": "Migration corridors of all seasons in classes of use; the classes are nested.",
    "stopovers": "Most used places within the corridor.",
    "ranges": "Seasonal ranges.",
    "barriers": "Fences, roads and other lines that tracked migrations meet.",
}
CLASS_RASTER: Final = "Classes of the corridor by cell: 1 low, 2 medium, 3 high use"
# Field -> its name in the shapefiles, where it is another; ten letters at most.
SHORT_NAMES: Final[Mapping[str, str]] = {"corridor_class": "class"}
FIELDS: Final[Mapping[str, str]] = {
    "herd": "key of the population",
    "season": "season of the use; all: the migrations of every season",
    "corridor_class": "low, medium or high use, by the share of the tracked animals",
    "isopleth": "share of the use that the range holds, 0 to 1; empty: drawn by an expert",
    "sample": "number of tracked animals, or a span of it; empty: nobody was tracked",
    "area_km2": "geodesic area of this part on WGS84, square kilometres",
    "evidence": "tracked (GPS tracks), expert (drawn by a person) or modelled",
    "source": "who drew it, when and how sure; empty: nobody drew it",
    "kind": "kind of barrier",
    "grade": "act: passages are missing; look_on_site: they may be; nothing_seen: none known",
    "name": "name of the place along its barrier; empty: nameless, or not told in this tier",
    "rank": "1 is where most passages are missing; empty: not ranked, or not told in this tier",
}
_MADE = (
    "Made from GPS tracks by Brownian bridge movement models: occurrence surfaces of each "
    "migration and stay, averaged over animals; corridors are classes of the share of animals "
    "that used a cell, stopovers the most used part of them, ranges isopleths of stays."
)
_DRAWN = "Made from what people drew who know the population, or from a model of habitat."
_BARRIERS = (
    "Barriers are those of the study that tracked animals met, graded by the passages missing "
    "there."
)


def title_words(title: str, *, simulated: bool) -> str:
    """Return the title of a download.

    Examples
    --------
    >>> title_words("Argali of the pass", simulated=True)
    'Argali of the pass: migration corridors, ranges and barriers (SIMULATED DATA)'
    """
    mark = " (SIMULATED DATA)" if simulated else ""
    return f"{title}: migration corridors, ranges and barriers{mark}"


def abstract_words(species: str, layers: Sequence[str], tier: str) -> str:
    """Return the abstract.

    Examples
    --------
    >>> abstract_words("Ovis ammon", ["corridors", "ranges"], "Tier partner.")
    'Corridors and ranges of a population of Ovis ammon. Tier partner.'
    """
    named = " and ".join(filter(None, (", ".join(layers[:-1]), layers[-1]))).capitalize()
    return f"{named} of a population of {species}. {tier}"


def tier_words(name: str, min_animals: int, grid_m: float | None, delay_months: int) -> str:
    """Return what was done for a tier.

    Examples
    --------
    >>> tier_words("partner", 2, None, 12)
    'Tier partner: ground and barriers that fewer than 2 tracked animals used are left out.'
    """
    if name == "internal":
        return "Tier internal: shows the ground of single animals; not to be passed on."
    told = (
        f"Tier {name}: ground and barriers that fewer than {min_animals} tracked animals used are "
        "left out"
    )
    if grid_m is None:
        return f"{told}."
    return (
        f"{told}; everything is generalised to cells of {grid_m / 1000.0:g} km, nothing is "
        f"randomised; stopovers are not shown, names and ranks of places are not told, samples "
        f"as spans; data are at least {delay_months} months old."
    )


def lineage_words(*, is_tracked: bool, has_barriers: bool, version: str) -> str:
    """Return how the layers came to be."""
    parts = [_MADE if is_tracked else _DRAWN, _BARRIERS if has_barriers else ""]
    return " ".join(filter(None, [*parts, f"Made with corridors {version}."]))


def release_words(tier: str, day: str) -> str:
    """Return what a whole release is.

    Examples
    --------
    >>> release_words("public", "2026-06-10")
    'Migrations of ungulates, a folder per population. Tier public, released on 2026-06-10.'
    """
    return f"Migrations of ungulates, a folder per population. Tier {tier}, released on {day}."


def grid_words(grid_m: float, crs: str) -> str:
    """Return where the cells of the tier public lie."""
    return f"Cells: corners at multiples of {grid_m:g} m in this CRS:\n\n{crs}"


def field_lines(columns: Sequence[str]) -> Iterator[str]:
    """Yield a line for each field."""
    for name in columns:
        if name in FIELDS:
            short = SHORT_NAMES.get(name)
            also = f" (in shapefiles: {short})" if short else ""
            yield f"- {name}{also}: {FIELDS[name]}"


def readme(
    title: str,
    stated: Mapping[str, str | None],
    paragraphs: Sequence[str],
    layers: Mapping[str, Sequence[str]],
) -> str:
    """Return the plain README.

    Parameters
    ----------
    title
        First line.
    stated
        Label -> what is stated; None or "" is called not stated.
    paragraphs
        What follows.
    layers
        Layer -> its fields.
    """
    lines = [title, "=" * len(title), ""]
    lines += [f"{label}: {value or NOT_STATED}" for label, value in stated.items()]
    for paragraph in paragraphs:
        lines += ["", paragraph]
    lines += ["", "Layers and their fields", "-----------------------"]
    for name, columns in layers.items():
        lines += ["", f"{name}: {LAYERS[name]}", "", *field_lines(columns)]
    lines += ["", "Coordinates are longitude and latitude on WGS84 (EPSG:4326)."]
    return "\n".join(lines) + "\n"
