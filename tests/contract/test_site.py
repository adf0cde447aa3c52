"""The site of the docs is built whole, and fetches nothing from elsewhere."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("material") is None, reason="the extra docs is not installed"
)
# Attributes by which a browser fetches something without being asked.
FETCHING = {
    ("audio", "src"), ("embed", "src"), ("iframe", "src"), ("image", "href"), ("img", "src"),
    ("img", "srcset"), ("input", "src"), ("link", "href"), ("object", "data"), ("script", "src"),
    ("source", "src"), ("source", "srcset"), ("track", "src"), ("use", "href"), ("video", "poster"),
    ("video", "src"),
}  # fmt: skip
# Blocks for which the theme would load a program from a server.
LOADING = {"mermaid", "arithmatex"}


class Fetched(HTMLParser):
    """What a page fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.classes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if (tag, name.removeprefix("xlink:")) in FETCHING:
                self.found.append(value or "")
            if name == "class":
                self.classes |= set((value or "").split())


def fetched(html: str) -> Fetched:
    page = Fetched()
    page.feed(html)
    return page


def is_elsewhere(address: str) -> bool:
    return address.startswith(("http:", "https:", "//", "ftp:"))


@pytest.fixture(scope="module")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=project,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_what_a_page_fetches_is_found() -> None:
    page = fetched(
        '<script src="//cdn/x.js"></script><img src=a.png><a href="http://b">b</a>'
        '<link rel=stylesheet href="https://fonts/c"><pre class="mermaid"></pre>'
    )
    assert [one for one in page.found if is_elsewhere(one)] == ["//cdn/x.js", "https://fonts/c"]
    assert page.classes & LOADING == {"mermaid"}


def test_no_page_fetches_anything_from_elsewhere(site: Path) -> None:
    pages = {path: fetched(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert len(pages) > 25
    for path, page in pages.items():
        assert page.found, path
        assert not [one for one in page.found if is_elsewhere(one)], path
        assert not page.classes & LOADING, path


def test_no_style_fetches_anything_from_elsewhere(site: Path) -> None:
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8").replace(" ", "").replace('"', "").replace("'", "")
        assert "url(http" not in text, sheet
        assert "url(//" not in text, sheet
        assert "@importhttp" not in text, sheet


def test_pages_of_the_top_are_taken_in_and_their_links_lead_to_pages(site: Path) -> None:
    contributing = (site / "contributing.html").read_text(encoding="utf-8")
    assert 'href="architecture.html"' in contributing
    assert 'href="changelog.html"' in contributing
    methods = (site / "methods.html").read_text(encoding="utf-8")
    assert 'href="changelog.html"' in methods
