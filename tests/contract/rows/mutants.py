"""Every way to weaken one rule of a contract, or to forbid what it allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandera.pandas as pa

from contract.rows.cases import alone
from corridors.foundation.tables.columns import geometry

SHAPES = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


@dataclass(frozen=True)
class Mutant:
    """A contract with one rule changed; ``rule`` and ``column`` are as of the cases that try it."""

    name: str
    rule: str
    column: str
    schema: pa.DataFrameSchema


def mutants(schema: pa.DataFrameSchema) -> Iterator[Mutant]:
    """Yield each contract that differs from ``schema`` in a single rule.

    Where the rule of a column is changed, the contract has only that column. A deleted column is
    not among them: good rows have it, and are then refused.
    """
    for name, column in schema.columns.items():
        for what, rule, other in _weaker(column):
            yield Mutant(f"{name} {what}", rule, name, alone(name, other))
    yield Mutant("open to other columns", "whole", "", _schema(schema, strict=False))
    for keys in _keys(schema):
        yield Mutant(f"key {keys}", "whole", "", _schema(schema, unique=keys))


def _keys(schema: pa.DataFrameSchema) -> Iterator[list[str] | None]:
    key = schema.unique
    if not key:
        yield list(schema.columns)[:1]
        return
    yield None
    for name in key if len(key) > 1 else ():
        yield [other for other in key if other != name]
    yield [*key, next(name for name in schema.columns if name not in key)]


def _schema(schema: pa.DataFrameSchema, **changes: Any) -> pa.DataFrameSchema:
    options = {"name": schema.name, "strict": True, "unique": schema.unique, **changes}
    return pa.DataFrameSchema(schema.columns, **options)


def _column(column: pa.Column, **changes: Any) -> pa.Column:
    options = {"checks": column.checks, "nullable": column.nullable, **changes}
    return pa.Column(options.pop("dtype", column.dtype), **options)


def _weaker(column: pa.Column) -> Iterator[tuple[str, str, pa.Column]]:
    yield "optional", "required", _column(column, required=False)
    yield "of any dtype", "dtype", _column(column, dtype=None)
    if not str(column.dtype).startswith(("int", "uint", "bool")):  # these hold no empty value
        other = _column(column, nullable=not column.nullable)
        yield f"nullable {other.nullable}", "nullable", other
    for number, check in enumerate(column.checks):
        rest = [other for other in column.checks if other is not check]
        yield f"without check {number}", "check", _column(column, checks=rest)
        for changed in _other_checks(check):
            yield f"with {changed}", "check", _column(column, checks=[*rest, changed])
    if str(column.dtype) == "geometry":
        kinds = column.checks[0].error.removeprefix("geometry must be ").split(" or ")
        for kind in SHAPES:
            others = [other for other in SHAPES if (other in kinds) != (other == kind)]
            if others:
                yield f"of {others}", "check", geometry(*others, nullable=column.nullable)


def _other_checks(check: pa.Check) -> Iterator[pa.Check]:
    least = check.statistics.get("min_value")
    most = check.statistics.get("max_value")
    match check.name:
        case "isin":
            words = list(check.statistics["allowed_values"])
            for word in words:
                yield pa.Check.isin([other for other in words if other != word])
        case "in_range":
            yield pa.Check.in_range(least - 1, most)
            yield pa.Check.in_range(least, most + 1)
        case "greater_than_or_equal_to":
            yield pa.Check.ge(least - 1)
        case "greater_than":
            yield pa.Check.ge(least)
