"""Cures of the configuration and of the command line."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from corridors.cli import main
from corridors.config.load import load
from corridors.config.write import write_study
from corridors.foundation.errors import CorridorsError
from worlds.cures.studies import GOOD, Case

GOOD_CONFIG = """study: {name: s, title: S}
herds:
  bek:
    species: Ovis ammon
    tracks:
      - {path: t.csv, format: gpx}
"""
Attempt = Callable[[Path], object]


def config(text: str | bytes) -> Attempt:
    """Return how this configuration is loaded."""

    def attempt(folder: Path) -> None:
        path = folder / "config.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        load(path)

    return attempt


def changed(old: str, new: str) -> Attempt:
    """Return how the good configuration with other words is loaded."""
    assert old in GOOD_CONFIG
    return config(GOOD_CONFIG.replace(old, new))


def more(text: str) -> Attempt:
    """Return how the good configuration with more behind it is loaded."""
    return config(GOOD_CONFIG + text)


def command(*words: str, text: str = GOOD_CONFIG) -> Attempt:
    """Return how a command is given on a study."""

    def attempt(folder: Path) -> None:
        (folder / "config.yaml").write_text(text, encoding="utf-8")
        (folder / "t.csv").write_text(GOOD, encoding="utf-8")
        with redirect_stderr(io.StringIO()) as said:
            code = main([words[0], "--config", str(folder / "config.yaml"), *words[1:]])
        if code:
            raise CorridorsError(said.getvalue())

    return attempt


def started(folder: Path) -> None:
    """Make a study folder, and load its configuration."""
    load(write_study(folder / "study"))


def taken(folder: Path) -> None:
    """Make a study folder where one is."""
    write_study(folder)
    write_study(folder)


def full_disk(patch: pytest.MonkeyPatch) -> None:
    """Let standard output be a place without room."""
    patch.setattr(sys, "stdout", Path("/dev/full").open("w"))  # noqa: SIM115 - ends with the test


CASES: tuple[Case, ...] = (
    # the file
    Case(
        "config/document.py: give --config FILE, or make a study folder with `corridors init "
        "FOLDER`",
        lambda folder: load(folder / "config.yaml"),
        (started, config(GOOD_CONFIG)),
    ),
    Case("config/document.py: see `corridors init FOLDER`", config("# nothing\n"), (started,)),
    Case(
        "config/document.py: save it as UTF-8",
        config(GOOD_CONFIG.replace("title: S", "title: Rückzug").encode("latin-1")),
        (config(GOOD_CONFIG.replace("title: S", "title: Rückzug")),),
    ),
    Case(
        "config/document.py: look at indentation, colons and quotes on this line and the one "
        "before",
        changed("    species: Ovis", "   species: 'Ovis"),
        (config(GOOD_CONFIG),),
    ),
    # keys and values
    Case(
        "config/faults.py: <did_you_mean(keys[-1], known)>",
        changed("species:", "speices:"),
        (config(GOOD_CONFIG),),
        said="did you mean species?",
    ),
    Case(
        "config/faults.py: <did_you_mean(given, allowed)>",
        changed("format: gpx", "format: gpxx"),
        (config(GOOD_CONFIG),),
        said="did you mean gpx?",
    ),
    Case(
        'config/faults.py: put it in quotes: "…"',
        changed("title: S", "title: 2020"),
        (changed("title: S", 'title: "2020"'),),
    ),
    Case(
        "config/faults.py: begin the item below … with a hyphen",
        changed("- {", "{"),
        (config(GOOD_CONFIG),),
    ),
    Case(
        "config/faults.py: write …, which is for all herds, and delete it here",
        changed("    species:", "    segment: {pictures: none}\n    species:"),
        (more("publish: {pictures: none}\n"),),
    ),
    Case(
        "config/faults.py: <gone[1]>",
        more("intersect: {encounter_h: 24.0}\n"),
        (config(GOOD_CONFIG),),
        said="delete it: a visit to a barrier has no longest length",
    ),
    Case(
        "config/load.py: choose another; the name stands for the results of all herds together",
        changed("  bek:", "  all-herds:"),
        (config(GOOD_CONFIG),),
    ),
    Case(
        "config/load.py: download or export it into data/raw, and name that file",
        changed("path: t.csv", "path: 'https://example.org/t.csv'"),
        (changed("path: t.csv", "path: data/raw/t.csv"),),
    ),
    Case(
        "config/load.py: export …=... before running",
        changed("path: t.csv", "path: '${CORRIDORS_TEST_TRACKS}/t.csv'"),
        (changed("path: t.csv", "path: '${HOME}/t.csv'"),),
    ),
    Case(
        "config/load.py: rename the folder, or move the study",
        lambda folder: load(folder / "\udce9" / "config.yaml"),
        (config(GOOD_CONFIG),),
    ),
    Case(
        "config/load.py: set publish.tier to partner, which holds nothing of single animals",
        more("publish: {tier: public}\n"),
        (more("publish: {tier: partner}\n"),),
    ),
    Case(
        "config/document.py: write it on this line, or take … away where nothing is to be said",
        more("publish:\n  tier:  # TO STATE: who may see it\n"),
        (more("publish:\n  tier: partner  # TO STATE: who may see it\n"), config(GOOD_CONFIG)),
    ),
    # study folders
    Case(
        "config/write.py: choose another folder; nothing is overwritten",
        taken,
        (started,),
    ),
    Case(
        "config/write.py: choose a folder you can write to",
        lambda _: write_study(Path("/proc/study")),
        (started,),
    ),
    # commands
    Case(
        "cli/options.py: <did_you_mean(name, known)>",
        command("plan", "--herd", "beck"),
        (command("plan", "--herd", "bek"),),
        said="did you mean bek?",
    ),
    Case(
        "cli/options.py: add one below herds:",
        command("plan", text="study: {name: s, title: S}\n"),
        (command("plan"),),
    ),
    Case(
        "cli/defects.py: write it to a place with room; what a run has finished is kept",
        command("plan"),
        (command("plan"),),
        hinder=full_disk,
    ),
)
