"""The layers of a release as a database shows them: of all herds together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corridors.atlas.released_layers import style_of
from corridors.atlas.words.download import FIELDS, LAYERS
from corridors.formats.parquet import read_layer
from corridors.formats.postgis import DatabaseLayer
from corridors.formats.qml import document
from corridors.foundation import tables
from corridors.stages.download.herd_products import CONTRACTS


def database_layers(folder: Path, herds: Sequence[str]) -> list[DatabaseLayer]:
    """Return the layers in the folder of a release, herd after herd."""
    found = []
    for name, schema in CONTRACTS.items():
        paths = [folder / herd / f"{herd}_{name}.parquet" for herd in herds]
        frame = tables.joined([read_layer(path) for path in paths if path.is_file()], schema)
        if len(frame):
            style = document(style_of(name, frame))
            found.append(DatabaseLayer(name, LAYERS[name], frame, FIELDS, style))
    return found
