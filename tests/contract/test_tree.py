"""A unit test lies where the module lies that it tests."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import FIRST

# A stage has tests by subject: all of them bind its parts.
BY_SUBJECT = {"stages"}


def test_every_unit_test_has_the_path_of_a_module(project: Path) -> None:
    modules = {
        path.relative_to(root).with_suffix("").as_posix().replace("/__main__", "/main")
        for root, room in ((project / "src" / "corridors", "."), (project, "benchmarks"))
        for path in (root / room).rglob("*.py")
    }
    packages = {module.removesuffix("/__init__") for module in modules}
    unit = project / "tests" / "unit"
    tests = [path.relative_to(unit) for path in unit.rglob("test_*.py")]
    tested = {(path.parent / path.stem.removeprefix("test_")).as_posix() for path in tests}
    assert len(tested) > 50
    assert {name for name in tested if name.split("/")[0] not in BY_SUBJECT} <= modules | packages


def test_the_groups_that_start_first_are_there(project: Path) -> None:
    sources = sorted((project / "tests").rglob("test_*.py"))
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    groups = set(re.findall(r'xdist_group\("([^"]+)"\)', text))
    # Of a test with two marks both, in order.
    joined = {f"{one}_{two}" for one in groups for two in groups if one < two}
    assert set(FIRST) <= groups | joined
