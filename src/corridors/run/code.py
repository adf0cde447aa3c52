"""Which source files of the package a stage really imports, found without importing them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import corridors

if TYPE_CHECKING:
    import ast

    from corridors.run.digests import Digests

# Distributions whose version is part of a fingerprint, by the name they are imported under.
# Those of the first group are behind every table, so they count for every stage.
_ALWAYS = ("geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "pyproj", "shapely")
_IF_IMPORTED = {
    "jinja2": "jinja2",
    "matplotlib": "matplotlib",
    "networkx": "networkx",
    "numba": "numba",
    "osmium": "osmium",
    "pandera": "pandera",
    "pyamg": "pyamg",
    "rasterio": "rasterio",
    "scipy": "scipy",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
}
_NOT_DATA = ("__pycache__",)


class Code:
    """Import closures of the stages, one package folder, read through a digest cache.

    Parameters
    ----------
    digests
        Cache of digests and of the imports of a file, by file state.
    package
        Folder of the package; the installed one by default.

    Notes
    -----
    The closure follows ``import`` statements anywhere in a module (also inside functions), string
    constants that are exactly the dotted name of a module of the package (as given to
    ``importlib``), and the ``__init__`` of every package on the way. Blocks under
    ``if TYPE_CHECKING`` never run and do not count. Files that are not Python, in the folders of
    the modules reached, count as code too: styles, templates, bundled data.
    """

    def __init__(self, digests: Digests, package: Path | None = None) -> None:
        self.digests = digests
        self.package = package or Path(corridors.__file__).resolve().parent
        self.root = self.package.parent
        self._closures: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {}
        self._scanned: dict[Path, tuple[str, list[str]]] = {}
        self._data: dict[Path, dict[Path, str]] = {}

    def files(self, module: str) -> dict[str, str]:
        """Return path below the package's parent -> digest, for the closure of ``module``."""
        return self._closure(module)[0]

    def libraries(self, module: str) -> dict[str, str]:
        """Return distribution -> version of the libraries that reach results of ``module``."""
        return {name: _version(name) for name in self._closure(module)[1]}

    def _closure(self, module: str) -> tuple[dict[str, str], tuple[str, ...]]:
        if module not in self._closures:
            self._closures[module] = self._walk(module)
        return self._closures[module]

    def _walk(self, module: str) -> tuple[dict[str, str], tuple[str, ...]]:
        libraries = set(_ALWAYS)
        reached: dict[Path, str] = {}
        waiting = [module]
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            path = self._modules.get(name)
            if path is None:
                continue
            if "." in name:
                waiting.append(name.rpartition(".")[0])
            digest, imports = self._scan(path, name)
            reached[path] = digest
            for target in imports:
                if target.split(".")[0] == self.package.name:
                    # `from a.b import c`: c is a module, or a name defined in a.b.
                    waiting += [target, target.rpartition(".")[0]]
                elif target.split(".")[0] in _IF_IMPORTED:
                    libraries.add(_IF_IMPORTED[target.split(".")[0]])
        for folder in {path.parent for path in reached}:
            if folder not in self._data:
                found = _data_files(folder)
                self._data[folder] = {path: self.digests.of_file(path) for path in found}
            reached.update(self._data[folder])
        files = {path.relative_to(self.root).as_posix(): digest for path, digest in reached.items()}
        return dict(sorted(files.items())), tuple(sorted(libraries))

    @cached_property
    def _modules(self) -> dict[str, Path]:
        """Dotted name -> file; a package comes before a module of its name."""
        out: dict[str, Path] = {}
        for path in sorted(self.package.rglob("*.py")):
            parts = path.relative_to(self.root).with_suffix("").parts
            if parts[-1] == "__init__":
                out[".".join(parts[:-1])] = path
            else:
                out.setdefault(".".join(parts), path)
        return out

    def _scan(self, path: Path, module: str) -> tuple[str, list[str]]:
        def read(data: bytes) -> Any:
            is_package = path.name == "__init__.py"
            return sorted(_imports(data, module, self.package.name, is_package=is_package))

        if path not in self._scanned:
            self._scanned[path] = self.digests.remember(path, "imports", read)
        return self._scanned[path]


def _data_files(folder: Path) -> Iterator[Path]:
    """Yield the files that are not Python in a package folder and in its plain sub-folders."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith("~") or path.name in _NOT_DATA:
            continue
        if path.is_dir():
            if not any(path.glob("*.py")):
                yield from _data_files(path)
        elif path.suffix not in {".py", ".pyc", ".pyi"} and path.name != "py.typed":
            yield path


def _imports(source: bytes, module: str, package: str, *, is_package: bool) -> set[str]:
    """Return the dotted names that a module's source imports, most specific first."""
    import ast

    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()  # running the stage will say so; the digest of the file already counts
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Import():
                found.update(alias.name for alias in node.names)
            case ast.ImportFrom():
                base = _base(node, module, is_package=is_package)
                found.update(f"{base}.{alias.name}" for alias in node.names)
            case ast.If() if _is_type_checking(node.test):
                waiting += node.orelse
                continue
            case ast.Constant(value=str(text)) if text.startswith(package + "."):
                if text.replace(".", "").isidentifier():
                    found.add(text)
            case _:
                pass
        waiting += ast.iter_child_nodes(node)
    return found


def _base(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*parts, node.module] if node.module else parts)


def _is_type_checking(test: ast.expr) -> bool:
    name = getattr(test, "attr", None) or getattr(test, "id", None)
    return name == "TYPE_CHECKING"


_versions: dict[str, str] = {}


def _version(distribution: str) -> str:
    if distribution not in _versions:
        from importlib import metadata

        try:
            _versions[distribution] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            _versions[distribution] = "absent"
    return _versions[distribution]
