"""A small world: the real command line, engine and declarations of stages around toys.

The package is copied to a temporary folder, its science is left out, and each stage keeps its
``Inputs``, ``Settings`` and ``Results`` but leaves a digest of what it was given. So a whole run
takes well under a second, and source files can be changed without touching the checkout.
"""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "corridors"
# In the place of `formats.stored`: artefacts are known by their file, results are text.
STORED = '''
"""Artefacts made of toys."""
import json

class Stored:
    def __init__(self, path, *_):
        self.path = path

StoredTable = StoredLayer = StoredFixes = StoredRaster = read_facts = Stored

def spools_in(folder):
    return None

def save(value, path, contract):
    if not path.suffix:
        path.mkdir()
        path = path / "one.png"
    if path.suffix == ".json":
        value = json.dumps({"is_affected": True, "rules": [], "added": [], "digest": value})
    path.write_text(value)
'''
# In the place of `run.surveys`.
SURVEYS = """
from dataclasses import dataclass

@dataclass
class Surveys:
    tracks = layers = rasters = herds = ()

def survey(*_):
    return Surveys()
"""
TOY = '''
"""A stage made of toys."""
import hashlib, json, os, time
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from corridors.foundation.artefacts import Linked, RawFiles
from corridors.run.fingerprint import canonical, sections

def given(value):
    if isinstance(value, Linked):
        return []
    if isinstance(value, RawFiles):
        return [path for _, path in sorted(value.paths.items())]
    if isinstance(value, Mapping):
        return [path for _, one in sorted(value.items()) for path in given(one)]
    if is_dataclass(value):
        return [path for one in fields(value) for path in given(getattr(value, one.name))]
    return [value.path]

def work(name, inputs, settings, results, progress, science=""):
    plain = json.dumps(canonical(sections(settings)), sort_keys=True)
    digest = hashlib.sha256((name + science + plain).encode())
    if os.environ.get("TOY_DEATH") == f"{name} {getattr(settings, 'herd', '')}":
        os.kill(os.getpid(), 9)
    for path in given(inputs):
        for file in sorted(Path(path).rglob("*")) if Path(path).is_dir() else [Path(path)]:
            data = file.read_bytes()
            if data.startswith(b"BROKEN"):
                from corridors.foundation.errors import Fault, InputError
                raise InputError(Fault("the row cannot be read", file=str(file), row=2))
            if data.startswith(b"DEFECT"):
                raise ZeroDivisionError("nobody foresaw this")
            if data.startswith(b"DEATH"):
                os.kill(os.getpid(), 9)
            digest.update(data)
    left = {}
    for step, one in enumerate(fields(results)):
        progress(one.name, step / len(fields(results)))
        if not os.path.exists(os.environ.get("TOY_HURRY", "")):
            time.sleep(float(os.environ.get("TOY_SLEEP", "0")))
        left[one.name] = one.name + digest.hexdigest() + "\\n"
    return results(**left)
'''


@dataclass
class World:
    """A study of toys and the command line to run it with."""

    folder: Path
    site: Path
    herds: list[str]
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def processed(self) -> Path:
        return self.folder / "data" / "processed"

    def track(self, herd: str) -> Path:
        return self.folder / "data" / "raw" / f"{herd}.csv"

    def write_config(self, **sections: object) -> None:
        herds = {
            name: {
                "species": "Ovis ammon",
                "tracks": [{"path": f"data/raw/{name}.csv", "format": "movebank"}],
            }
            for name in self.herds
        }
        self.config.write_text(json.dumps({"herds": herds, **self.settings, **sections}))

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "corridors", *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.site), "PYTHONDONTWRITEBYTECODE": "1"}

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def codes(self, *commands: list[str]) -> list[int]:
        """Return the exit codes of commands given one after the other in one process."""
        text = (
            "import json, sys; from corridors.cli import main; "
            "print(json.dumps([main(one) for one in json.loads(sys.argv[1])]), file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", text, json.dumps(commands)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stderr.splitlines()[-1])

    def run(self, *arguments: str) -> list[tuple[str, str]]:
        """Run what is due and return the (stage, herd) that did run."""
        done = self.call("run", "--scheduler", "serial", "--json", *arguments)
        assert done.returncode == 0, done.stderr
        stages = json.loads(done.stdout)["stages"]
        return [(one["stage"], one["herd"]) for one in stages if one["result"] == "done"]

    def plan(self) -> dict[tuple[str, str], tuple[str, list[str]]]:
        done = self.call("plan", "--json")
        assert done.returncode == 0, done.stderr
        return {
            (row["stage"], row["herd"]): (row["state"], row["reasons"])
            for row in json.loads(done.stdout)
        }

    def outputs(self) -> dict[str, bytes]:
        """Return every file of the results, manifests included, by path."""
        return {
            path.relative_to(self.processed).as_posix(): path.read_bytes()
            for path in sorted(self.processed.rglob("*"))
            if path.is_file() and not path.relative_to(self.processed).parts[0].startswith(".")
        }


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with toys for stages and without any science, compiled. Copy it."""
    folder = tmp_path_factory.mktemp("site")
    _write_site(folder)
    # By content: a test may change a module twice within the second that a time stamp tells.
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder, quiet=1, invalidation_mode=by_content)
    return folder


def _write_site(folder: Path) -> None:
    target = folder / "corridors"
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("cli", "config", "formats", "foundation", "run"):
        shutil.copytree(PACKAGE / name, target / name, ignore=ignore)
    (target / "formats" / "stored.py").write_text(STORED)
    for name in ("__init__.py", "__main__.py", "stages/__init__.py", "stages/registry.py"):
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copy(PACKAGE / name, target / name)
    (target / "toy.py").write_text(TOY)
    # Toys of files hold nothing; that `check` reads real ones is tested in tests/bad.
    (target / "run" / "surveys.py").write_text(SURVEYS)
    (target / "movement").mkdir()
    (target / "movement" / "__init__.py").write_text("")
    (target / "movement" / "speed.py").write_text("LIMIT = '3'\n")
    (target / "movement" / "fixes.py").write_text("from .speed import LIMIT\n")
    for declared in sorted((PACKAGE / "stages").rglob("stage.py")):
        own = target / declared.relative_to(PACKAGE)
        own.parent.mkdir(parents=True, exist_ok=True)
        for package in (own.parent, own.parent.parent):
            (package / "__init__.py").touch()
        own.write_text(_toy(declared.read_text(encoding="utf-8"), own.parent.name))


def _toy(source: str, name: str) -> str:
    """Return the module of a stage with a toy in the place of its function."""
    declarations, _, _ = source.partition("\ndef run(")
    # A function-level import must count too.
    science = "fixes.LIMIT" if name == "surface" else "''"
    imported = "from corridors.movement import fixes" if name == "surface" else "pass"
    return (
        f"{declarations}\ndef run(inputs, settings, progress):\n"
        f"    {imported}\n"
        "    from corridors.toy import work\n"
        f"    return work({name!r}, inputs, settings, Results, progress, {science})\n"
    )


def make_world(folder: Path, site: Path, herds: list[str]) -> World:
    world = World(folder / "study", shutil.copytree(site, folder / "site"), herds)
    (world.folder / "data" / "raw").mkdir(parents=True)
    for herd in herds:
        world.track(herd).write_text(f"tracks of {herd}\n")
    world.write_config()
    return world


@pytest.fixture
def world(tmp_path: Path, site: Path) -> World:
    """Two herds, nothing run yet."""
    return make_world(tmp_path, site, ["argali", "bison"])


@pytest.fixture
def world_of(tmp_path: Path, site: Path) -> Callable[..., World]:
    """Function that returns a world of herds by name, nothing run yet."""
    return lambda *herds: make_world(tmp_path, site, list(herds))
