"""The demo herd at a real boundary: the user's own line counts, the bundled one is compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from corridors.atlas.words.actions import actions_in_words, border_words
from corridors.cli import main
from corridors.formats.parquet import read_layer, read_table

pytestmark = [pytest.mark.slow, pytest.mark.reference, pytest.mark.xdist_group("demo")]
HERD = "wakhan-argali"
OWN = """boundaries:
  - path: ${CORRIDORS_REFERENCE}/borders/border_pairs_osm_ODbL.gpkg
    pair_column: pair
    source_column: source
    state_names: {AFG: Afghanistan, TJK: Tajikistan}
    left_state: Afghanistan
    right_state: Tajikistan
    published_km: 1357
    published_source: CIA World Factbook
  - path: natural-earth
    left_state: Afghanistan
    right_state: Tajikistan

"""


@pytest.fixture(scope="module")
def results(demo_run, reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of the demo herd with OpenStreetMap's Afghan-Tajik boundary."""
    study = tmp_path_factory.mktemp("transboundary") / "study"
    shutil.copytree(demo_run.folder, study)
    text = (study / "config.yaml").read_text(encoding="utf-8")
    before, _, rest = text.partition("boundaries:\n")
    after = rest[rest.index("# Polygons of states") :]
    (study / "config.yaml").write_text(before + OWN + after, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDORS_REFERENCE", str(reference))
        patch.chdir(study)
        assert main(["publish", "--herd", HERD, "--with-upstream", "--scheduler", "serial"]) == 0
    return study / "data" / "processed"


def test_two_sources_of_one_boundary_are_reported_with_their_difference(results: Path) -> None:
    (row,) = read_layer(results / f"intersect/{HERD}/border_report.parquet").to_dict("records")
    assert row["source"].startswith("OSM")
    assert row["length_km"] == pytest.approx(1362.8, abs=0.1)
    assert row["difference_km"] == pytest.approx(5.8, abs=0.1)
    assert row["compared_source"].startswith("Natural Earth")
    assert row["compared_km"] == pytest.approx(1170.2, abs=0.1)
    assert row["compared_difference_percent"] == pytest.approx(-14.1, abs=0.1)


def test_what_crosses_is_shared_out_to_stretches(results: Path) -> None:
    (row,) = read_layer(results / f"intersect/{HERD}/border_report.parquet").to_dict("records")
    stretches = read_layer(results / f"intersect/{HERD}/border_stretches.parquet")
    assert stretches["length_m"].sum() / 1000 == pytest.approx(row["length_km"], rel=1e-6)
    assert stretches["length_m"].max() <= 10_000 + 1
    assert stretches["expected_per_year"].sum() == pytest.approx(row["expected_per_year"])
    inside = stretches[stretches["corridor_class"] != "outside"]
    assert inside["observed"].sum() >= 0.9 * row["observed"] > 0


def test_both_states_must_act_and_the_page_says_on_what(results: Path) -> None:
    shares = read_table(results / f"intersect/{HERD}/national_shares.parquet")
    assert set(shares["state"]) == {"Afghanistan", "Tajikistan"}
    agreed = read_layer(results / f"act/{HERD}/border_agreements.parquet")
    assert agreed["passages_per_year"].iloc[0] > 0.5
    page = (results / f"atlas/{HERD}/transboundary.html").read_text(encoding="utf-8")
    for words in (
        "States that must act together: <b>Afghanistan, Tajikistan</b>",
        "1,362.8",
        "1,170.2",
        "-14.1 %",
        actions_in_words(agreed, border_words)["what"].iloc[0],
    ):
        assert words in page
