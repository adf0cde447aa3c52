"""The kinds of columns that contracts are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pa

from corridors.foundation.vocabulary import PASSAGES_OF

if TYPE_CHECKING:
    from pandera.backends.base import BaseSchemaBackend

UTC = pd.DatetimeTZDtype("us", "UTC")
GEOGRAPHIC = "EPSG:4326"

AT_LEAST_0 = pa.Check.ge(0)
FRACTION = pa.Check.in_range(0, 1)


def text(one_of: Sequence[str] | None = None, **options: Any) -> pa.Column:
    """Return a column of strings, optionally from a fixed vocabulary."""
    return pa.Column(str, pa.Check.isin(one_of) if one_of else None, **options)


def codes(one_of: Sequence[str]) -> pa.Column:
    """Return a column of words of a fixed vocabulary, none to several with ``;`` between them."""
    word = f"(?:{'|'.join(one_of)})"
    return pa.Column(str, pa.Check.str_matches(f"^(?:{word}(?:;{word})*)?$"))


def number(check: pa.Check | None = None, *, nullable: bool = False) -> pa.Column:
    """Return a float64 column."""
    return pa.Column("float64", check, nullable=nullable)


def integer(check: pa.Check | None = None, dtype: str = "int64") -> pa.Column:
    """Return an integer column without missing values."""
    return pa.Column(dtype, check)


def utc(*, nullable: bool = False) -> pa.Column:
    """Return a column of UTC times with microseconds."""
    return pa.Column(UTC, nullable=nullable)


def boolean() -> pa.Column:
    """Return a column of True/False."""
    return pa.Column(bool)


def geometry(*kinds: str, nullable: bool = False) -> pa.Column:
    """Return a geometry column of the named kinds (``Point``, ``LineString`` ...)."""
    check = pa.Check(
        lambda series: series.isna() | series.geom_type.isin(kinds),
        error=f"geometry must be {' or '.join(kinds)}",
    )
    valid = pa.Check(lambda series: series.isna() | series.is_valid, error="geometry must be valid")
    return pa.Column("geometry", [check, valid], nullable=nullable)


def passage_unit() -> dict[str, pa.Column]:
    """Return the columns that tell of whom passages a year are."""
    return {
        "unit": text(PASSAGES_OF),
        "population_size": number(pa.Check.gt(0), nullable=True),  # NaN: per animal
        "population_source": text(),  # where that number is from; "": per animal
    }


class LayerSchema(pa.DataFrameSchema):
    """Schema of rows with a geometry, so that a type checker tells a layer from a table."""

    @classmethod
    def get_backend(
        cls, check_obj: object = None, check_type: type | None = None
    ) -> BaseSchemaBackend:
        """Return what validates a table: pandera looks it up by the exact class of the schema."""
        return pa.DataFrameSchema.get_backend(check_obj, check_type)


def layer_contract(
    name: str, columns: dict[str, pa.Column], unique: Sequence[str] | None = None
) -> LayerSchema:
    """Return a closed schema of rows with a column ``geometry``; ``unique`` names the key."""
    return LayerSchema(columns, name=name, strict=True, unique=list(unique) if unique else None)


def contract(
    name: str, columns: dict[str, pa.Column], unique: Sequence[str] | None = None
) -> pa.DataFrameSchema:
    """Return a closed schema of rows without geometry; ``unique`` names the key."""
    return pa.DataFrameSchema(
        columns, name=name, strict=True, unique=list(unique) if unique else None
    )
