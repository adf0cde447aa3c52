"""What codes of the vocabularies are called, and species beside their scientific names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from corridors.atlas.words.language import marked, marked_as, named, said, spoken

_KINDS: Final[Mapping[str, str]] = {
    "road": marked("road"),
    "rail": marked("rail"),
    "fence": marked("fence"),
    "border": marked("border"),
    "canal": marked("canal"),
    "river": marked("river"),
    "pipeline": marked("pipeline"),
    "powerline": marked("powerline"),
    "settlement": marked("settlement"),
    "cropland": marked("cropland"),
    "energy": marked("energy"),
    "other": marked("other"),
}
_STATUS: Final[Mapping[str, str]] = {
    "existing": marked("existing"),
    "planned": marked("planned"),
    "removed": marked("removed"),
}
_TIERS: Final[Mapping[str, str]] = {
    "internal": marked("internal"),
    "partner": marked("partner"),
    "public": marked("public"),
}
_EVIDENCE: Final[Mapping[str, str]] = {
    "tracked": marked("tracked"),
    "modelled": marked("modelled"),
    "expert": marked("expert"),
}

# As `ingest` leaves it in ``source``.
_DRAWN: Final = re.compile(
    r"(?P<author>.*), (?P<date>\d{4}-\d\d-\d\d), confidence (?P<confidence>low|medium|high)",
    re.DOTALL,
)
_CONFIDENCE: Final[Mapping[str, str]] = {
    "low": marked("{author}, {date}, confidence low"),
    "medium": marked("{author}, {date}, confidence medium"),
    "high": marked("{author}, {date}, confidence high"),
}
# The species that catalogues know: there the message is what the species is called.
_SPECIES: Final = frozenset(
    {
        marked_as("species", "Alces alces"),
        marked_as("species", "Antilocapra americana"),
        marked_as("species", "Bison bison"),
        marked_as("species", "Bison bonasus"),
        marked_as("species", "Budorcas taxicolor"),
        marked_as("species", "Capra ibex"),
        marked_as("species", "Capra sibirica"),
        marked_as("species", "Capreolus capreolus"),
        marked_as("species", "Capreolus pygargus"),
        marked_as("species", "Cervus canadensis"),
        marked_as("species", "Cervus elaphus"),
        marked_as("species", "Connochaetes taurinus"),
        marked_as("species", "Equus hemionus"),
        marked_as("species", "Equus kiang"),
        marked_as("species", "Equus quagga"),
        marked_as("species", "Gazella subgutturosa"),
        marked_as("species", "Odocoileus hemionus"),
        marked_as("species", "Odocoileus virginianus"),
        marked_as("species", "Oreamnos americanus"),
        marked_as("species", "Ovis ammon"),
        marked_as("species", "Ovis canadensis"),
        marked_as("species", "Ovis dalli"),
        marked_as("species", "Ovis vignei"),
        marked_as("species", "Pantholops hodgsonii"),
        marked_as("species", "Procapra gutturosa"),
        marked_as("species", "Pseudois nayaur"),
        marked_as("species", "Rangifer tarandus"),
        marked_as("species", "Rupicapra rupicapra"),
        marked_as("species", "Saiga tatarica"),
    }
)


def kind_name(kind: str) -> str:
    """Return what a kind of barrier is called."""
    return _of(_KINDS, kind)


def status_name(status: str) -> str:
    """Return whether a barrier stands, is planned or gone."""
    return _of(_STATUS, status)


def tier_name(tier: str) -> str:
    """Return for whom something is."""
    return _of(_TIERS, tier)


def evidence_name(evidence: str) -> str:
    """Return what a corridor rests on."""
    return _of(_EVIDENCE, evidence)


def stretch(line: str, low: str, high: str) -> str:
    """Return a stretch of a line; its ends are given as they are read.

    Examples
    --------
    >>> stretch("A1", "1.0", "3.5")
    'A1, km 1.0–3.5'
    """
    return said("{line}, km {low}–{high}", line=line, low=low, high=high)


def season_when(season: str) -> str:
    """Return when something is, as a part of a sentence; a study may name seasons of its own.

    Examples
    --------
    >>> season_when("spring"), season_when("wet")
    ('in spring', 'in wet')
    """
    if season == "spring":
        return named("when", "in spring")
    if season == "summer":
        return named("when", "in summer")
    if season == "autumn":
        return named("when", "in autumn")
    if season == "winter":
        return named("when", "in winter")
    return named("when", "in {season}", season=season)


def season_name(season: str) -> str:
    """Return what a season is called.

    Examples
    --------
    >>> season_name("spring"), season_name("wet")
    ('spring', 'wet')
    """
    known = {
        "spring": named("season", "spring"),
        "summer": named("season", "summer"),
        "autumn": named("season", "autumn"),
        "winter": named("season", "winter"),
        "migration": named("season", "migration"),
    }
    return known.get(season, season)


def migration_title(season: str) -> str:
    """Return the heading of a season's migration.

    Examples
    --------
    >>> migration_title("spring"), migration_title("wet")
    ('Spring migration', 'Wet migration')
    """
    if season == "spring":
        return said("Spring migration")
    if season == "autumn":
        return said("Autumn migration")
    return said("{season} migration", season=season.capitalize())


def range_title(season: str) -> str:
    """Return the heading of a season's range.

    Examples
    --------
    >>> range_title("winter")
    'Winter range'
    """
    if season == "winter":
        return said("Winter range")
    if season == "summer":
        return said("Summer range")
    return said("{season} range", season=season.capitalize())


def window_name(part: str) -> str:
    """Return what a part of a year is called: a migration, or the stay in a range."""
    return {"migration": named("window", "migration"), "range": named("window", "range")}[part]


def species_name(scientific: str) -> str:
    """Return what a species is called in the language, "" where that is not known or English.

    A subspecies has the name of its species.

    Examples
    --------
    >>> species_name("Ovis ammon")
    ''
    """
    if spoken().is_english:
        return ""
    species = " ".join(scientific.split()[:2])
    return named("species", species) if species in _SPECIES else ""


def expert_source(source: str) -> str:
    """Return who drew something, when, and how sure; what is not told that way stays as it is.

    Examples
    --------
    >>> expert_source("A. B., 2024-01-01, confidence low"), expert_source("a map")
    ('A. B., 2024-01-01, confidence low', 'a map')
    """
    found = _DRAWN.fullmatch(source)
    if found is None:
        return source
    return said(_CONFIDENCE[found["confidence"]], author=found["author"], date=found["date"])


def _of(words: Mapping[str, str], code: str) -> str:
    return said(words[code])
