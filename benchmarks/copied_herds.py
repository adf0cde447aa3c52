"""Finished herds that cost next to nothing: results of one herd, moved east, under another name.

What the atlas and releases read (tables, layers and facts) is moved and renamed; rasters, pictures,
packages and pages are the first herd's, byte by byte. Each copy has a manifest as if it had been
run on its own inputs, so `corridors` takes it for finished.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from corridors.config.load import load
from corridors.run import manifest
from corridors.run.fingerprint import Fingerprints, upstream_digests
from corridors.run.layout import StudyLayout
from corridors.run.manifest import Manifest

_ENDS = ("xmin", "ymin", "xmax", "ymax")
_LON_0 = re.compile(r"(\+lon_0=)(-?[0-9.]+)")


def copy_herds(folder: Path, copies: Mapping[str, tuple[str, float]]) -> None:
    """Make results of herds out of those of finished ones.

    Parameters
    ----------
    folder
        Of the study; its ``config.yaml`` names all herds, and their inputs are there.
    copies
        New herd -> the finished one, and how far the new one is to the east of it, degrees.
    """
    study = load(folder / "config.yaml")
    prints = Fingerprints(study)
    layout = StudyLayout(study)
    results: dict[str, dict[tuple[str, str], Manifest]] = {new: {} for new in copies}
    with prints.digests.one_look():
        for stage in layout.stages:
            if stage.partition == "study":
                continue
            for new, (old, east_deg) in copies.items():
                source, target = layout.folder(stage, old), layout.folder(stage, new)
                staged = target.with_name(target.name + ".copied")
                _copy(source, staged, old, new, east_deg)
                upstream = upstream_digests(layout, stage, results[new])
                names = [name.format(**layout.names(new)) for name in stage.writes]
                done = Manifest(
                    prints.of(stage, new, upstream), manifest.seal(staged, tuple(names), stage.name)
                )
                manifest.commit(staged, target, done)
                for other in layout.stages:
                    for reference in other.references:
                        if reference.stage == stage.name:
                            results[new][reference.text, new] = done
    prints.digests.save()


def _copy(source: Path, target: Path, old: str, new: str, east_deg: float) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_dir() or path.name == manifest.NAME:
            continue
        name = path.relative_to(source).as_posix().replace(old, new)
        to = target / name
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            pq.write_table(_moved(pq.read_table(path), old, new, east_deg), to, compression="zstd")
        elif path.suffix in {".json", ".csv"}:
            text = path.read_text("utf-8").replace(old, new)
            to.write_text(_LON_0.sub(lambda of: _east(of, east_deg), text), "utf-8")
        else:
            shutil.copyfile(path, to)


def _east(of: re.Match[str], east_deg: float) -> str:
    return f"{of[1]}{float(of[2]) + east_deg:g}"


def _moved(table: pa.Table, old: str, new: str, east_deg: float) -> pa.Table:
    """Return a table with another herd's name, and its geometry moved to the east."""
    for at, column in enumerate(table.schema):
        values: Any = table.column(at)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            values = pc.replace_substring(values, pattern=old, replacement=new)
        elif column.name == "geometry":
            shapes = shapely.from_wkb(values.to_numpy(zero_copy_only=False))
            shapes = shapely.transform(shapes, lambda xy: xy + np.array([east_deg, 0.0]))
            values = pa.array(shapely.to_wkb(shapes), type=column.type)
        elif column.name == "bbox":
            parts = {end: values.combine_chunks().field(end) for end in _ENDS}
            parts |= {end: pc.add(parts[end], east_deg) for end in ("xmin", "xmax")}
            values = pa.StructArray.from_arrays(list(parts.values()), fields=list(column.type))
        elif pa.types.is_dictionary(column.type):
            plain = pc.replace_substring(
                values.cast(column.type.value_type), pattern=old, replacement=new
            )
            values = plain.cast(column.type)
        else:
            continue
        table = table.set_column(at, column, values)
    return table
