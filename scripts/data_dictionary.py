"""Write docs/data-dictionary.md, every column of every table, from the contracts.

    python scripts/data_dictionary.py [--check]

Types, bounds, words and keys are those of the contract objects. What a column means is what people
read above it on pages and in QGIS (``atlas/fields.py``), and the comment beside it in
``foundation/tables/``; a column with neither is refused. With ``--check`` nothing is written, and
the exit code is 1 where the page is not as it would be.
"""

from __future__ import annotations

import ast
import importlib
import io
import pkgutil
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandera.pandas as pa

from corridors.atlas.fields import ALIASES
from corridors.foundation import tables, vocabulary
from corridors.stages import registry

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data-dictionary.md"
OPENING = """\
# Data dictionary

Written by `scripts/data_dictionary.py` from the contracts in `src/corridors/foundation/tables/`;
change those. A table that leaves a stage has these columns, in this order, and no other; what
breaks its contract is never written. Files of tables are in `data/processed/STAGE/HERD/`;
[the table of stages](architecture.md#a-stage) says which stage reads which.

Times are UTC, geometries longitude and latitude on WGS84 (EPSG:4326). The unit is part of the name.
*Empty* says whether a value may be missing: a missing number is NaN and never 0; a missing text is
the empty one, where the meaning allows it. Endings `_p05` and `_p95` are the 5 and 95 % quantiles
of the draws whose mean is the estimate.
"""
# Ending of a name -> unit, the longest first.
UNITS = {
    "_m2_min": "m²/min", "_km_per_d": "km/d", "_per_km2": "per km²", "_per_year": "per year",
    "_per_km": "per km", "_per_d": "per d", "_km_d": "km/d", "_m_s": "m/s", "_percent": "%",
    "_share": "share", "_frac": "share", "_days": "d", "_km2": "km²", "_utc": "UTC", "_deg": "°",
    "_km": "km", "_m": "m", "_h": "h", "_s": "s", "_d": "d",
}  # fmt: skip
TYPES = {"bool": "yes or no", "float64": "number", "geometry": "geometry"}


@dataclass(frozen=True)
class Source:
    """A module of contracts: what its code says, and its comments by line."""

    tree: ast.Module
    beside: Mapping[int, str]
    above: Mapping[int, str]

    def block_above(self, line: int) -> str:
        """Return the comment that ends right above a line."""
        first = line
        while first - 1 in self.above:
            first -= 1
        return " ".join(self.above[number] for number in range(first, line))

    def assigned(self, name: str) -> ast.Assign | None:
        """Return where a name of the module gets its value."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                return node
        return None


@dataclass
class Notes:
    """What the comments of a contract say."""

    columns: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)


@cache
def source(module: str, package: str = tables.__name__) -> Source:
    """Read a module, of ``foundation/tables/`` unless another package is named."""
    found = importlib.import_module(f"{package}.{module}").__file__
    text = Path(str(found)).read_text(encoding="utf-8")
    beside, above = {}, {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            is_alone = not token.line[: token.start[1]].strip()
            (above if is_alone else beside)[token.start[0]] = token.string.lstrip("# ").strip()
    return Source(ast.parse(text), beside, above)


def notes(node: ast.expr | None, where: Source) -> Notes:
    """Return what is said beside the columns of a dictionary, and of those it takes in."""
    match node:
        case ast.Dict():
            return _of_dictionary(node, where)
        case ast.Name(id=name):
            assigned = where.assigned(name)
            return notes(assigned.value, where) if assigned else Notes()
        case ast.Call(func=ast.Name(id="dict"), args=[one]):
            return notes(one, where)
        case ast.Call(func=ast.Name(id=name)):
            columns = source("columns")
            for one in ast.walk(columns.tree):
                if isinstance(one, ast.FunctionDef) and one.name == name:
                    back = one.body[-1]
                    return notes(back.value if isinstance(back, ast.Return) else None, columns)
    return Notes()


def _of_dictionary(node: ast.Dict, where: Source) -> Notes:
    told = Notes()
    starts = [(key or value).lineno for key, value in zip(node.keys, node.values, strict=True)]
    for key, value, line in zip(node.keys, node.values, starts, strict=True):
        last = value.end_lineno or line
        is_last_of_line = sum(start == line for start in starts) == 1
        beside = where.beside.get(last, "") if is_last_of_line else ""
        above = where.block_above(line) if line > node.lineno else ""
        said = " ".join(filter(None, (above, beside)))
        if isinstance(key, ast.Constant):
            told.columns[str(key.value)] = said
            continue
        taken = notes(value, where)
        told.columns.update(taken.columns)
        told.groups += taken.groups
        if said and taken.columns:
            names = ", ".join(f"`{name}`" for name in taken.columns)
            told.groups.append(f"{names}: {said}")
    return told


def contract_notes(module: str, name: str) -> tuple[str, Notes]:
    """Return what is said above a contract, and of its columns."""
    where = source(module)
    made = where.assigned(name)
    if made is None or not isinstance(made.value, ast.Call):
        return "", Notes()
    return where.block_above(made.lineno), notes(made.value.args[1], where)


def modules() -> Iterator[tuple[str, str, list[str]]]:
    """Yield the modules of contracts: name, what it is about, its contracts in their order."""
    for found in pkgutil.iter_modules(tables.__path__):
        tree = source(found.name).tree
        names = [ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)]
        own = [name for name in names if name in tables.CONTRACTS]
        if own:
            yield found.name, (ast.get_docstring(tree) or "").splitlines()[0].rstrip("."), own


def written() -> Mapping[str, list[str]]:
    """Return contract -> the files that hold such a table, with the stage that writes each."""
    scenario = registry.of_scenario((*registry.SCENARIO, *registry.BEFORE_AFTER))
    every = (*registry.stages(), *scenario, registry.comparison())
    files: dict[str, list[str]] = {}
    for stage in every:
        for one in stage.results.values():
            line = f"`{one.file}` of stage {stage.name}"
            if one.contract and line not in files.setdefault(one.contract, []):
                files[one.contract].append(line)
    return files


def unit(name: str) -> str:
    """Return the unit that a column's name carries."""
    if name.startswith("n_"):
        return "count"
    return next((unit for end, unit in UNITS.items() if f"_{name}".endswith(end)), "")


def words(values: Iterable[str]) -> str:
    """Return words that a column may hold."""
    return ", ".join(f"`{value}`" if value != "" else "empty" for value in values)


def allowed(check: pa.Check) -> str:
    """Return what a check of a contract asks for."""
    given = check.statistics or {}
    match check.name:
        case "isin":
            return words(given["allowed_values"])
        case "greater_than_or_equal_to":
            return f"≥ {given['min_value']}"
        case "greater_than":
            return f"> {given['min_value']}"
        case "in_range":
            return f"{given['min_value']} to {given['max_value']:.6g}"
        case "str_matches":
            pattern = getattr(given["pattern"], "pattern", given["pattern"])
            several = re.fullmatch(r"\^\(\?:\(\?:([\w|]+)\)\(\?:;\(\?:\1\)\)\*\)\?\$", pattern)
            if several:
                return f"none or several, with `;` between: {words(several[1].split('|'))}"
            return f"text like `{pattern}`"
    said = str(check.error or check.name)
    return said.removeprefix("geometry must be ")


def kind(column: pa.Column) -> str:
    """Return the type of a column in plain words."""
    name = str(column.dtype)
    if "datetime" in name:
        return "time"
    if name.startswith("str"):
        return "text"
    return TYPES.get(name, f"whole number ({name})" if "int" in name else name)


def _link(found: re.Match[str]) -> str:
    return f"[{found[1]}](#{found[1].lower()})"


def cell(text: str) -> str:
    """Return text for a cell of a Markdown table, a vocabulary as a link to its words."""
    text = re.sub(r"(?:the )?vocabulary[ .](FLAGS|LIMITS)", _link, text)
    return text.replace("``", "`").replace("|", "\\|").replace("\n", " ")


def meaning(name: str, said: str) -> str:
    """Return the label that people read and what the contract says beside the column."""
    label = ALIASES.get(name, "Where it lies" if name == "geometry" else "")
    if said.lower() in label.lower():
        said = ""
    return "; ".join(filter(None, (label, said)))


def table(module: str, name: str, files: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the lines of one table."""
    schema = tables.CONTRACTS[name]
    said, told = contract_notes(module, name)
    yield f"### {name}\n"
    if said:
        yield f"{cell(said)}\n"
    if name in files:
        yield f"Files: {'; '.join(files[name])}.\n"
    key = schema.unique or []
    if key:
        yield f"One row for each {', '.join(f'`{one}`' for one in key)}.\n"
    yield "| column | type | unit | meaning | empty | allowed |"
    yield "|---|---|---|---|---|---|"
    for column_name, column in schema.columns.items():
        means = meaning(column_name, told.columns.get(column_name, ""))
        if not means:
            raise SystemExit(f"nothing says what {name}.{column_name} means")
        rules = [rule for rule in map(allowed, column.checks or []) if rule]
        parts = (
            f"`{column_name}`",
            kind(column),
            unit(column_name),
            means,
            "may be" if column.nullable else "never",
            "; ".join(rules),
        )
        yield f"| {' | '.join(cell(part) for part in parts)} |"
    yield ""
    for group in told.groups:
        yield f"{cell(group.rstrip('.'))}.\n"


def words_and_bits() -> Iterator[str]:
    """Yield what the columns hold of which a meaning only names the vocabulary."""
    yield "## Words and bits\n"
    yield "### FLAGS\n"
    yield "The sum of the numbers of a fix's flags, 0: it has none; [rules](methods.md#fixes).\n"
    yield "| number | flag |\n|---:|---|"
    yield from (f"| {bit} | `{name}` |" for name, bit in vocabulary.FLAG_BIT.items())
    yield "\n### LIMITS\n"
    where = source("vocabulary", "corridors.foundation")
    made = where.assigned("LIMITS")
    if made is None or not isinstance(made.value, ast.Tuple):
        raise SystemExit("vocabulary.LIMITS is no tuple any more")
    yield f"{where.block_above(made.lineno).rstrip('.')}.\n"
    yield "| word | meaning |\n|---|---|"
    for one in made.value.elts:
        yield f"| `{ast.literal_eval(one)}` | {cell(where.beside[one.lineno])} |"


def page() -> str:
    """Return the whole page."""
    files = written()
    lines = [OPENING]
    for module, about, names in modules():
        lines.append(f"## {about}\n")
        for name in names:
            lines += table(module, name, files)
    lines += words_and_bits()
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Write the page, or compare."""
    made = page()
    if "--check" in sys.argv:
        sys.exit(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
