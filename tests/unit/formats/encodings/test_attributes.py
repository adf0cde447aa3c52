"""Encodings of attributes, of files that were damaged too."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from corridors.formats.encodings.attributes import encoding_of_dbf


def _dbf(n_told: int, size: int, *values: bytes) -> bytes:
    """Return a table of one text column of ten bytes."""
    field = b"NAME".ljust(11, b"\0") + b"C" + bytes(4) + bytes([10]) + bytes(15)
    head = b"\x03" + bytes(3) + struct.pack("<IHH", n_told, 65, size) + bytes(20)
    rows = b"".join(b" " + value.ljust(10) for value in values)
    return head + field + b"\r" + rows


@pytest.mark.parametrize("size", [0, 11])
def test_a_header_that_tells_of_billions_of_rows_is_read_as_far_as_the_file_goes(
    tmp_path: Path, size: int
) -> None:
    value = "Вахан".encode()
    (tmp_path / "roads.dbf").write_bytes(_dbf(0xFFFFFFFF, size, b"plain", value[:10]))
    found = encoding_of_dbf(tmp_path / "roads.shp", "roads.shp", None)
    assert found.name.lower().replace("-", "") == "utf8"
