"""A layer of the release: the whole production layer, and the new features behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shapely import get_coordinates

from corridors.atlas.gium import (
    FIELDS,
    LAYERS,
    LINE_LABELS,
    NUMBER_ROLES,
    WATCHED_ROLES,
    WEB_MAP_CRS,
    WIDTHS,
    AtlasLayer,
    date_words,
    dated_name,
    field_of,
)
from corridors.formats.dbase import NUMBERS, TEXT, DbaseField
from corridors.formats.geojson import PointCollection, new_collection, read_collection
from corridors.formats.shapefile import Shapefile, new_shapefile, read_zipped
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.stages.release.features import Feature, Told, moved

_SHOWN = 12
_SUFFIXES = (".zip", ".geojson")


@dataclass(frozen=True)
class Production:
    """The latest file of a layer in an earlier release."""

    path: Path
    stem: str
    day: date


@dataclass(frozen=True)
class ReleasedLayer:
    """A layer that is to be written.

    Parameters
    ----------
    layer
        Which one.
    name
        Name of its file.
    before
        The production layer, None without one.
    after
        With the new features.
    n_before, n_added
        Numbers of features.
    fields
        Role -> name of its field; roles without one are missing.
    told
        Rows of the QA table.
    """

    layer: AtlasLayer
    name: str
    before: Shapefile | PointCollection | None
    after: Shapefile | PointCollection
    n_before: int
    n_added: int
    fields: Mapping[str, str]
    told: Sequence[Told]

    def content(self, day: date) -> bytes:
        """Return the bytes of its file."""
        if isinstance(self.after, Shapefile):
            return self.after.packed(self.name.removesuffix(self.layer.suffix), day)
        return self.after.text.encode("utf-8")


def production_in(folder: Path) -> dict[str, Production]:
    """Return the latest file of each layer in an earlier release, by the layer's key.

    The layer of line labels has a name of its own: that of the only other layer.

    Raises
    ------
    MissingInputError
        No such folder, or no layer in it.
    InputError
        Several layers of which none is one of the atlas's.
    """
    if not folder.is_dir():
        raise MissingInputError(
            Fault("there is no earlier release", str(folder), expected="a folder of layers")
        )
    known: dict[tuple[str, str], str] = {(layer.stem, layer.suffix): layer.key for layer in LAYERS}
    found: dict[str, Production] = {}
    others: dict[str, Production] = {}
    for path in sorted(folder.iterdir()):
        dated = dated_name(path.stem) if path.suffix in _SUFFIXES else None
        if dated is None:
            continue
        one = Production(path, *dated)
        key = known.get((one.stem, path.suffix))
        into, label = (found, key) if key else (others, one.stem)
        if path.suffix == ".zip" or key:
            into[label] = max(into.get(label, one), one, key=lambda each: each.day)
    if LINE_LABELS.key not in found and len(others) == 1:
        found[LINE_LABELS.key] = next(iter(others.values()))
        others = {}
    if others:
        raise InputError(
            Fault(
                "the earlier release has layers that are not the atlas's",
                str(folder),
                expected="at most one besides " + ", ".join(layer.stem for layer in LAYERS),
                got=", ".join(others),
                cure="take out what is no layer of the release",
            )
        )
    if not found:
        raise MissingInputError(
            Fault(
                "the earlier release holds no layer",
                str(folder),
                expected="files such as SeasonalArrowsMerged_June10_2026.zip",
            )
        )
    return found


def released_layer(
    layer: AtlasLayer, old: Production | None, features: Sequence[Feature], day: date
) -> ReleasedLayer | None:
    """Return a layer with the new features behind the old ones; None where it has none at all.

    Raises
    ------
    InputError
        The production layer is damaged, is of other geometry, has multipart features, or not
        exactly one field for a role; a value is longer than its field.
    """
    if old is None and not features:
        return None
    name = f"{old.stem if old else layer.stem}_{date_words(day)}{layer.suffix}"
    if layer.suffix == ".geojson":
        return _points(layer, old, features, name)
    before = read_zipped(old.path) if old else None
    at = str(old.path) if old else name
    if before is not None:
        _refuse_other_geometry(layer, before, at)
    base = before or new_shapefile(
        layer.geometry, [_new_field(role) for role in layer.roles], WEB_MAP_CRS
    )
    fields = _fields(layer, [field.name for field in base.table.fields], at)
    _refuse_other_kinds(fields, base.table.fields, at)
    crs = base.crs.to_wkt()
    after = base.with_features(
        [moved(one.geometry, GEOGRAPHIC, crs) for one in features],
        [_row(fields, one.values) for one in features],
        at,
    )
    rows = before.table.texts() if before else []
    told = _told(old.stem if old else layer.stem, layer, fields, rows, features)
    n_before = len(before.shapes) if before else 0
    return ReleasedLayer(layer, name, before, after, n_before, len(features), fields, told)


def _points(
    layer: AtlasLayer, old: Production | None, features: Sequence[Feature], name: str
) -> ReleasedLayer:
    before = read_collection(old.path) if old else None
    at = str(old.path) if old else name
    base = before or new_collection()
    rows = base.rows
    if before is not None:
        kinds = {one.get("type") for one in before.geometries}
        if not kinds <= {"Point"}:
            raise _other_geometry(layer, ", ".join(sorted(map(str, kinds))), at)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    fields = _fields(layer, keys or [FIELDS[role][0] for role in layer.roles], at)
    _refuse_other_values(fields, rows, at)
    crs = base.crs.to_wkt()
    places = [moved(one.geometry, GEOGRAPHIC, crs) for one in features]
    blank = dict.fromkeys(keys)
    after = base.with_points(
        get_coordinates(places).tolist(),
        [{**blank, **_row(fields, one.values)} for one in features],
    )
    stem = old.stem if old else layer.stem
    told = _told(stem, layer, fields, [_texts(row) for row in rows], features)
    return ReleasedLayer(layer, name, before, after, len(rows), len(features), fields, told)


def _texts(row: Mapping[str, object]) -> dict[str, str]:
    return {key: "" if value is None else str(value) for key, value in row.items()}


def _new_field(role: str) -> DbaseField:
    return DbaseField(FIELDS[role][0], TEXT, WIDTHS[role])


def _row(fields: Mapping[str, str], values: Mapping[str, str | float]) -> dict[str, str | float]:
    return {field: values[role] for role, field in fields.items() if role in values}


def _fields(layer: AtlasLayer, names: Sequence[str], at: str) -> dict[str, str]:
    """Return role -> name of its field.

    Raises
    ------
    InputError
        A required role has no field, or any role has several.
    """
    faults, fields = [], {}
    for role in layer.roles:
        fitting = field_of(role, names)
        if len(fitting) == 1:
            fields[role] = fitting[0]
        elif fitting or role in layer.required:
            faults.append(
                Fault(
                    f"the layer has not exactly one field for {role}",
                    at,
                    expected=" or ".join(FIELDS[role]) + ", in small or capital letters",
                    got=", ".join(fitting) or ", ".join(names),
                    cure="rename the fields of the earlier layer",
                )
            )
    if faults:
        raise InputError(faults)
    return fields


def _refuse_other_kinds(fields: Mapping[str, str], known: Iterable[DbaseField], at: str) -> None:
    kinds = {field.name: field.kind for field in known}
    faults = [
        Fault(
            f"the field for {role} is no {'number' if role in NUMBER_ROLES else 'text'}",
            at,
            column=name,
            got=f"dBASE type {kinds[name]}",
            cure="change the field's type in the earlier layer; nothing is converted",
        )
        for role, name in fields.items()
        if kinds[name] not in (NUMBERS if role in NUMBER_ROLES else TEXT)
    ]
    if faults:
        raise InputError(faults)


def _refuse_other_values(
    fields: Mapping[str, str], rows: Sequence[Mapping[str, object]], at: str
) -> None:
    faults = []
    for role, name in fields.items():
        wanted = (int, float) if role in NUMBER_ROLES else (str,)
        odd = [
            value
            for value in (row.get(name) for row in rows)
            if value is not None and (isinstance(value, bool) or not isinstance(value, wanted))
        ]
        if odd:
            faults.append(
                Fault(
                    f"the field for {role} is no {'number' if role in NUMBER_ROLES else 'text'}",
                    at,
                    column=name,
                    got=repr(odd[0]),
                    cure="correct the earlier layer; nothing is converted",
                )
            )
    if faults:
        raise InputError(faults)


def _refuse_other_geometry(layer: AtlasLayer, before: Shapefile, at: str) -> None:
    if before.geometry != layer.geometry:
        raise _other_geometry(layer, before.geometry, at)
    if before.n_multipart:
        raise InputError(
            Fault(
                "the earlier layer has multipart features, which the map does not take",
                at,
                expected="features of one part",
                got=f"{before.n_multipart} multipart features",
                cure="explode them (QGIS: Multipart to singleparts) and name that file",
            )
        )


def _other_geometry(layer: AtlasLayer, got: str, at: str) -> InputError:
    return InputError(
        Fault("the layer is of another geometry", at, expected=layer.geometry, got=got)
    )


def _told(
    section: str,
    layer: AtlasLayer,
    fields: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    features: Sequence[Feature],
) -> list[Told]:
    """Return what a person should look at before the release goes out."""
    found = [
        Told(section, f"field for {role}", "warn", "none", "values of new features not written")
        for role in layer.roles
        if role not in fields
    ]
    for role in WATCHED_ROLES:
        field = fields.get(role)
        known = {row.get(field, "") for row in rows} - {""} if field else set()
        new = {str(one.values[role]) for one in features if role in one.values}
        if known and new - known:
            found.append(
                Told(
                    section,
                    f"new words for {role}",
                    "warn",
                    ", ".join(sorted(new - known)),
                    "not in the earlier layer: a typing error? known: "
                    + ", ".join(sorted(known)[:_SHOWN]),
                )
            )
    herds = {row.get(fields["herd"], "") for row in rows}
    again = sorted({str(one.values["herd"]) for one in features} & herds)
    if again:
        found.append(
            Told(section, "herds there already", "warn", ", ".join(again), "added once more")
        )
    blank = [
        role
        for role in layer.required
        if any(not row.get(fields[role], "").strip() for row in rows)
    ]
    if blank:
        found.append(
            Told(section, "blanks of earlier features", "warn", ", ".join(blank), "left as is")
        )
    return found
