"""The type checker sees what used to be found ten minutes into a run."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Checked:
    """What one look of the type checker at the stages and all snippets has found."""

    said: list[str]
    report: str


@pytest.fixture(scope="module")
def checked(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    folder = tmp_path_factory.mktemp("types")
    for what, (code, _) in SNIPPETS.items():
        snippet(folder, what).write_text(code)
    arguments = [str(snippet(folder, what)) for what in SNIPPETS]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--config-file", "pyproject.toml"),
            *("--any-exprs-report", str(folder), "src/corridors/stages", *arguments),
        ],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    return Checked(errors, (folder / "any-exprs.txt").read_text(encoding="utf-8"))


def snippet(folder: Path, what: str) -> Path:
    return folder / f"{what.replace(' ', '_')}.py"


@pytest.mark.parametrize("what", SNIPPETS)
def test_it_is_a_type_error(what: str, checked: Checked) -> None:
    (error,) = (line for line in checked.said if snippet(Path(), what).name in line)
    assert SNIPPETS[what][1] in error


def test_the_stages_themselves_have_none(checked: Checked) -> None:
    assert len(checked.said) == len(SNIPPETS)


def test_less_than_two_percent_of_the_expressions_of_stages_may_be_anything(
    checked: Checked,
) -> None:
    rows = re.findall(r"^ *(corridors\.stages\S*) +(\d+) +(\d+)", checked.report, re.MULTILINE)
    anys, expressions = (sum(int(row[column]) for row in rows) for column in (1, 2))
    assert expressions > 10_000
    assert anys / expressions < 0.02, f"{anys} of {expressions}"
