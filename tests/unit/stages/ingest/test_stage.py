"""Stage `ingest` on made-up sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, box

from corridors.config.model import Config
from corridors.formats.parquet import read_json, read_layer
from corridors.foundation import tables
from corridors.foundation.errors import InputError
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.run.remarks import remarks_of
from worlds.stages import perform

HEADER = (
    "timestamp,location-long,location-lat,sensor-type,individual-taxon-canonical-name,"
    "tag-local-identifier,individual-local-identifier,visible\n"
)


def run(folder: Path, config: dict[str, Any], out: str = "out") -> Path:
    """Run the stage on files of ``folder`` and return its folder of results."""
    (folder / out).mkdir()
    return perform("ingest", Config.model_validate(config), folder / out, raw=folder)


def tracks(folder: Path, name: str, *rows: str) -> dict[str, str]:
    (folder / name).write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
    return {"path": name, "format": "movebank", "time_zone": "UTC"}


def herd(*sources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"h": {"species": "Ovis ammon", "tracks": sources, **more}}


ROWS = (
    "2020-01-02 00:00:00,71.2,37.1,gps,Ovis ammon,T1,Bek,true",
    "2020-01-01 00:00:00,71.1,37.0,gps,Ovis ammon,T1,Bek,true",
    "2020-01-03 00:00:00,,,gps,Ovis ammon,T1,Bek,true",
    "2020-01-04 00:00:00,0,0,gps,Ovis ammon,T1,Bek,true",
    "2020-01-05 00:00:00,71.3,37.2,gps,Ovis ammon,T1,Bek,false",
    "2020-01-06 00:00:00,13.5,52.4,gps,Ovis ammon,T1,,true",
    "2020-01-07 00:00:00,71.3,37.2,acceleration,Ovis ammon,T1,Bek,true",
)


def test_fixes_are_sorted_flagged_and_none_is_dropped(tmp_path: Path) -> None:
    source = tracks(tmp_path, "t.csv", *ROWS)
    out = run(tmp_path, {"herds": herd(source)})
    fixes = read_layer(out / "fixes.parquet")
    assert fixes["source_row"].tolist() == [3, 2, 4, 5, 6, 7]
    assert fixes["flags"].tolist() == [
        0,
        0,
        FLAG_BIT["no_position"],
        FLAG_BIT["impossible_coordinate"],
        FLAG_BIT["vendor_outlier"],
        FLAG_BIT["outside_deployment"],
    ]
    facts = read_json(out / "ingest.json")
    assert facts["tracks"][0]["rows_of_other_sensors"] == {"acceleration": 1}
    assert facts["fixes"]["animals"]["Bek"]["fixes"] == 5
    assert facts["fixes"]["no_position"] == 1
    assert str(tmp_path) not in (out / "ingest.json").read_text(encoding="utf-8")


def test_the_order_of_sources_and_rows_does_not_change_the_bytes_of_fixes(tmp_path: Path) -> None:
    first = tracks(tmp_path, "a.csv", *ROWS[:2])
    second = tracks(tmp_path, "b.csv", *[row.replace("Bek", "Aman") for row in ROWS[2:]])
    one = run(tmp_path, {"herds": herd(first, second)}, "one")
    two = run(tmp_path, {"herds": herd(second, first)}, "two")
    for name in ("fixes.parquet", "barriers.parquet", "states.parquet"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_only_the_chosen_taxon_or_animals_are_read(tmp_path: Path) -> None:
    ibex = "2020-01-01 00:00:00,71.2,37.1,gps,Capra sibirica,T2,Ibex,true"
    source = tracks(tmp_path, "t.csv", ROWS[0], ibex)
    by_taxon = run(tmp_path, {"herds": herd({**source, "species": "Capra sibirica"})}, "taxon")
    by_animal = run(tmp_path, {"herds": herd({**source, "animals": ("Ibex",)})}, "animal")
    for out in (by_taxon, by_animal):
        fixes = read_layer(out / "fixes.parquet")
        assert fixes["species"].tolist() == ["Capra sibirica"]
        assert read_json(out / "ingest.json")["tracks"][0]["rows_not_selected"] == 1
    with pytest.raises(InputError, match="another taxon"):
        run(tmp_path, {"herds": herd(source)}, "refused")


def test_fixes_outside_the_deployment_are_flagged(tmp_path: Path) -> None:
    source = tracks(tmp_path, "t.csv", *ROWS[:2])
    (tmp_path / "d.csv").write_text("animal,start,end\nBek,2020-01-01 12:00,\n", encoding="utf-8")
    out = run(tmp_path, {"herds": herd({**source, "deployments": "d.csv"})})
    flags = read_layer(out / "fixes.parquet")["flags"].tolist()
    assert flags == [FLAG_BIT["outside_deployment"], 0]


def test_a_herd_with_expert_ranges_only_has_an_empty_table_of_fixes(tmp_path: Path) -> None:
    ranges = gpd.GeoDataFrame(
        {"season": ["Winter", "summer", "summer"]},
        geometry=[box(71, 37, 71.1, 37.1), box(72, 38, 72.1, 38.1), box(72.1, 38, 72.2, 38.1)],
        crs=4326,
    )
    ranges.to_crs(32642).to_file(tmp_path / "r.gpkg")
    expert = {
        "path": "r.gpkg",
        "season_column": "season",
        "author": "A. Karimov",
        "date": "2021-05-01",
        "confidence": "medium",
    }
    out = run(tmp_path, {"herds": herd(expert_ranges=expert)})
    assert read_layer(out / "fixes.parquet").empty
    got = read_layer(out / "ranges_expert.parquet").set_index("season")
    assert got["source"].unique().tolist() == ["A. Karimov, 2021-05-01, confidence medium"]
    assert got.index.tolist() == ["summer", "winter"]
    assert got.geometry["summer"].geom_type == "Polygon"
    assert got.loc["winter", "area_km2"] == pytest.approx(98.6, abs=0.5)


def test_barriers_near_the_herd_are_read_and_the_far_ones_are_not(tmp_path: Path) -> None:
    source = tracks(tmp_path, "t.csv", *ROWS[:2])
    lines = [LineString([(71.15, 37), (71.15, 38)]), LineString([(75, 37), (75, 38)])]
    gpd.GeoDataFrame({"id": [1, 2]}, geometry=lines, crs=4326).to_file(tmp_path / "l.gpkg")
    layer = {"name": "fences", "path": "l.gpkg", "kind": "fence", "id_column": "id"}
    out = run(tmp_path, {"herds": herd(source), "barriers": (layer,)})
    assert read_layer(out / "barriers.parquet")["barrier"].tolist() == ["fences:1"]
    assert read_json(out / "ingest.json")["barriers"][0]["by_kind"] == {"fence": 1}


@pytest.mark.parametrize(
    ("stated", "status"), [({}, "existing"), ({"status": "planned"}, "planned")]
)
def test_a_stated_status_holds_for_an_openstreetmap_extract_too(
    tmp_path: Path, stated: dict[str, str], status: str
) -> None:
    (tmp_path / "x.osm").write_text(
        '<osm version="0.6"><node id="1" lat="37" lon="71.1" version="1"/>'
        '<node id="2" lat="37.1" lon="71.1" version="1"/><way id="5" version="1">'
        '<nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>',
        encoding="utf-8",
    )
    layer = {"name": "osm", "path": "x.osm", "format": "osm", **stated}
    source = tracks(tmp_path, "t.csv", *ROWS[:2])
    out = run(tmp_path, {"herds": herd(source), "barriers": (layer,)})
    barriers = read_layer(out / "barriers.parquet")
    assert barriers[["barrier", "class", "status"]].to_numpy().tolist() == [
        ["osm:way/5", "primary", status]
    ]


def test_keys_that_would_say_nothing_of_openstreetmap_are_refused() -> None:
    source = {"name": "a", "path": "b", "format": "osm", "class": "trunk", "name_column": "ref"}
    with pytest.raises(ValueError, match="class, name_column would say nothing"):
        Config.model_validate({"barriers": [source]})


def test_bundled_and_own_boundaries_share_one_table(tmp_path: Path) -> None:
    source = tracks(tmp_path, "t.csv", *ROWS[:2])
    gpd.GeoDataFrame(
        {"pair": ["AFG-TJK", "CHN-TJK"], "from": ["map A", "map B"]},
        geometry=[LineString([(71, 37), (72, 37)]), LineString([(74, 37), (74, 38)])],
        crs=4326,
    ).to_file(tmp_path / "b.gpkg")
    config = {
        "herds": herd(source),
        "boundaries": (
            {
                "path": "b.gpkg",
                "pair_column": "pair",
                "source_column": "from",
                "left_state": "TJK",
                "right_state": "AFG",
                "published_km": 1357.0,
                "published_source": "CIA World Factbook",
            },
            {"path": "natural-earth"},
        ),
        "states": {"path": "natural-earth"},
    }
    out = run(tmp_path, config)
    boundaries = read_layer(out / "boundaries.parquet")
    own = boundaries[boundaries["source"] == "map A"]
    assert own["left_state"].tolist() == ["AFG"]
    assert own["published_km"].tolist() == [1357.0]
    assert boundaries["boundary"].is_unique
    assert len(boundaries) > 1
    assert set(boundaries["role"]) == {"used"}  # AFG-TJK and Afghanistan-Tajikistan differ
    assert len(read_layer(out / "states.parquet"))


def test_a_users_own_boundary_wins_over_the_bundled_one(tmp_path: Path) -> None:
    source = tracks(tmp_path, "t.csv", *ROWS[:2])
    gpd.GeoDataFrame(
        {"pair": ["AFG-TJK", "CHN-TJK"], "kind": ["Line of control (verify)", "river"]},
        geometry=[LineString([(71, 37), (72, 37)]), LineString([(74, 37), (74, 38)])],
        crs=4326,
    ).to_file(tmp_path / "b.gpkg")
    names = {"AFG": "Afghanistan", "TJK": "Tajikistan", "CHN": "China"}
    config = {
        "herds": herd(source),
        "boundaries": (
            {"path": "natural-earth"},
            {
                "path": "b.gpkg",
                "pair_column": "pair",
                "type_column": "kind",
                "type_map": {"Line of control (verify)": "disputed"},
                "state_names": names,
                "source": "own survey",
            },
        ),
    }
    found = read_layer(run(tmp_path, config) / "boundaries.parquet")
    own = found[found["source"] == "own survey"].sort_values("left_state")
    assert own["left_state"].tolist() == ["Afghanistan", "China"]
    assert own["type"].tolist() == ["disputed", "river"]
    assert set(own["role"]) == {"used"}
    bundled = found[found["source"] != "own survey"].set_index(["left_state", "right_state"])
    assert bundled.loc[("Afghanistan", "Tajikistan"), "role"] == "compared"
    assert bundled.loc[("China", "Tajikistan"), "role"] == "compared"
    assert bundled.loc[("Afghanistan", "Uzbekistan"), "role"] == "used"


def test_empty_tables_have_the_columns_of_their_contract(tmp_path: Path) -> None:
    out = run(tmp_path, {"herds": herd(tracks(tmp_path, "t.csv", *ROWS[:2]))})
    for name, schema in (("barriers", tables.BARRIERS), ("boundaries", tables.BOUNDARIES)):
        frame = read_layer(out / f"{name}.parquet")
        assert frame.empty
        assert list(frame.columns) == list(schema.columns)
    assert pd.api.types.is_datetime64_any_dtype(read_layer(out / "barriers.parquet")["valid_from"])


def test_bundled_boundaries_say_where_they_know_nothing(tmp_path: Path) -> None:
    away = [row.replace("71.", "-30.").replace("37.", "60.") for row in ROWS[:2]]
    here = tracks(tmp_path, "here.csv", *ROWS[:2])
    there = tracks(tmp_path, "there.csv", *away)
    bundled = [{"path": "natural-earth"}]
    known = run(tmp_path, {"herds": herd(here), "boundaries": bundled}, "known")
    unknown = run(tmp_path, {"herds": herd(there), "boundaries": bundled}, "unknown")
    assert list(remarks_of("ingest", known)) == []
    note, near = remarks_of("ingest", unknown)
    assert near.endswith("states there: none")
    assert "nothing is known of state boundaries at 100.00% of the herd's places" in note


@pytest.mark.parametrize(
    ("states", "got"),
    [
        (("Tajikstan", "Afganistan"), "Afghanistan-Tajikistan"),
        (("Iceland", "Tajikistan"), "Kyrgyzstan-Tajikistan"),
    ],
)
def test_states_without_a_boundary_are_told_which_there_are(
    tmp_path: Path, states: tuple[str, str], got: str
) -> None:
    source = tracks(tmp_path, "t.csv", *ROWS[:2])
    named = {"path": "natural-earth", "left_state": states[0], "right_state": states[1]}
    with pytest.raises(InputError, match=f"(?s)no boundary between these states.*{got}"):
        run(tmp_path, {"herds": herd(source), "boundaries": [named]})


def test_a_pair_that_is_named_is_read_wherever_the_herd_is(tmp_path: Path) -> None:
    source = tracks(tmp_path, "t.csv", *ROWS[:2])
    named = {"path": "natural-earth", "left_state": "Kenya", "right_state": "Ethiopia"}
    out = run(tmp_path, {"herds": herd(source), "boundaries": [{**named, "published_km": 861.0}]})
    (row,) = read_layer(out / "boundaries.parquet").to_dict("records")
    assert (row["left_state"], row["right_state"]) == ("Ethiopia", "Kenya")
    assert row["published_km"] == 861.0


def test_a_published_length_of_lines_of_several_kinds_is_refused_with_a_cure(
    tmp_path: Path,
) -> None:
    source = tracks(tmp_path, "t.csv", *ROWS[:2])
    named = {"path": "natural-earth", "left_state": "China", "right_state": "India"}
    with pytest.raises(InputError, match="leave published_km out"):
        run(
            tmp_path,
            {"herds": herd(source), "boundaries": [{**named, "published_km": 3488.0}]},
            "refused",
        )
    out = run(tmp_path, {"herds": herd(source), "boundaries": [named]}, "read")
    assert set(read_layer(out / "boundaries.parquet")["type"]) == {"disputed", "unknown"}


SQUARES = [box(71, 37, 71.1, 37.1), box(71.05, 37, 71.15, 37.1), box(95, 37, 95.1, 37.1)]


def zoned(folder: Path, names: list[str | None], kinds: list[str | None]) -> dict[str, Any]:
    """Write a layer of zones, and return a study with it."""
    frame = gpd.GeoDataFrame({"n": names, "c": kinds}, geometry=SQUARES, crs=4326)
    frame.to_file(folder / "z.gpkg")
    layer = {"name": "reserves", "path": "z.gpkg", "name_column": "n", "class_column": "c"}
    return {"herds": herd(tracks(folder, "t.csv", *ROWS[:2])), "zones": (layer,)}


def test_polygons_of_one_name_and_class_are_one_zone_and_far_ones_are_not_read(
    tmp_path: Path,
) -> None:
    out = run(tmp_path, zoned(tmp_path, ["Zorkul ", "Zorkul", "Far"], ["Ia", "Ia", None]))
    (row,) = read_layer(out / "zones.parquet").to_dict("records")
    assert (row["layer"], row["zone"], row["class"]) == ("reserves", "Zorkul", "Ia")
    assert row["geometry"].equals(box(71, 37, 71.15, 37.1))
    (told,) = read_json(out / "ingest.json")["zones"]
    assert (told["name"], told["zones"], told["polygons"]) == ("reserves", 1, 2)


def test_zones_of_one_name_and_two_classes_or_none_stay_apart(tmp_path: Path) -> None:
    out = run(tmp_path, zoned(tmp_path, ["Zorkul", "Zorkul", "Far"], ["Ia", None, "II"]))
    zones = read_layer(out / "zones.parquet")
    assert zones[["zone", "class"]].to_numpy().tolist() == [["Zorkul", ""], ["Zorkul", "Ia"]]


def test_a_zone_without_a_name_or_column_is_refused(tmp_path: Path) -> None:
    study = zoned(tmp_path, ["Zorkul", None, "Far"], ["Ia", "Ia", "Ia"])
    with pytest.raises(InputError, match=r"(?s)zone without a name.*z\.gpkg.*row 2.*fill in"):
        run(tmp_path, study, "nameless")
    study["zones"] = ({**study["zones"][0], "name_column": "owner"},)
    with pytest.raises(InputError, match=r"(?s)owner"):
        run(tmp_path, study, "no_column")


def test_without_zones_nothing_is_told_of_them(tmp_path: Path) -> None:
    out = run(tmp_path, {"herds": herd(tracks(tmp_path, "t.csv", *ROWS[:2]))})
    assert read_layer(out / "zones.parquet").empty
    assert "zones" not in read_json(out / "ingest.json")


def test_two_layers_of_zones_of_one_name_are_refused() -> None:
    layer = {"name": "a", "path": "z.gpkg", "name_column": "n"}
    with pytest.raises(ValueError, match="zones: names must be different"):
        Config.model_validate({"zones": [layer, layer]})


def test_zones_are_polygons_of_a_file() -> None:
    layer = {"name": "a", "path": "natural-earth", "name_column": "n"}
    with pytest.raises(ValueError, match="zones are polygons of a file"):
        Config.model_validate({"zones": [layer]})
