"""Tables as text in the encoding that is stated."""

from __future__ import annotations

import io

import pytest

from corridors.formats.encodings.streams import recognise, utf8_stream
from corridors.foundation.errors import InputError


@pytest.mark.parametrize(
    ("stated", "written"),
    [("utf-16", "utf-16-le"), ("UTF-16BE", "utf-16-be"), ("utf-32-le", "utf-32-le"),
     ("windows-1251", "cp1251")],
)  # fmt: skip
def test_a_stated_encoding_without_a_mark_counts(stated: str, written: str) -> None:
    content = "id,имя\n".encode(written)
    used = recognise(io.BytesIO(content), "t.csv", stated)
    assert utf8_stream(io.BytesIO(content), used, "t.csv").read().decode() == "id,имя\n"


@pytest.mark.parametrize("stated", ["cyrillic-ish", "base64", "utf-16 or so"])
def test_what_is_no_encoding_of_text_is_refused(stated: str) -> None:
    with pytest.raises(InputError, match="unknown encoding"):
        recognise(io.BytesIO(b"id\n1\n"), "t.csv", stated)
