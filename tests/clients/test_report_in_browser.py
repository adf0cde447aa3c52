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
# Maps are drawn without a graphics card.
_GRAPHICS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
PAGES = ("made-up/report.html", "other/report.html", "all-herds/index.html")
ALL_PAGES = (*PAGES, "made-up/transboundary.html", "all-herds/map.html")
SEVERE = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, or skip."""
    api = pytest.importorskip("playwright.sync_api", reason="pip package playwright not installed")
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.skip("chromium not found; CHROMIUM names it")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", *_GRAPHICS]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Open a page; return it with everything that went wrong."""
    opened: list[Any] = []

    def go(path: Path, width: int = 1200) -> tuple[Any, list[str]]:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.set_default_timeout(120_000)  # ms; maps are drawn without a graphics card
        opened.append(page)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("dialog", lambda dialog: (wrong.append("a script ran"), dialog.dismiss()))
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:", "blob:"))
                else wrong.append(request.url)
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


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("name", ALL_PAGES)
def test_a_page_can_be_used_by_everybody(
    browser: Any, products: Path, name: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python not installed")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    # The policy of the pages would refuse the checker too.
    context = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto((products / name).as_uri(), wait_until="load")
    page.evaluate(script)
    found = page.evaluate("() => axe.run()")["violations"]
    context.close()
    said = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SEVERE]
    assert said == []


@pytest.fixture
def web_map(visit: Any, products: Path) -> Any:
    """The map of all herds, drawn; nothing went wrong on the way."""
    page, wrong = visit(products / "all-herds" / "map.html")
    page.wait_for_function("() => window.map && window.map.loaded() && window.map.areTilesLoaded()")
    # What Chromium says of drawing without a graphics card is no fault of the page.
    assert [text for text in wrong if "GPU stall" not in text] == []
    return page


def drawn(page: Any, layer: str) -> int:
    n: int = page.evaluate(f"map.queryRenderedFeatures({{layers: ['{layer}']}}).length")
    return n


def test_the_map_opens_from_the_disk_and_draws_corridors_and_places(web_map: Any) -> None:
    for layer in (
        "corridors", "stopovers", "ranges", "boundary", "places", "places-planned", "bottlenecks",
    ):  # fmt: skip
        assert drawn(web_map, layer) > 0, layer
    assert web_map.inner_text("#status") == "18 of 18 places"
    assert web_map.locator("#list button").count() == 18
    names = web_map.inner_text("#list")
    assert "<script>alert(1)</script>" in names
    assert web_map.locator(".mark").first.inner_text() == "1"


def test_a_place_tells_of_itself_and_its_address_shows_it_again(
    web_map: Any, visit: Any, products: Path
) -> None:
    web_map.click("#list button >> nth=0")
    detail = web_map.inner_text("#detail")
    assert "Act" in detail
    assert "passages a year are missing" in detail
    assert web_map.get_attribute("#detail a >> nth=1", "href") == ("../made-up/report.html#place-1")
    web_map.wait_for_function("() => location.hash.includes('place=')")
    name = web_map.inner_text("#detail h2")
    again, _ = visit(products / "all-herds" / "map.html")
    for look in (lambda: again.goto(web_map.url), again.reload):
        look()
        again.wait_for_selector("#detail h2")
        assert again.inner_text("#detail h2") == name
    web_map.click("#detail .close")
    assert not web_map.is_visible("#detail")


def test_a_bottleneck_is_chosen_in_the_list_or_on_the_map_and_its_address_shows_it_again(
    web_map: Any, visit: Any, products: Path
) -> None:
    assert web_map.inner_text("#bottleneck-status") == "3 of 3 bottlenecks"
    # They stand before the places: nobody has to scroll past a hundred of these to see them.
    top, places = (web_map.locator(name).bounding_box()["y"] for name in ("#narrow", "#list"))
    assert top < places
    assert not web_map.is_visible("#bottlenecks")
    web_map.focus("#narrow summary")
    web_map.keyboard.press("Enter")
    web_map.focus("#bottlenecks button >> nth=1")
    web_map.keyboard.press("Enter")
    name = web_map.inner_text("#detail h2")
    assert name.startswith("Bottleneck 2, ")
    assert "independent unit" in web_map.inner_text("#detail .do")
    assert web_map.get_attribute("#bottlenecks button >> nth=1", "aria-current") is not None
    assert web_map.get_attribute("#detail a >> nth=1", "href") == (
        "../made-up/report.html#bottlenecks"
    )
    web_map.wait_for_function("() => location.hash.includes('bottleneck=')")
    assert "place=" not in web_map.url
    again, _ = visit(products / "all-herds" / "map.html")
    for look in (lambda: again.goto(web_map.url), again.reload):
        look()
        again.wait_for_selector("#detail h2")
        assert again.inner_text("#detail h2") == name
    web_map.click("#list button >> nth=0")
    assert not web_map.inner_text("#detail h2").startswith("Bottleneck")
    assert web_map.get_attribute("#bottlenecks button >> nth=1", "aria-current") is None
    web_map.select_option("#herd", "other")
    assert web_map.inner_text("#bottleneck-status") == "0 of 3 bottlenecks"
    web_map.wait_for_function("() => map.loaded() && map.areTilesLoaded()")
    assert drawn(web_map, "bottlenecks") == 0


def test_filters_leave_out_places_in_the_list_and_on_the_map(web_map: Any) -> None:
    web_map.select_option("#kind", "rail")
    assert web_map.inner_text("#status") == "6 of 18 places"
    web_map.wait_for_function("() => map.loaded()")
    kinds = web_map.evaluate(
        "(data => [...new Set(map.queryRenderedFeatures({layers: ['places', 'places-planned']})"
        ".map(f => f.properties.kind))].map(code => data.kind[code]))"
        "(JSON.parse(document.getElementById('data').textContent).words)"
    )
    assert kinds == ["rail"]
    web_map.select_option("#herd", "other")
    assert web_map.inner_text("#status") == "0 of 18 places"


def shown(page: Any, layer: str, name: str) -> set[Any]:
    """Return the values of a property of what is drawn in a layer."""
    page.wait_for_function("() => map.loaded() && map.areTilesLoaded()")
    found: list[Any] = page.evaluate(
        "([layer, name]) => map.queryRenderedFeatures({layers: [layer]})"
        ".map(one => one.properties[name])",
        [layer, name],
    )
    return set(found)


def test_the_slider_shows_what_is_used_in_a_month(web_map: Any) -> None:
    web_map.select_option("#herd", "made-up")
    assert shown(web_map, "corridors", "season") == {"all"}
    assert shown(web_map, "ranges", "season") == {"winter", "summer"}
    web_map.focus("#month")
    for _ in range(5):
        web_map.keyboard.press("ArrowRight")
    assert web_map.inner_text("#month-name") == "May"
    assert web_map.get_attribute("#month", "aria-valuetext") == "May"
    assert shown(web_map, "corridors", "season") == {"spring"}
    assert shown(web_map, "ranges", "season") == set()
    # Six places were met in May; of the others no month is known, and that is said.
    assert web_map.inner_text("#status") == "18 of 18 places in May"
    assert web_map.inner_text("#month-status") == "Not known for May, and shown: 12 places."
    web_map.keyboard.press("ArrowRight")
    assert web_map.inner_text("#status") == "12 of 18 places in June"
    assert shown(web_map, "places", "months") == {0}
    assert shown(web_map, "corridors", "season") == set()
    assert shown(web_map, "ranges", "season") == {"summer"}
    web_map.keyboard.press("Home")
    assert web_map.inner_text("#month-name") == "All months"
    assert web_map.inner_text("#month-status") == ""
    assert shown(web_map, "corridors", "season") == {"all"}


def test_in_a_month_without_tracking_all_stays_and_so_does_what_nobody_tracked(
    web_map: Any,
) -> None:
    web_map.fill("#month", "2")
    assert web_map.inner_text("#status") == "18 of 18 places in February"
    assert web_map.inner_text("#month-status") == (
        "Not known for February, and shown: 18 places, 2 herds' migrations, 2 herds' ranges."
    )
    assert shown(web_map, "corridors", "season") == {"spring", "autumn", "all"}
    web_map.fill("#month", "6")
    web_map.select_option("#herd", "other")
    assert shown(web_map, "corridors", "evidence") == {"modelled"}
    assert web_map.inner_text("#month-status") == (
        "Not known for June, and shown: 1 herd's migrations, 1 herd's ranges."
    )


def test_a_month_stands_in_the_address_and_a_place_tells_its_months(
    web_map: Any, visit: Any, products: Path
) -> None:
    web_map.fill("#month", "7")
    web_map.wait_for_function("() => location.hash.includes('month=7')")
    again, _ = visit(products / "all-herds" / "map.html")
    for look in (lambda: again.goto(web_map.url), again.reload):
        look()
        assert again.inner_text("#month-name") == "July"
        assert again.inner_text("#status") == "18 of 18 places in July"
    again.click("#list button >> nth=0")
    assert "Tracked animals came near, on migrations or not, in May, July." in again.inner_text(
        "#detail"
    )
    for odd in ("13", "-1", "1.5", "x", "<b>"):
        again.goto(f"{(products / 'all-herds' / 'map.html').as_uri()}#month={odd}")
        assert again.inner_text("#month-name") == "All months"


def test_the_map_can_be_used_without_a_mouse(web_map: Any) -> None:
    web_map.focus("#list button >> nth=1")
    web_map.keyboard.press("Enter")
    assert web_map.is_visible("#detail")
    assert web_map.get_attribute("#list button >> nth=1", "aria-current") is not None


def test_the_map_fits_a_telephone_and_asks_nobody(visit: Any, products: Path) -> None:
    page, _ = visit(products / "all-herds" / "map.html", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    policy = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
    assert "http" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
