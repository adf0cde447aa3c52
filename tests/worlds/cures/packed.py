"""Cures of archives, workbooks and files that hold something else."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zipfile

import pandas as pd

from worlds.cures.studies import CSV, GOOD, Case, Study, fenced, lines, points, tracks

ROWS = pd.read_csv(io.StringIO(GOOD))
# Of the fixes as points, for format: vector.
OF_POINTS = {
    "path": "t.gpkg",
    "format": "vector",
    "time_zone": "UTC",
    "columns": {"animal": "animal", "time": "time"},
}
FIXES = points(animal=["Bek"], time=["2020-01-01 00:00"])
FENCES = lines().to_json()
OTHER = lines(id=[2]).to_json()


def packed(**files: str | bytes) -> bytes:
    """Return a zip archive; ``__`` in a name is its point."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def locked(archive: bytes) -> bytes:
    """Return an archive that says that its only file needs a password."""
    at = archive.index(b"PK\x01\x02") + 8
    return archive[:6] + b"\x01" + archive[7:at] + b"\x01" + archive[at + 1 :]


def sheets(*names: str) -> bytes:
    """Return a workbook with the good fixes in each of its sheets."""
    out = io.BytesIO()
    with pd.ExcelWriter(out) as book:
        for name in names:
            ROWS.to_excel(book, sheet_name=name, index=False)
    return out.getvalue()


def parquet(rows: pd.DataFrame = ROWS) -> bytes:
    """Return fixes as Parquet."""
    out = io.BytesIO()
    rows.to_parquet(out, index=False)
    return out.getvalue()


def without(workbook: bytes, part: str) -> bytes:
    """Return a workbook of which one part is damaged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, "<worksheet" if name == part else old.read(name))
    return out.getvalue()


def held(name: str, content: str | bytes, **source: object) -> Study:
    """Return a study whose fixes are in a file of this name."""
    return Study({name: content}, CSV | {"path": name} | source)


TWO = packed(a__csv=GOOD, b__csv=GOOD.replace("Bek", "Ada"))
LAYERS = packed(fence__geojson=FENCES, wall__geojson=OTHER)
CASES: tuple[Case, ...] = (
    # layers in archives
    Case(
        "formats/archives.py: set layer of this source to the name of one of them",
        fenced("f.zip", LAYERS),
        (fenced("f.zip", LAYERS, layer="wall"), fenced("f.zip", LAYERS, layer="fence.geojson")),
    ),
    Case(
        "formats/archives.py: the nearest layer is '…'",
        fenced("f.zip", LAYERS, layer="fences"),
        (fenced("f.zip", LAYERS, layer="fence"),),
    ),
    Case(
        "formats/archives.py: correct layer of this source",
        fenced("f.zip", LAYERS, layer="zzzzzz"),
        (fenced("f.zip", LAYERS, layer="wall"),),
    ),
    Case(
        "formats/archives.py: unpack it, and name the file in it that holds the layer",
        fenced("f.zip", packed(layer__dat=FENCES)),
        (fenced("layer.dat", FENCES),),
    ),
    Case(
        "formats/archives.py: unpack it and name the file",
        fenced("f.zip", packed(fence__geojson=FENCES)),
        (fenced("fence.geojson", FENCES),),
        hinder=lambda patch: patch.setattr("corridors.formats.archives._MOST_BYTES", 10),
    ),
    Case(
        "formats/archives.py: unpack it and name the file in it",
        fenced("f.zip", locked(packed(fence__geojson=FENCES))),
        (fenced("fence.geojson", FENCES),),
    ),
    Case(
        "formats/vector_file.py: unpack it",
        fenced("f.zip", packed(in__kml=packed(fence__geojson=FENCES))),
        (fenced("in.kml", packed(fence__geojson=FENCES)),),
    ),
    # tables in archives
    Case(
        "formats/contents.py: unpack it, and name each table as a source of its own",
        held("t.zip", TWO),
        (
            Study(
                {"a.csv": GOOD, "b.csv": GOOD.replace("Bek", "Ada")},
                (CSV | {"path": "a.csv"}, CSV | {"path": "b.csv"}),
            ),
        ),
    ),
    Case(
        "formats/contents.py: download it again, or unpack it first",
        held("t.zip", packed(t__csv=GOOD)[:-30]),
        (held("t.zip", packed(t__csv=GOOD)), tracks(GOOD)),
    ),
    Case(
        "formats/contents.py: unpack it first",
        held("t.zip", locked(packed(t__csv=GOOD))),
        (tracks(GOOD),),
    ),
    Case(
        "formats/contents.py: download it again; if it has a password, unpack it first",
        held("t.csv.gz", gzip.compress(GOOD.encode() * 50)[:-20]),
        (held("t.csv.gz", gzip.compress(GOOD.encode())), tracks(GOOD)),
    ),
    Case(
        "formats/delimited.py: unpack it, and name the file",
        held("t.parquet.gz", gzip.compress(parquet())),
        (held("t.parquet", parquet()),),
    ),
    # other kinds of files
    Case(
        "formats/contents.py: <cure>",
        Study({"t.gpkg": FIXES}, CSV | {"path": "t.gpkg"}),
        (Study({"t.gpkg": FIXES}, OF_POINTS),),
        said="use format: vector",
    ),
    Case(
        "formats/contents.py: <cure>",
        tracks(b"%PDF-1.7 " + GOOD.encode()),
        (tracks(GOOD),),
        said="export the table as CSV",
    ),
    Case(
        "formats/contents.py: <cure>",
        held("t.csv.bz2", bz2.compress(GOOD.encode())),
        (tracks(GOOD),),
        said="unpack it first",
    ),
    Case(
        "formats/contents.py: <cure>",
        held("t.csv.xz", lzma.compress(GOOD.encode())),
        (tracks(GOOD),),
        said="unpack it first",
    ),
    Case(
        "formats/contents.py: <cure>",
        held("t.rda", b"RDX3\n" + GOOD.encode()),
        (tracks(ROWS.to_csv(index=False, quoting=1)),),
        said="write the table with write.csv in R",
    ),
    Case(
        "formats/contents.py: log in and download the data again; the server answered with a page",
        tracks("<!DOCTYPE html><html><body>Log in</body></html>"),
        (tracks(GOOD),),
    ),
    Case(
        "formats/contents.py: accept the terms of the study in the browser, and download the data "
        "again",
        tracks("<html><body><h1>License Terms</h1></body></html>"),
        (tracks(GOOD),),
    ),
    Case(
        "formats/contents.py: download the data again",
        tracks('{"error": "too many requests"}'),
        (tracks(GOOD),),
    ),
    Case(
        "formats/contents.py: if it is GeoJSON use format: vector; else export the table as CSV",
        held("t.json", FIXES.to_json()),
        (Study({"t.json": FIXES.to_json()}, OF_POINTS | {"path": "t.json"}), tracks(GOOD)),
    ),
    Case(
        "formats/contents.py: name the file in it",
        Study({"d/t.csv": GOOD}, CSV | {"path": "d"}),
        (Study({"d/t.csv": GOOD}, CSV | {"path": "d/t.csv"}),),
    ),
    Case(
        "formats/contents.py: correct the path in the configuration",
        Study({"a.gpx": ""}, {"path": "b.gpx", "format": "gpx"}),
        (tracks(GOOD),),
    ),
    Case(
        "formats/encodings/streams.py: export as CSV",
        tracks(bytes(range(32)) * 20),
        (tracks(GOOD),),
    ),
    # workbooks
    Case(
        "formats/contents.py: pip install 'corridors[excel]', or save the sheet as CSV UTF-8",
        held("t.xlsx", sheets("fixes")),
        (held("t.xlsx", sheets("fixes")), tracks("\ufeff" + GOOD)),
        hinder=lambda patch: patch.setitem(sys.modules, "openpyxl", None),
    ),
    Case(
        "formats/contents.py: open it in a spreadsheet program, and save it again",
        held("t.xlsx", without(sheets("fixes"), "xl/workbook.xml")),
        (held("t.xlsx", sheets("fixes")),),
    ),
    Case(
        "formats/contents.py: set layer of this source to the sheet",
        held("t.xlsx", sheets("notes", "fixes")),
        (held("t.xlsx", sheets("notes", "fixes"), layer="fixes"),),
    ),
    Case(
        "formats/contents.py: save it as .xlsx, or the sheet as CSV UTF-8",
        held("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        (held("t.xlsx", sheets("fixes")), tracks("\ufeff" + GOOD)),
    ),
    # Parquet
    Case(
        "formats/plain_parquet.py: export it again",
        held("t.parquet", parquet(ROWS.iloc[:0])),
        (held("t.parquet", parquet()),),
    ),
    Case(
        "formats/plain_parquet.py: write it again",
        held("t.parquet", parquet()[:-60] + b"PAR1"),
        (held("t.parquet", parquet()),),
    ),
)
