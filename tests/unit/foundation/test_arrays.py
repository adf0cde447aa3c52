"""Aliases of arrays: the only place that spells them, and light to import."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import corridors
from corridors.foundation import arrays

PACKAGE = Path(corridors.__file__).parent
# An alias of one's own, a dtype spelled out, or an array of nobody knows what.
SPELLED_OUT = re.compile(r"\bNDArray\[|np\.ndarray\b|\bnp\.dtype\[np\.")


def test_no_other_module_spells_the_type_of_an_array() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        if path != Path(arrays.__file__)
        for line in path.read_text(encoding="utf-8").splitlines()
        if SPELLED_OUT.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("Floats", np.float64),
        ("Floats32", np.float32),
        ("Indices", np.int64),
        ("Indices32", np.int32),
        ("Microseconds", np.int64),
        ("Flags", np.bool_),
        ("Bits", np.uint16),
        ("Bytes", np.uint8),
        ("Codes", np.int8),
        ("Geometries", np.object_),
        ("Labels", np.object_),
        ("Words", np.str_),
        ("Times", np.datetime64),
    ],
)
def test_an_alias_has_the_dtype_that_its_comment_says(name: str, dtype: type) -> None:
    assert getattr(arrays, name).__args__[1].__args__ == (dtype,)


def test_the_aliases_need_nothing_but_numpy() -> None:
    look = (
        "import sys, corridors.foundation.arrays\n"
        "print({'pandas', 'shapely', 'scipy', 'numba', 'geopandas'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True
    ).stdout
    assert said.strip() == "set()"
