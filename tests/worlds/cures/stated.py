"""Cures that messages name, found in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import corridors

PACKAGE = Path(corridors.__file__).parent
PLACES = ("formats", "stages/ingest", "config", "cli", "barriers/sources.py")
_HOLE = "…"  # what a message fills in


@cache
def stated() -> frozenset[str]:
    """Return ``module: cure`` of every cure in the source; of a formed one what is fixed of it."""
    files: list[Path] = []
    for place in PLACES:
        path = PACKAGE / place
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    found: set[str] = set()
    for file in files:
        module = file.relative_to(PACKAGE).as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        whole = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for scope in (*whole, tree):
            for call in _calls(scope):
                for keyword in call.keywords:
                    if keyword.arg == "cure":
                        found.update(f"{module}: {w}" for w in _words(keyword.value, scope, tree))
    return frozenset(found)


def _calls(scope: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of a function or module without those of functions inside of it."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef):
            yield from _calls(node)


def says(key: str, message: str) -> bool:
    """Return whether a message holds the cure of a key of :func:`stated`.

    Of one that the source takes from elsewhere, ``<...>``, nothing is known here.
    """
    words = key.partition(": ")[2]
    if words.startswith("<"):
        words = _HOLE
    pattern = ".+".join(map(re.escape, words.split(_HOLE)))
    return re.search(rf"(?m)^  cure: {pattern}$", message) is not None


def _words(node: ast.expr, scope: ast.AST, tree: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.Constant():
            pass
        case ast.JoinedStr(values=parts):
            yield "".join(p.value if isinstance(p, ast.Constant) else _HOLE for p in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _words(one, scope, tree)
            yield from _words(other, scope, tree)
        case ast.BoolOp(values=several):
            for value in several:
                yield from _words(value, scope, tree)
        case ast.BinOp(left=one, right=other):
            ends = ("".join(_words(part, scope, tree)) for part in (one, other))
            yield "".join(_HOLE if words.startswith("<") else words for words in ends)
        case ast.Name() | ast.Call():
            yield from _told(node, scope, tree)
        case ast.Subscript():
            yield f"<{ast.unparse(node)}>"
        case _:
            raise TypeError(ast.dump(node))


def _told(node: ast.expr, scope: ast.AST, tree: ast.AST) -> Iterator[str]:
    """Yield what a name is given, or a function of the module returns."""
    match node:
        case ast.Name(id=name) if assigned := list(_assigned(name, scope)):
            for value in assigned:
                yield from _words(value, scope, tree)
        case ast.Call(func=ast.Name(id=name)) if returned := list(_returned(name, tree)):
            for own, value in returned:
                yield from _words(value, own, tree)
        case _:
            yield f"<{ast.unparse(node)}>"


def _assigned(name: str, scope: ast.AST) -> Iterator[ast.expr]:
    """Yield what a function gives to a name."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in node.targets
        ):
            yield node.value


def _returned(name: str, tree: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Yield a function of a module with each thing that it returns."""
    for own in ast.walk(tree):
        if isinstance(own, ast.FunctionDef) and own.name == name:
            for node in ast.walk(own):
                if isinstance(node, ast.Return) and node.value is not None:
                    yield own, node.value
