"""The contract of a table in plain words, so that a reader can check rows without this program."""

from __future__ import annotations

from typing import Any

from corridors.atlas.words.download import FIELDS, SHORT_NAMES
from corridors.foundation.tables import LayerSchema


def contract_of(schema: LayerSchema) -> dict[str, Any]:
    """Return the columns of a contract, in order, with their types, bounds and meaning.

    Examples
    --------
    >>> from corridors.foundation.tables import RELEASED_STOPOVERS
    >>> contract_of(RELEASED_STOPOVERS)["columns"][2]["checks"]
    ['greater_than_or_equal_to(0)']
    """
    return {
        "contract": schema.name,
        "columns": [
            {
                "name": name,
                "name_in_shapefiles": SHORT_NAMES.get(name, name),
                "type": _TYPES.get(str(column.dtype), "text"),
                "may_be_empty": column.nullable,
                "checks": [str(check.error) for check in column.checks],
                "meaning": FIELDS.get(name, ""),
            }
            for name, column in schema.columns.items()
        ],
    }


_TYPES = {"float64": "number", "geometry": "geometry"}
