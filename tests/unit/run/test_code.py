"""Which source files a stage depends on."""

from __future__ import annotations

import ast
import functools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.run.code import _ALWAYS, _IF_IMPORTED, Code
from corridors.run.digests import Digests
from corridors.stages import registry
from corridors.stages.registry import Stage

EVERY_MODULE = sorted(
    {
        stage.module
        for order in (registry.SCENARIO, registry.BEFORE_AFTER)
        for stage in (*registry.stages(), *registry.of_scenario(order), registry.comparison())
    }
)
Package = Callable[[dict[str, str]], Code]


@pytest.fixture(scope="module")
def ours() -> Code:
    """The code of the package itself, whose imports are looked for once."""
    return Code(Digests())


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Write a package of these files and return its code."""
    monkeypatch.syspath_prepend(tmp_path)
    return functools.partial(_package, tmp_path)


def _package(folder: Path, files: dict[str, str], digests: Digests | None = None) -> Code:
    for name, text in {"__init__.py": "", **files}.items():
        path = folder / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (path.parent / "__init__.py").exists() and path.suffix == ".py":
            (path.parent / "__init__.py").write_text("")
        path.write_text(text)
    return Code(digests or Digests(), "pack")


@pytest.mark.parametrize(
    "line",
    [
        "import pack.far.away",
        "import pack.far.away as away",
        "from pack.far import away",
        "from pack.far.away import thing",
        "from pack.far.away import *",
        "from .far import away",
        "from .far.away import thing",
        "def run():\n    from pack.far import away",
        "class A:\n    def b(self):\n        if True:\n            import pack.far.away",
        "try:\n    import pack.far.away\nexcept ImportError:\n    pass",
        "if TYPE_CHECKING:\n    import pack.other\nelse:\n    import pack.far.away",
        "if not TYPE_CHECKING:\n    import pack.far.away",
        "match 1:\n    case 1:\n        with x:\n            import pack.far.away",
    ],
)
def test_every_way_of_importing_counts(package: Package, line: str) -> None:
    code = package({"stage.py": line, "far/away.py": "thing = 1", "other.py": ""})
    assert set(code.files("pack.stage")) == {
        "pack/stage.py",
        "pack/far/__init__.py",
        "pack/far/away.py",
    }


@pytest.mark.parametrize(
    "line",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pack.far.away",
        "import typing\nif typing.TYPE_CHECKING:\n    from pack.far import away",
        '"""Like pack.far.away but nearer."""',
        "# import pack.far.away",
        "import away",
    ],
)
def test_what_is_never_imported_does_not_count(package: Package, line: str) -> None:
    code = package({"stage.py": line, "far/away.py": "thing = 1"})
    assert set(code.files("pack.stage")) == {"pack/stage.py"}


def test_imports_are_followed_through_packages_and_circles(package: Package) -> None:
    code = package(
        {
            "stage.py": "from pack.a import one",
            "a/__init__.py": "from pack.a.one import *",
            "a/one.py": "import pack.b.two",
            "b/two.py": "from ..a import one\nfrom . import three",
            "b/three.py": "",
            "b/four.py": "",
        },
    )
    found = set(code.files("pack.stage"))
    assert {"pack/a/one.py", "pack/b/two.py", "pack/b/three.py"} <= found
    assert "pack/b/four.py" not in found


def test_the_packages_own_init_counts_only_where_it_is_imported_by_name(package: Package) -> None:
    files = {"__init__.py": "version = 1", "stage.py": "from pack import far", "far.py": ""}
    code = package({**files, "page.py": "from pack import version"})
    assert set(code.files("pack.stage")) == {"pack/stage.py", "pack/far.py"}
    assert set(code.files("pack.page")) == {"pack/page.py", "pack/__init__.py"}


def test_the_packages_own_init_runs_nothing_of_the_package() -> None:
    script = "import sys, corridors\nprint(*[m for m in sys.modules if m.startswith('corridors.')])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_files_beside_the_modules_count_and_leftovers_do_not(package: Package) -> None:
    code = package(
        {
            "stage.py": "from pack.maps import draw",
            "maps/draw.py": "",
            "maps/styles/line.qml": "<qml/>",
            "maps/table.csv": "a",
            "maps/.draw.py.swp": "",
            "maps/draw.py~": "",
            "maps/__pycache__/draw.nbi": "",
            "maps/sub/inner.py": "",
            "maps/sub/inner.csv": "a",
            "other/x.csv": "",
            "other/y.py": "",
        },
    )
    assert set(code.files("pack.stage")) == {
        "pack/stage.py",
        "pack/maps/__init__.py",
        "pack/maps/draw.py",
        "pack/maps/styles/line.qml",
        "pack/maps/table.csv",
    }


def test_only_libraries_that_are_imported_count_beyond_those_of_tables(package: Package) -> None:
    code = package(
        {"stage.py": "from pack import fit", "fit.py": "def f():\n    import scipy.optimize\n"},
    )
    libraries = code.libraries("pack.stage")
    assert {"scipy", "numpy", "shapely"} <= set(libraries)
    assert not {"matplotlib", "numba", "osmium"} & set(libraries)
    assert libraries["numpy"][0].isdigit()


def test_a_module_that_does_not_parse_still_has_a_digest(package: Package) -> None:
    code = package({"stage.py": "def ("})
    assert set(code.files("pack.stage")) == {"pack/__init__.py", "pack/stage.py"}


@pytest.mark.parametrize("text", [b"def (", b"x = '\xe9'"])
def test_a_module_that_cannot_be_read_makes_every_module_count(
    tmp_path: Path, package: Package, text: bytes
) -> None:
    code = package({"stage.py": "", "far/away.py": ""})
    (tmp_path / "pack" / "far" / "away.py").write_bytes(text)
    assert {"pack/far/__init__.py", "pack/far/away.py"} <= set(code.files("pack.stage"))


def test_a_new_module_counts_for_those_that_import_its_name(
    tmp_path: Path, package: Package
) -> None:
    files = {"stage.py": "from pack.far import away", "far/__init__.py": ""}
    digests = Digests()
    assert "pack/far/away.py" not in _package(tmp_path, files, digests).files("pack.stage")
    files["far/away.py"] = ""
    assert "pack/far/away.py" in _package(tmp_path, files, digests).files("pack.stage")


def test_imports_are_read_again_only_when_a_module_has_changed(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = Digests()
    before = dict(_package(tmp_path, {"stage.py": "import pack.a", "a.py": ""}, digests).imports)
    with monkeypatch.context() as patch:
        patch.setattr("grimp.build_graph", None)
        assert Code(digests, "pack").imports == before
    after = _package(tmp_path, {"a.py": "import pack.stage"}, digests).imports
    assert after == {**before, "pack.a": ["pack.stage"]}


def test_every_module_of_the_package_is_seen(project: Path, ours: Code) -> None:
    paths = (project / "src" / "corridors").rglob("*.py")
    modules = {
        ".".join(path.relative_to(project / "src").with_suffix("").parts).removesuffix(".__init__")
        for path in paths
    }
    assert set(ours.imports) == modules


def test_no_module_is_named_by_a_string_where_only_an_import_would_be_seen(
    project: Path, ours: Code
) -> None:
    """Data are opened by the name of the package they lie in; modules are imported."""
    modules = set(ours.imports) - {"corridors"}
    for path in (project / "src" / "corridors").rglob("*.py"):
        own = ".".join(path.relative_to(project / "src").parent.parts)
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Constant) and node.value in modules:
                assert node.value == own, f"{path}:{node.lineno}"


@pytest.mark.parametrize("stage", registry.stages(), ids=lambda stage: stage.name)
def test_what_is_drawn_styled_or_worded_is_behind_what_is_published_alone(
    stage: Stage, ours: Code
) -> None:
    files = ours.files(stage.module)
    styles = {f"corridors/formats/{name}.py" for name in ("geopackage", "qgis", "qml")}
    shown = {name for name in files if name.startswith("corridors/atlas/") or name in styles}
    needed = {
        "publish": {"templates/base.html.jinja", "palette.py", "styles.py", "fact_sheet.py"},
        "atlas": {"templates/base.html.jinja", "palette.py", "styles.py", "layers.py"},
    }
    if stage.name in needed:
        assert styles | {f"corridors/atlas/{name}" for name in needed[stage.name]} <= shown
    else:
        assert shown == set()


@pytest.mark.parametrize(
    ("template", "stage"),
    [
        ("report", "publish"),
        ("report_habitat", "publish"),
        ("report_actions", "publish"),
        ("transboundary", "publish"),
        ("index", "atlas"),
        ("profiles", "profiles"),
        ("difference", "scenario.difference"),
        ("before_after", "scenario.before_after"),
    ],
)
def test_the_template_of_a_page_is_behind_the_stage_alone_that_shows_it(
    template: str, stage: str, ours: Code
) -> None:
    behind = {
        module
        for module in EVERY_MODULE
        for name in ours.files(module)
        if name.endswith(f"/{template}.html.jinja")
    }
    assert behind == {f"corridors.stages.{stage}.stage"}


@pytest.mark.parametrize("module", EVERY_MODULE)
def test_a_changed_sentence_is_behind_what_people_are_shown_alone(module: str, ours: Code) -> None:
    files = ours.files(module)
    words = any(name.startswith("corridors/atlas/words/") for name in files)
    shows = {"publish", "atlas", "scenario.difference", "scenario.before_after", "profiles"}
    assert words == (module in {f"corridors.stages.{name}.stage" for name in shows})


def test_how_the_configuration_is_read_does_not_count_only_its_values(package: Package) -> None:
    code = package({"stage.py": "from pack.config import model", "config/model.py": ""})
    assert set(code.files("pack.stage")) == {"pack/stage.py"}


def test_the_real_stages_depend_on_what_importing_them_loads(project: Path, ours: Code) -> None:
    """The static closure holds every module of the package that importing the stage loads."""
    parts = {stage.module: sorted(_parts(project, stage.module)) for stage in registry.stages()}
    # One process for all: the package is forgotten between stages, the libraries are not.
    script = (
        "import sys, importlib, json\n"
        "def own(): return [m for m in sys.modules if m.split('.')[0] == 'corridors']\n"
        "loaded = {}\n"
        f"for stage, parts in {parts}.items():\n"
        "    for name in own(): del sys.modules[name]\n"
        "    for part in parts: importlib.import_module(part)\n"
        "    loaded[stage] = own()\n"
        "print(json.dumps(loaded))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout)
    assert loaded.keys() == parts.keys()
    for module, names in loaded.items():
        assert module in names
        static = set(ours.files(module))
        for name in names:
            if name == "corridors" or name.startswith("corridors.config"):
                continue
            path = name.replace(".", "/")
            assert {f"{path}.py", f"{path}/__init__.py"} & static, (module, name)


def _parts(project: Path, module: str) -> set[str]:
    package = module.removesuffix(".stage")
    if package == module:
        return {module}
    folder = project / "src" / package.replace(".", "/")
    return {module} | {f"{package}.{path.stem}" for path in folder.glob("[a-z]*.py")}


def test_the_version_of_every_library_behind_the_results_counts(ours: Code) -> None:
    # These read the configuration, show, or lend types: no number depends on them.
    apart = {
        "click",
        "distributed",
        "filelock",
        "grimp",
        "packaging",
        "pydantic",
        "pydantic_core",
        "rich",
        "ruamel",
    }
    apart |= {"threadpoolctl"}  # holds others to one thread
    # Releases are written with these, and are results of no stage.
    apart |= {"cyclonedx", "packageurl", "psycopg", "pystac"}
    imports = ours.imports
    imported = {name for found in imports.values() for name in found} - set(imports)
    foreign = imported - set(sys.stdlib_module_names) - apart
    assert foreign == {*_ALWAYS, *_IF_IMPORTED}
