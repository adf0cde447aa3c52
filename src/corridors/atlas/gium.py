"""What the map of the Global Atlas of Ungulate Migration takes in: layers, fields, file names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

# Role -> names of its field, the one that we write first; small and capital letters are alike.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "herd": ("Herd_Name", "HerdName"),
    "country": ("Country",),
    "season": ("Season",),
    "class": ("Class",),
    "type": ("Type",),
    "rotation": ("Rotation",),
    "source": ("Source",),
    "locale": ("Locale",),
    "migrate_id": ("Migrate_ID", "MigrateID"),
}
# Bytes of a text in a layer that begins with this release.
WIDTHS: Final[Mapping[str, int]] = {
    "herd": 100,
    "country": 100,
    "season": 50,
    "class": 20,
    "type": 100,
    "source": 254,
    "locale": 150,
    "migrate_id": 100,
}
NUMBER_ROLES: Final = frozenset({"rotation"})
# The web map's own projection: what is straight in a layer is straight on the map, and angles are
# those of the ground.
WEB_MAP_CRS: Final = "EPSG:3857"
# Closed for good: a class or type beyond what the layer has so far is looked at by a person.
WATCHED_ROLES: Final = ("class", "type")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class AtlasLayer:
    """One of the seven layers.

    Parameters
    ----------
    key
        How we call it.
    stem
        Name of its file before the date.
    geometry
        Of every feature.
    required, further
        Roles that each feature must fill, and others that the layer has.
    suffix
        Ending of the file: ``.zip`` of a shapefile, or ``.geojson``.
    """

    key: str
    stem: str
    geometry: Literal["point", "line", "polygon"]
    required: tuple[str, ...]
    further: tuple[str, ...] = ()
    suffix: Literal[".zip", ".geojson"] = ".zip"

    @property
    def roles(self) -> tuple[str, ...]:
        """All roles, in the order of the fields."""
        return (*self.required, *self.further)


_OF_PLACES = ("source", "locale", "migrate_id")
LINE_LABELS: Final = AtlasLayer(
    "line_labels", "LineLabels", "line", ("herd",), ("country", "season", "type", "class")
)
LAYERS: Final = (
    AtlasLayer(
        "seasonal_arrows", "SeasonalArrowsMerged", "line", ("herd", "country", "season", "class")
    ),
    AtlasLayer(
        "point_labels",
        "GIUMPointLabelsMerged",
        "point",
        ("herd", "season", "type", "rotation"),
        ("country",),
        ".geojson",
    ),
    AtlasLayer(
        "linear_barriers", "linear_barriers", "line", ("class", "herd", "country"), _OF_PLACES
    ),
    AtlasLayer(
        "point_barriers", "point_barriers", "point", ("class", "herd", "country"), _OF_PLACES
    ),
    AtlasLayer(
        "polygon_features",
        "poly_features",
        "polygon",
        ("class", "herd", "country"),
        ("type", *_OF_PLACES),
    ),
    AtlasLayer("protected_areas", "ProtectedAreas", "polygon", ("type", "herd"), ("country",)),
    LINE_LABELS,
)


def date_words(day: date) -> str:
    """Return a day as file names have it.

    Examples
    --------
    >>> date_words(date(2026, 6, 10)), date_words(date(2026, 11, 3))
    ('June10_2026', 'November3_2026')
    """
    return f"{_MONTHS[day.month - 1]}{day.day}_{day.year}"


def dated_name(name: str) -> tuple[str, date] | None:
    """Return stem and day of a file's name without its ending, None where it has no day.

    Examples
    --------
    >>> dated_name("poly_features_June10_2026")
    ('poly_features', datetime.date(2026, 6, 10))
    >>> dated_name("poly_features_June010_2026"), dated_name("poly_features")
    (None, None)
    """
    stem, _, year = name.rpartition("_")
    stem, _, word = stem.rpartition("_")
    month = word.rstrip("0123456789")
    if not stem or month not in _MONTHS or word[len(month) :].startswith("0"):
        return None
    try:
        number = _MONTHS.index(month) + 1
        day = datetime(int(year), number, int(word[len(month) :])).date()  # noqa: DTZ001
    except ValueError:
        return None
    return stem, day


def field_of(role: str, names: Iterable[str]) -> list[str]:
    """Return the names among a layer's fields that fit a role.

    Examples
    --------
    >>> field_of("herd", ["herdname", "HERD_NAME", "Class"])
    ['herdname', 'HERD_NAME']
    """
    wanted = {name.casefold() for name in FIELDS[role]}
    return [name for name in names if name.casefold() in wanted]
