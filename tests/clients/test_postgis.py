"""A release in a real PostGIS: as often as one likes, whole or not there, styled in QGIS."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import psycopg
import pytest
from shapely.geometry import box

from conftest import DemoRun, corridors
from corridors.formats.postgis import DatabaseLayer, DatabaseRelease, publish
from corridors.foundation.errors import OutputError

pytestmark = [pytest.mark.client, pytest.mark.xdist_group("demo-run")]
QGIS = """
import json, sys
from qgis.core import QgsApplication, QgsDataSourceUri, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
found = {}
for view in sys.argv[2:]:
    uri = QgsDataSourceUri()
    uri.setConnection("127.0.0.1", sys.argv[1], "corridors", "reader", "")
    uri.setDataSource("corridors", view, "geom", "", "number")
    layer = QgsVectorLayer(uri.uri(False), view, "postgres")
    found[view] = [layer.isValid(), layer.featureCount(), type(layer.renderer()).__name__]
print(json.dumps(found))
app.exitQgis()
"""


@pytest.fixture(scope="module")
def address(project: Path) -> Iterator[str]:
    """A database of our own, or skip."""
    clients = Path(os.environ.get("CORRIDORS_CLIENTS", project / ".." / "shared" / "clients"))
    start = clients / "start_postgis.sh"
    if not start.is_file():
        pytest.skip(f"no start_postgis.sh in {clients}; set CORRIDORS_CLIENTS")
    if not Path("/usr/share/postgresql/15/extension/postgis.control").is_file():
        pytest.skip("no PostGIS (Debian: postgresql-15-postgis-3)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="pg-")  # a path of a socket must be short
    done = subprocess.run(
        ["bash", str(start), folder, str(port)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    yield done.stdout.strip().splitlines()[-1]
    subprocess.run(["bash", str(clients / "stop_postgis.sh"), folder], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def asked(address: str, question: str, **options: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address, **options) as connection:
        return connection.execute(question).fetchall()  # type: ignore[arg-type]


def content(address: str) -> list[tuple[object, ...]]:
    """Return all rows of all tables of ours, and the styles without their numbers."""
    rows = asked(
        address,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'corridors'"
        " ORDER BY table_name",
    )
    found: list[tuple[object, ...]] = list(rows)
    for (name,) in rows:
        found += asked(address, f"SELECT t::text FROM corridors.{name} t ORDER BY 1")
    found += asked(
        address, "SELECT f_table_name, styleqml::text FROM public.layer_styles ORDER BY 1"
    )
    return found


def layer(name: str, n: int) -> DatabaseLayer:
    rng = np.random.default_rng(20240101)
    corners = rng.uniform(30.0, 60.0, size=(n, 2))
    frame = gpd.GeoDataFrame(
        {"herd": ["argali"] * n, "area_km2": np.where(np.arange(n) % 7 == 0, np.nan, 1.5)},
        geometry=[box(x, y, x + 0.1, y + 0.1) for x, y in corners],
        crs=4326,
    )
    return DatabaseLayer(name, "Words", frame, {"herd": "whose, 'quoted'"}, "<qgis/>")


RELEASE = DatabaseRelease("made-up", "partner", date(2026, 6, 10), "0" * 64, [layer("one", 3000)])


def test_a_release_is_there_once_and_what_it_lost_is_gone(address: str) -> None:
    both = replace(RELEASE, layers=[layer("one", 5), layer("two", 4)])
    publish(address, both)
    was = content(address)
    assert publish(address, both)[0] == "corridors.one_partner"
    assert content(address) == was
    assert asked(address, "SELECT count(*), count(area_km2) FROM corridors.one_partner") == [(5, 4)]
    publish(address, replace(both, layers=[layer("one", 5)]))
    assert asked(address, "SELECT count(*) FROM corridors.two_partner") == [(0,)]
    told = "SELECT col_description('corridors.one_partner'::regclass, 3)"
    assert asked(address, told) == [("whose, 'quoted'",)]
    next_one = replace(both, day=date(2026, 11, 3), layers=[layer("one", 2)])
    publish(address, next_one)
    assert asked(address, "SELECT count(*) FROM corridors.one_partner") == [(2,)]
    assert asked(address, "SELECT count(*) FROM corridors.one_partner_20260610") == [(5,)]


def test_killed_twenty_times_a_release_is_whole_or_not_there(address: str) -> None:
    publish(address, replace(RELEASE, layers=[layer("one", 5)]))
    before = content(address)
    n_killed = 0
    for number in range(20):
        stop = threading.Timer(0.004 * number, _kill, [address])
        stop.start()
        try:
            publish(address, RELEASE)
        except OutputError:
            n_killed += 1
        stop.join()
        if content(address) != before:
            publish(address, replace(RELEASE, layers=[layer("one", 5)]))
            assert content(address) == before
    assert n_killed >= 3
    publish(address, RELEASE)
    assert asked(address, "SELECT count(*) FROM corridors.one_partner_20260610") == [(3000,)]


def _kill(address: str) -> None:
    asked(
        address,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE pid != pg_backend_pid() AND datname = current_database()",
    )


@pytest.mark.slow
def test_a_released_folder_is_seen_by_a_reader_and_by_qgis(
    address: str, released: Path, demo_run: DemoRun, tmp_path: Path
) -> None:
    folder = released / "public"
    done = corridors(["release", "postgis", str(folder), "--to", address], tmp_path)
    assert done.returncode == 0, done.stderr
    views = [line.removeprefix("corridors.") for line in done.stdout.split()]
    assert views[:2] == ["corridors_public", "corridors_public_20260610"]
    with psycopg.connect(address) as connection:
        for one in (
            "CREATE ROLE reader LOGIN",
            "GRANT USAGE ON SCHEMA corridors TO reader",
            "GRANT SELECT ON corridors.corridors_public, corridors.ranges_public TO reader",
            "GRANT SELECT ON public.layer_styles TO reader",
        ):
            connection.execute(one)
    assert asked(address, "SELECT count(*) > 1 FROM corridors.corridors_public", user="reader") == [
        (True,)
    ]
    for refused in (
        "SELECT 1 FROM corridors.released_corridors",
        "DELETE FROM corridors.corridors_public",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asked(address, refused, user="reader")
    with_password = address.replace("corridors@", "corridors:s3cret@")
    no = corridors(["release", "postgis", str(folder), "--to", with_password], tmp_path)
    assert no.returncode == 78
    assert "s3cret" not in no.stdout + no.stderr

    python = os.environ.get("CORRIDORS_QGIS_PYTHON", "/usr/bin/python3")
    probe = subprocess.run([python, "-c", "import qgis.core"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"{python} has no QGIS")
    opened = subprocess.run(
        [python, "-c", QGIS, str(urlsplit(address).port), "corridors_public", "ranges_public"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    facts = json.loads(opened.stdout.splitlines()[-1])
    for is_valid, n, renderer in facts.values():
        assert is_valid
        assert n > 1
        assert renderer == "QgsRuleBasedRenderer"
