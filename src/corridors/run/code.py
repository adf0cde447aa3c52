"""Which source files of the package a stage really imports, found without importing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridors.run.digests import Digests

# Distributions whose version is part of a fingerprint, by the name they are imported under.
# Those of the first group are behind every table, so they count for every stage.
_ALWAYS = ("geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "pyproj", "shapely")
_IF_IMPORTED = {
    "babel": "babel",
    "jinja2": "jinja2",
    "matplotlib": "matplotlib",
    "networkx": "networkx",
    "numba": "numba",
    "openpyxl": "openpyxl",
    "osmium": "osmium",
    "pandera": "pandera",
    "pyamg": "pyamg",
    "rasterio": "rasterio",
    "ruptures": "ruptures",
    "scipy": "scipy",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "typst": "typst",
}
# Module of the package -> the libraries whose files it reads without importing it.
_READ: dict[tuple[str, ...], set[str]] = {("atlas", "web_map"): {"maplibre"}}
_NOT_DATA = ("__pycache__",)
# What a stage sees of the configuration is in its fingerprint as values; how keys are read is not.
_NOT_CODE = ("config",)


class Code:
    """Import closures of the stages, one package, read through a digest cache.

    Parameters
    ----------
    digests
        Cache of digests by file state, and of the imports while no module changes.
    package
        Name of the package, which Python can find.

    Notes
    -----
    The closure follows ``import`` statements anywhere in a module (also inside functions) and the
    ``__init__`` of every package on the way; the package's own only where it is imported by name,
    as it runs nothing of the package. Blocks under ``if TYPE_CHECKING`` never run and do
    not count, nor does the configuration, of which the values count. While a module does not
    parse, every module counts. Files that are not Python, in the folders of the modules reached,
    count as code too: styles, templates, bundled data.
    """

    def __init__(self, digests: Digests, package: str = "corridors") -> None:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise ValueError(f"there is no package {package}")
        self.digests = digests
        self.package = Path(spec.origin).resolve().parent
        self.root = self.package.parent
        self._closures: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {}
        self._data: dict[Path, dict[Path, str]] = {}

    def files(self, module: str) -> dict[str, str]:
        """Return path below the package's parent -> digest, for the closure of ``module``."""
        return self._closure(module)[0]

    def libraries(self, module: str) -> dict[str, str]:
        """Return distribution -> version of the libraries that reach results of ``module``."""
        return {name: _version(name) for name in self._closure(module)[1]}

    @cached_property
    def imports(self) -> Mapping[str, list[str]]:
        """Module -> what it imports: modules of the package, and other packages by name."""
        # All modules together: what `from a import b` means depends on whether there is an a.b.
        digests = {name: self.digests.of_file(path) for name, path in self._modules.items()}
        lines = [_version("grimp"), *(f"{name} {digest}" for name, digest in digests.items())]
        state = sha256("\n".join(lines).encode()).hexdigest()
        found: dict[str, list[str]] = self.digests.remember(
            f"imports of {self.package}", state, lambda: self._imports_at(state)
        )
        return found

    def _imports_at(self, state: str) -> dict[str, list[str]]:
        # A process may look at many studies, each with a cache of its own.
        if state not in _imports_of_state:
            _imports_of_state[state] = _imports(self.package.name, list(self._modules))
        return _imports_of_state[state]

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
            if name in _IF_IMPORTED:
                libraries.add(_IF_IMPORTED[name])
            libraries |= _READ.get(tuple(name.split(".")[1:]), set())
            path = self._modules.get(name)
            if path is None or name.split(".")[1:2] == [*_NOT_CODE]:
                continue
            reached[path] = self.digests.of_file(path)
            waiting += self.imports.get(name, [])
            parent = name.rpartition(".")[0]
            if parent and parent != self.package.name:
                waiting.append(parent)
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
            elif parts[-1].isidentifier():  # what editors leave beside a file is no module
                out.setdefault(".".join(parts), path)
        return out


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


def _imports(package: str, modules: list[str]) -> dict[str, list[str]]:
    """Return module -> what it imports, as grimp reads it in the sources."""
    import grimp
    from grimp.exceptions import SourceSyntaxError

    try:
        graph = grimp.build_graph(
            package,
            include_external_packages=True,
            exclude_type_checking_imports=True,
            cache_dir=None,
        )
    except (SourceSyntaxError, UnicodeError):
        return dict.fromkeys(modules, modules)  # running a stage will say what is wrong
    # grimp leaves out folders without `__init__`; a test holds that the package has none.
    known = sorted(graph.modules.intersection(modules))
    return {name: sorted(graph.find_modules_directly_imported_by(name)) for name in known}


_imports_of_state: dict[str, dict[str, list[str]]] = {}
_versions: dict[str, str] = {}


def _version(distribution: str) -> str:
    if distribution not in _versions:
        from importlib import metadata

        try:
            _versions[distribution] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            _versions[distribution] = "absent"
    return _versions[distribution]
