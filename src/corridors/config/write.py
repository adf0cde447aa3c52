"""Write a new study: a configuration that explains itself, and its JSON schema.

Both come from the model: keys, defaults and descriptions stand nowhere else. What stands here are
examples for keys that have no default.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from corridors.config import habitat, record, release, scenarios, segmentation, sources
from corridors.config.model import Config
from corridors.foundation.errors import Fault, OutputError

CONFIG = "config.yaml"
SCHEMA = "config.schema.json"
_FOLDERS = ("data/raw", "data/processed")
_HERD = "my-herd"
_WIDTH = 44
_LONGEST = 98

_HEAD = f"""\
# yaml-language-server: $schema={SCHEMA}
##
## Configuration of a study. Paths start at the folder of this file; ${{NAME}} in a path stands for
## an environment variable. Every key is shown, with its default or an example. Lines that begin
## with one # are keys that are not in use: remove "# " to use them. Unknown keys are refused.
## After editing: corridors check
"""

# Examples for keys without a default, by model and key.
_EXAMPLES: dict[type[BaseModel], dict[str, Any]] = {
    sources.Herd: {"species": "Odocoileus hemionus"},
    segmentation.Segment: {"bio_year_start": "08-01"},
    segmentation.SeasonNames: {"out": "wet", "back": "dry"},
    sources.TrackSource: {
        "path": "data/raw/tracks.csv",
        "format": "movebank",
        "time_zone": "UTC",
    },
    sources.TrackColumns: {"animal": "id", "time": "timestamp", "lon": "lon", "lat": "lat"},
    sources.RangeSource: {
        "path": "data/raw/ranges.gpkg",
        "season_column": "season",
        "author": "A. Author",
        "date": "2024-01-31",
        "confidence": "low",
    },
    sources.CorridorSource: {
        "path": "data/raw/corridors.gpkg",
        "buffer_m": 1000.0,
        "author": "A. Author",
        "date": "2024-01-31",
        "confidence": "low",
    },
    sources.BarrierSource: {"name": "fences", "path": "data/raw/fences.gpkg", "kind": "fence"},
    record.Record: {"title": "Deer of the Upper Green", "status": "extant"},
    record.Evidence: {
        "product": "corridors",
        "kind": "local",
        "author": "A. Author",
        "date": "1950",
    },
    release.ProtectedAreas: {
        "path": "data/raw/protected_areas.gpkg",
        "type_column": "designation",
    },
    sources.OsmRule: {"tags": {"highway": ["primary", "trunk"]}, "kind": "road"},
    sources.BoundarySource: {"path": "natural-earth"},
    sources.StateSource: {"path": "natural-earth"},
    sources.ZoneSource: {
        "name": "reserves",
        "path": "data/raw/reserves.gpkg",
        "name_column": "name",
    },
    scenarios.Scenario: {},
    scenarios.Addition: {"name": "new-road", "path": "data/raw/new_road.gpkg", "kind": "road"},
    scenarios.Selection: {"barriers": ["fences:12"]},
    scenarios.Opening: {"classes": ["fence_livestock"], "permeability": 0.9, "months": [4, 5]},
    scenarios.Change: {"kinds": ["fence"], "permeability": 0.8},
    scenarios.BeforeAfter: {"barriers": ["fences:12"], "day": "2020-06-01"},
    habitat.HabitatLayer: {
        "name": "landcover",
        "path": "data/raw/landcover.tif",
        "kind": "class",
        "resistance": {"10": 1, "40": 20},
    },
}


def write_study(folder: Path, text: str | None = None) -> Path:
    """Make a study folder and return the path of its configuration.

    Parameters
    ----------
    folder
        To be made, or without a configuration.
    text
        Of the configuration; None: every key with its default or an example.

    Raises
    ------
    OutputError
        There already is a configuration, or the folder cannot be written to.
    """
    texts = {CONFIG: config_text() if text is None else text, SCHEMA: schema_text()}
    faults: list[Fault | str] = [
        Fault(
            "there already is a file of this name",
            file=str(folder / name),
            cure="choose another folder; nothing is overwritten",
        )
        for name in texts
        if (folder / name).exists()
    ]
    if faults:
        raise OutputError(faults)
    try:
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise OutputError(
            Fault(
                "the study folder cannot be made",
                file=str(error.filename or folder),
                got=error.strerror,
                cure="choose a folder you can write to",
            )
        ) from None
    return folder / CONFIG


def schema_text() -> str:
    """Return the JSON schema of the configuration, for editors that complete keys."""
    schema = Config.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def config_text() -> str:
    """Return a configuration with every key, its default and its description."""
    lines = [_HEAD]
    for name, field in Config.model_fields.items():
        lines += _field(name, field, 0)
        lines.append("")
    return "\n".join(lines)


def _field(name: str, field: FieldInfo, depth: int) -> Iterator[str]:
    """Yield the lines of one key of the configuration itself or of a plain section."""
    inner = _model_in(field.annotation)
    if inner is None:
        yield from _line(name, field.get_default(call_default_factory=True), field, depth)
    elif inner is sources.Herd:
        yield f"{name}:"
        yield f"  {_HERD}:  # small letters, digits and hyphens"
        yield from _example(sources.Herd, 2, is_active=True)
    elif isinstance(field.default, BaseModel):
        yield f"{'  ' * depth}{name}:  # {_title(inner)}"
        for key, below in inner.model_fields.items():
            yield from _field(key, below, depth + 1)
    else:
        yield from _commented(_below(name, field, inner, depth, is_active=False))


def _commented(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines as comments: keys after one #, prose after two."""
    for line in lines:
        prose = line.lstrip().startswith("## ")
        yield line if prose or line.startswith("# ") else f"# {line}"


def _below(
    name: str, field: FieldInfo, inner: type[BaseModel], depth: int, *, is_active: bool
) -> Iterator[str]:
    """Yield a key that holds models, with one example of them."""
    yield f"{'  ' * depth}{name}:  # {field.description or _title(inner)}"
    holder = get_origin(_without_none(field.annotation))
    if holder is dict:
        yield f"{'  ' * (depth + 1)}my-{inner.__name__.lower()}:"
        yield from _example(inner, depth + 2, is_active=is_active)
        return
    if holder is not tuple:
        yield from _example(inner, depth + 1, is_active=is_active)
        return
    begun = False
    for line in _example(inner, depth + 2, is_active=is_active):
        if not begun and not line.lstrip().startswith("#"):
            begun = True
            line = f"{'  ' * (depth + 1)}- {line.lstrip()}"
        yield line


def _example(model: type[BaseModel], depth: int, *, is_active: bool) -> Iterator[str]:
    """Yield the keys of a model: examples first, then the others with their default.

    The others are commented out where the examples are active.
    """
    examples = _EXAMPLES[model]
    fields = {**{name: model.model_fields[name] for name in examples}, **model.model_fields}
    if model is segmentation.Segment:
        # A herd's own: every key stands in the study's section.
        fields = {name: model.model_fields[name] for name in examples}
    for name, field in fields.items():
        key = field.alias or name
        inner = _model_in(field.annotation)
        if name in examples:
            yield from _line(key, examples[name], field, depth)
        elif inner is None:
            lines = _line(key, field.get_default(call_default_factory=True), field, depth)
            yield from _commented(lines) if is_active else lines
        elif inner is sources.TrackSource:
            yield from _below(key, field, inner, depth, is_active=is_active)
        else:
            yield from _commented(_below(key, field, inner, depth, is_active=False))


def _line(key: str, value: Any, field: FieldInfo, depth: int) -> Iterator[str]:
    """Yield a key, its value and its description, which stands above where it is long."""
    text = f"{'  ' * depth}{key}: {_yaml(value)}"
    if not field.description:
        yield text
    elif len(line := f"{text:<{_WIDTH}}  # {field.description}") <= _LONGEST:
        yield line
    else:
        yield f"{'  ' * depth}## {field.description}"
        yield text


def _title(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").splitlines()[0]


def _yaml(value: Any) -> str:
    """Return a value in YAML flow style."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            pairs = (f"{_yaml(key)}: {_yaml(below)}" for key, below in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(_yaml(item) for item in value) + "]"
        case str():
            plain = value.replace("/", "").replace("-", "").replace(".", "").replace("_", "")
            is_plain = plain.replace(" ", "").isalnum()
            return value if is_plain else json.dumps(value, ensure_ascii=False)
        case _:
            return repr(value)


def _without_none(annotation: Any) -> Any:
    arguments = [item for item in get_args(annotation) if item is not NoneType]
    if NoneType in get_args(annotation) and len(arguments) == 1:
        return arguments[0]
    return annotation


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model in an annotation such as ``tuple[Herd, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if (found := _model_in(argument)) is not None:
            return found
    return None
