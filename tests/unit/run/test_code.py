"""Which source files a stage depends on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from corridors.run.code import _ALWAYS, _IF_IMPORTED, Code, _imports
from corridors.run.digests import Digests
from corridors.stages import table


def _package(folder: Path, files: dict[str, str]) -> Code:
    for name, text in {"__init__.py": "", **files}.items():
        path = folder / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (path.parent / "__init__.py").exists() and path.suffix == ".py":
            (path.parent / "__init__.py").write_text("")
        path.write_text(text)
    return Code(Digests(), folder / "pack")


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
        "import importlib\nimportlib.import_module('pack.far.away')",
        "TABLE = {'a': 'pack.far.away'}",
    ],
)
def test_every_way_of_importing_counts(tmp_path: Path, line: str) -> None:
    code = _package(tmp_path, {"stage.py": line, "far/away.py": "thing = 1", "other.py": ""})
    assert set(code.files("pack.stage")) == {
        "pack/__init__.py",
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
def test_what_is_never_imported_does_not_count(tmp_path: Path, line: str) -> None:
    code = _package(tmp_path, {"stage.py": line, "far/away.py": "thing = 1"})
    assert set(code.files("pack.stage")) == {"pack/__init__.py", "pack/stage.py"}


def test_imports_are_followed_through_packages_and_circles(tmp_path: Path) -> None:
    code = _package(
        tmp_path,
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


def test_files_beside_the_modules_count_and_leftovers_do_not(tmp_path: Path) -> None:
    code = _package(
        tmp_path,
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
        "pack/__init__.py",
        "pack/stage.py",
        "pack/maps/__init__.py",
        "pack/maps/draw.py",
        "pack/maps/styles/line.qml",
        "pack/maps/table.csv",
    }


def test_only_libraries_that_are_imported_count_beyond_those_of_tables(tmp_path: Path) -> None:
    code = _package(
        tmp_path,
        {"stage.py": "from pack import fit", "fit.py": "def f():\n    import scipy.optimize\n"},
    )
    libraries = code.libraries("pack.stage")
    assert {"scipy", "numpy", "shapely"} <= set(libraries)
    assert not {"matplotlib", "numba", "osmium"} & set(libraries)
    assert libraries["numpy"][0].isdigit()


def test_a_module_that_does_not_parse_still_has_a_digest(tmp_path: Path) -> None:
    code = _package(tmp_path, {"stage.py": "def ("})
    assert set(code.files("pack.stage")) == {"pack/__init__.py", "pack/stage.py"}


@pytest.mark.parametrize("name", [stage.name for stage in table.STAGES])
def test_the_real_stages_depend_on_what_importing_them_loads(project: Path, name: str) -> None:
    """The static closure holds every module of the package that importing the stage loads."""
    import subprocess

    script = (
        "import sys, importlib\n"
        f"importlib.import_module('corridors.stages.{name}')\n"
        "print(*[m for m in sys.modules if m.split('.')[0] == 'corridors'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    static = set(Code(Digests(), project / "src" / "corridors").files(f"corridors.stages.{name}"))
    for module in done.stdout.split():
        path = module.replace(".", "/")
        assert {f"{path}.py", f"{path}/__init__.py"} & static, module


def test_the_version_of_every_library_behind_the_results_counts() -> None:
    # These read the configuration, show, or lend types: no number depends on them.
    apart = {"click", "distributed", "filelock", "pydantic", "pydantic_core", "rich", "ruamel"}
    apart |= {"threadpoolctl"}  # holds others to one thread
    package = Path(__file__).resolve().parents[3] / "src" / "corridors"
    imported: set[str] = set()
    for path in package.rglob("*.py"):
        found = _imports(path.read_bytes(), "x", "corridors", is_package=False)
        imported |= {name.split(".")[0] for name in found if name}
    foreign = imported - set(sys.stdlib_module_names) - {"corridors"} - apart
    assert foreign == {*_ALWAYS, *_IF_IMPORTED}
