"""A small world: the real command line, engine and declarations of stages around toys.

The package is copied to a temporary folder, its science is left out, and each stage keeps its
``Inputs``, ``Settings`` and ``Results`` but leaves a digest of what it was given. So a whole run
takes well under a second, and source files can be changed without touching the checkout.
"""

from __future__ import annotations

import compileall
import contextlib
import json
import os
import py_compile
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
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

# Runs the command line in forks of itself, which find imported what every command imports.
FORKS = """
import json, os, sys
import filelock
import corridors.cli.views, corridors.config.load, corridors.run.binding, corridors.run.execute
from corridors.cli import main
from corridors.stages import registry

for stage in registry.stages():
    stage.code

for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        os.environ.clear()
        os.environ.update(asked["environment"])
        for number, name in enumerate((os.devnull, asked["out"], asked["err"])):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT), number)
        codes = [main(words) for words in asked["commands"]]
        if len(codes) > 1:
            print(json.dumps(codes), file=sys.stderr)
        sys.exit(max(codes))
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass
class Forked:
    """A command that runs in a fork; as much of a process as tests need."""

    pid: int
    server: subprocess.Popen[str]
    said: tuple[Path, Path]
    returncode: int | None = None

    def kill(self) -> None:
        """Kill it if it still runs; nobody else gets its number before :meth:`communicate`."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def communicate(self) -> tuple[str, str]:
        """Wait until it has ended and return what it said."""
        assert self.server.stdout is not None
        self.returncode = int(self.server.stdout.readline())
        out, err = (path.read_text(encoding="utf-8") for path in self.said)
        return out, err


@dataclass
class World:
    """A study of toys and the command line to run it with."""

    folder: Path
    site: Path
    herds: list[str]
    settings: dict[str, object] = field(default_factory=dict)
    server: subprocess.Popen[str] | None = None
    stamp: list[tuple[str, int]] = field(default_factory=list)
    n_forked: int = 0

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

    def fork(self, *commands: Sequence[str]) -> Forked:
        """Start commands, one after the other, in a process that need not import first.

        What is imported is imported anew where a source file has changed. Commands with workers
        want a process of their own.
        """
        sources = self.site.rglob("*.py")
        stamp = sorted((str(path), path.stat().st_mtime_ns) for path in sources)
        if self.server is None or stamp != self.stamp:
            self.close()
            self.stamp = stamp
            self.server = subprocess.Popen(
                [sys.executable, "-c", FORKS],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        self.n_forked += 1
        said = tuple(self.site.parent / f"{self.n_forked}.{name}" for name in ("out", "err"))
        asked = {"commands": commands, "environment": self.environment}
        asked |= {"out": str(said[0]), "err": str(said[1])}
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        return Forked(int(self.server.stdout.readline()), self.server, said)

    def close(self) -> None:
        """End the process that forks."""
        if self.server is not None:
            self.server.communicate()
            self.server = None

    def codes(self, *commands: list[str]) -> list[int]:
        """Return the exit codes of commands given one after the other in one process."""
        process = self.fork(*commands)
        _, err = process.communicate()
        return json.loads(err.splitlines()[-1])

    def run(self, *arguments: str) -> list[tuple[str, str]]:
        """Run what is due and return the (stage, herd) that did run."""
        process = self.fork(["run", "--scheduler", "serial", "--json", *arguments])
        out, err = process.communicate()
        assert process.returncode == 0, err
        stages = json.loads(out)["stages"]
        return [(one["stage"], one["herd"]) for one in stages if one["result"] == "done"]

    def plan(self) -> dict[tuple[str, str], tuple[str, list[str]]]:
        process = self.fork(["plan", "--json"])
        out, err = process.communicate()
        assert process.returncode == 0, err
        return {
            (row["stage"], row["herd"]): (row["state"], row["reasons"]) for row in json.loads(out)
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
def world(world_of: Callable[..., World]) -> World:
    """Two herds, nothing run yet."""
    return world_of("argali", "bison")


@pytest.fixture
def world_of(tmp_path: Path, site: Path) -> Iterator[Callable[..., World]]:
    """Function that returns a world of herds by name, nothing run yet."""
    made = []

    def make(*herds: str) -> World:
        made.append(make_world(tmp_path, site, list(herds)))
        return made[-1]

    yield make
    for one in made:
        one.close()
