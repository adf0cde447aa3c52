"""A small world: the real command line, engine and table of stages around stages made of toys.

The package is copied to a temporary folder, its science is left out, and each stage is replaced
by one that writes a digest of what it was given. So a whole run takes well under a second, and
source files can be changed without touching the checkout.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from corridors.stages.table import STAGES

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "corridors"
TOY = '''
"""A stage made of toys."""
import hashlib, json, os, time
from pathlib import Path
from corridors.stages import table

def work(name, context, science=""):
    stage = table.get(name)
    plain = lambda value: value.model_dump(mode="json")
    settings = json.dumps(vars(context.settings), sort_keys=True, default=plain)
    digest = hashlib.sha256((name + context.herd + science + settings).encode())
    for configured, path in sorted(context.raw.items()):
        data = Path(path).read_bytes()
        if data.startswith(b"BROKEN"):
            from corridors.foundation.errors import Fault, InputError
            raise InputError(Fault("the row cannot be read", file=str(path), row=2))
        if data.startswith(b"DEFECT"):
            raise ZeroDivisionError("nobody foresaw this")
        if data.startswith(b"DEATH"):
            os.kill(os.getpid(), 9)
        digest.update(data)
    for upstream, names in stage.reads.items():
        for herd, folder in sorted(context.upstream[upstream].items()):
            for each in names:
                path = folder / each.format(herd=herd)
                for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                    digest.update(file.read_bytes())
    for step, each in enumerate(stage.writes):
        path = context.out / each.format(herd=context.herd)
        context.progress(each, step / len(stage.writes))
        time.sleep(float(os.environ.get("TOY_SLEEP", "0")))
        if each.endswith("/"):
            path.mkdir()
            path = path / "one.png"
        path.write_text(each + digest.hexdigest() + "\\n")
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


def _site(folder: Path) -> Path:
    """Copy the package with toys for stages and without any science."""
    target = folder / "corridors"
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("cli", "config", "foundation", "run"):
        shutil.copytree(PACKAGE / name, target / name, ignore=ignore)
    for name in (
        "__init__.py",
        "__main__.py",
        "stages/__init__.py",
        "stages/table.py",
        "stages/scenario_stages.py",
        "formats/__init__.py",
        "formats/companions.py",
        "formats/drivers.py",
        "formats/vrt.py",
    ):
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copy(PACKAGE / name, target / name)
    shutil.copy(PACKAGE / "stages" / "context.py", target / "stages" / "context.py")
    (target / "toy.py").write_text(TOY)
    (target / "movement").mkdir()
    (target / "movement" / "__init__.py").write_text("")
    (target / "movement" / "speed.py").write_text("LIMIT = '3'\n")
    (target / "movement" / "fixes.py").write_text("from .speed import LIMIT\n")
    for name in (stage.name for stage in STAGES):
        code = f"from corridors.toy import work\ndef run(context):\n    work({name!r}, context)\n"
        if name == "surface":
            # A function-level import must count too.
            code = (
                "from corridors.toy import work\ndef run(context):\n"
                "    from corridors.movement import fixes\n"
                "    work('surface', context, fixes.LIMIT)\n"
            )
        (target / "stages" / f"{name}.py").write_text(code)
    return folder


def make_world(folder: Path, herds: list[str]) -> World:
    world = World(folder / "study", _site(folder / "site"), herds)
    (world.folder / "data" / "raw").mkdir(parents=True)
    for herd in herds:
        world.track(herd).write_text(f"tracks of {herd}\n")
    world.write_config()
    return world


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two herds, nothing run yet."""
    return make_world(tmp_path, ["argali", "bison"])
