"""The type checker sees what used to be found ten minutes into a run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mypy")]

# Each is right but for one name.
SNIPPETS = {
    "a misspelt setting": (
        """
from corridors.stages.clean.stage import Settings
def limit(settings: Settings) -> object:
    return settings.clean.max_sped_m_s
""",
        '"Clean" has no attribute "max_sped_m_s"',
    ),
    "an artefact that the stage does not declare": (
        """
from corridors.stages.clean.stage import Inputs
def rows(inputs: Inputs) -> object:
    return inputs.barriers.read()
""",
        '"Inputs" has no attribute "barriers"',
    ),
    "a field that the facts do not have": (
        """
from corridors.stages.rank.stage import Inputs
def cell(inputs: Inputs) -> object:
    return inputs.clean.cel_m
""",
        '"CleanFacts" has no attribute "cel_m"',
    ),
}


def mypy(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("what", SNIPPETS)
def test_it_is_a_type_error(what: str, project: Path, tmp_path: Path) -> None:
    code, message = SNIPPETS[what]
    path = tmp_path / "snippet.py"
    path.write_text(code)
    done = mypy(project, str(path))
    assert done.returncode == 1, done.stderr
    (error,) = (line for line in done.stdout.splitlines() if ": error: " in line)
    assert message in error


def test_less_than_two_percent_of_the_expressions_of_stages_may_be_anything(
    project: Path, tmp_path: Path
) -> None:
    done = mypy(project, "--any-exprs-report", str(tmp_path), "src/corridors/stages")
    assert done.returncode == 0, done.stdout
    report = (tmp_path / "any-exprs.txt").read_text(encoding="utf-8")
    rows = re.findall(r"^ *(corridors\.stages\S*) +(\d+) +(\d+)", report, re.MULTILINE)
    anys, expressions = (sum(int(row[column]) for row in rows) for column in (1, 2))
    assert expressions > 10_000
    assert anys / expressions < 0.02, f"{anys} of {expressions}"
