"""Real Chromium opens the pages from the disk, asks nobody for anything and runs nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# One worker: what the clients open takes long to make.
pytestmark = [pytest.mark.client, pytest.mark.xdist_group("clients")]
PAGES = ("made-up/report.html", "other/report.html", "all-herds/index.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, or skip."""
    api = pytest.importorskip("playwright.sync_api", reason="pip package playwright not installed")
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.skip("chromium not found; CHROMIUM names it")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Open a page; return it with everything that went wrong."""
    opened: list[Any] = []

    def go(path: Path, width: int = 1200) -> tuple[Any, list[str]]:
        page = browser.new_page(viewport={"width": width, "height": 900})
        opened.append(page)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("dialog", lambda dialog: (wrong.append("a script ran"), dialog.dismiss()))
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
            ),
        )
        page.goto(path.as_uri(), wait_until="load")
        return page, wrong

    yield go
    for page in opened:
        page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_from_the_disk_without_any_request(
    visit: Any, products: Path, name: str
) -> None:
    page, wrong = visit(products / name)
    page.wait_for_function("[...document.images].every(i => i.complete)")
    assert wrong == []
    assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0 && i.alt)")


def test_hostile_names_stay_text(visit: Any, products: Path) -> None:
    page, wrong = visit(products / "made-up" / "report.html")
    assert wrong == []
    assert page.evaluate("document.scripts.length") == 0
    assert "<script>alert(1)</script>" in page.inner_text("#threats >> xpath=..")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_telephone(visit: Any, products: Path, name: str) -> None:
    page, _ = visit(products / name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_index_links_to_the_reports_of_the_herds_that_are_done(
    visit: Any, products: Path
) -> None:
    page, _ = visit(products / "all-herds" / "index.html")
    assert page.locator("#herds").count() == 1
    text = page.inner_text("main")
    assert "never-done" in text
    assert "2 of 3 herds" in text
    page.click("main a >> text=made-up >> nth=0")
    assert page.inner_text("h1") == "made-up"
