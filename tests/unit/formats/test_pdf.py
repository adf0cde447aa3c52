"""Documents as PDF: data are never markup, nothing else is read, the same bytes each time."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import typst

from corridors.formats.pdf import sheet_pdf

TEMPLATE = "#let values = json(bytes(sys.inputs.values))\n#set document(date: none)\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with templates of our own."""
    folder = tmp_path / "papers" / "templates"
    folder.mkdir(parents=True)
    (tmp_path / "papers" / "__init__.py").write_text("")
    (folder / "plain.typ").write_text(TEMPLATE + "#values.name")
    (folder / "reads.typ").write_text(TEMPLATE + "#read(values.path)")
    monkeypatch.syspath_prepend(tmp_path)
    yield "papers"
    sys.modules.pop("papers", None)


def test_a_name_is_text_whatever_it_says(package: str) -> None:
    names = ('#read("/etc/passwd")', "$x$ *b* <img src=x>", "= heading \\ #let", "\x00\x1b[31m")
    plain = sheet_pdf(package, "plain.typ", {"name": "ordinary"}, {})
    assert plain.startswith(b"%PDF")
    for name in names:
        made = sheet_pdf(package, "plain.typ", {"name": name}, {})
        assert re.search(rb"/Count (\d+)", made).group(1) == b"1"  # type: ignore[union-attr]


def test_a_document_reads_no_file_of_the_machine(package: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for path in (str(secret), "../secret.txt", "/etc/passwd"):
        with pytest.raises(typst.TypstError):
            sheet_pdf(package, "reads.typ", {"path": path}, {})


def test_the_same_values_give_the_same_bytes(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sheet_pdf(package, "plain.typ", {"name": "a"}, {})
    monkeypatch.setenv("TZ", "Asia/Dushanbe")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert sheet_pdf(package, "plain.typ", {"name": "a"}, {}) == first
    assert b"CreationDate" not in first
