"""Stage `surface`: the occurrence surface of each migration and seasonal range."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridors.formats.parquet import (
    TableWriter,
    read_json,
    read_table,
    write_json,
    write_table,
)
from corridors.foundation import tables
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.grid import Surface
from corridors.movement.line_buffer import line_surface
from corridors.movement.occurrence import bridge_surface
from corridors.movement.variance import motion_variance

if TYPE_CHECKING:
    from corridors.config.model import Occurrence
    from corridors.stages.context import StageContext

Floats = npt.NDArray[np.float64]
_US_PER_MIN = 60_000_000


@dataclass(frozen=True)
class Track:
    """Usable fixes of one animal or window: planar position (m), time (min), error (m)."""

    x_m: Floats
    y_m: Floats
    time_us: npt.NDArray[np.int64]
    error_m: Floats

    @property
    def time_min(self) -> Floats:
        """Minutes since the first fix."""
        return (self.time_us - self.time_us[:1]) / _US_PER_MIN

    def within(self, start_us: int, end_us: int) -> Track:
        """Return the fixes from start to end, both included."""
        first, last = np.searchsorted(self.time_us, [start_us, end_us + 1])
        part = slice(int(first), int(last))
        return Track(self.x_m[part], self.y_m[part], self.time_us[part], self.error_m[part])


@dataclass(frozen=True)
class Method:
    """How a surface is made: the settings, the lattice and, for ``fmv``, the species' variance."""

    settings: Occurrence
    crs: str
    cell_m: float
    memory_mb: float
    s2_fixed: float | None

    @property
    def max_lag_min(self) -> float:
        """Longest step that is bridged, minutes."""
        return self.settings.max_lag_h * 60


@dataclass
class Estimate:
    """One window's surface and how it came about."""

    method: str
    reason: str = ""
    s2_m2_min: float = np.nan
    n_fixes: int = 0
    n_bridges: int = 0
    n_long_lags: int = 0
    mass: float = np.nan
    error: str = ""
    surface: Surface | None = field(default=None, repr=False)


def run(context: StageContext) -> None:
    """Write the surface of every window and why it is as it is.

    A window without a surface (too few fixes, too many long steps, no variance) gets a row with
    its error; the others go on.

    Raises
    ------
    MethodError
        Method ``fmv`` without a value for the herd's species.
    """
    lattice = read_json(context.read("clean", "clean.json"))
    settings: Occurrence = context.settings.occurrence
    windows = read_table(context.read("segment", "migrations.parquet"))
    windows = windows.sort_values("migration", kind="stable").reset_index(drop=True)
    method = Method(
        settings,
        str(lattice["crs"]),
        float(lattice["cell_m"]),
        context.settings.working.memory_mb,
        _fixed_variance(settings, context.settings.species) if len(windows) else None,
    )
    tracks = _tracks(context, settings) if len(windows) else {}
    rows: list[dict[str, Any]] = []
    with TableWriter(context.out / "surfaces.parquet", tables.SURFACES) as writer:
        for window, estimate in _estimates(windows, tracks, method):
            if estimate.surface is not None:
                writer.write(_frame(window.migration, estimate.surface))
            rows.append(_row(window, estimate))
            context.progress(f"surface of {window.animal}", len(rows) / len(windows))
    estimates = pd.DataFrame(rows) if rows else tables.empty(tables.ESTIMATES)
    write_table(estimates, context.out / "estimates.parquet", tables.ESTIMATES)
    n_failed = int((estimates["error"] != "").sum())
    write_json(
        {
            "crs": method.crs,
            "cell_m": method.cell_m,
            "method": settings.method,
            "n_surfaces": len(rows) - n_failed,
            "n_without_surface": n_failed,
        },
        context.out / "surface.json",
    )


def _fixed_variance(settings: Occurrence, species: str | None) -> float | None:
    """Return the motion variance of the species for method ``fmv``."""
    if settings.method != "fmv":
        return None
    value = settings.fmv_m2_min.get(species or "")
    if value is None:
        known = ", ".join(sorted(settings.fmv_m2_min)) or "none"
        raise MethodError(
            Fault(
                "method fmv has no motion variance for the herd's species",
                column="occurrence.fmv_m2_min",
                expected=f"a value for {species!r}",
                got=f"values for: {known}",
                cure="add the species with a published value to occurrence.fmv_m2_min,"
                " or use method bbmm",
            )
        )
    return value


def _tracks(context: StageContext, settings: Occurrence) -> dict[str, Track]:
    """Return the usable fixes of each animal, sorted by time."""
    columns = ["animal", "time_utc", "dop", "flags", "x_m", "y_m"]
    fixes = read_table(context.read("clean", "fixes.parquet"), columns=columns)
    fixes = fixes[(fixes["flags"] == 0) & fixes["x_m"].notna() & fixes["y_m"].notna()]
    fixes = fixes.sort_values(["animal", "time_utc"], kind="stable")
    error = np.full(len(fixes), settings.location_error_m)
    if settings.error_per_dop_m is not None:
        dop = fixes["dop"].to_numpy(dtype=np.float64)
        error = np.where(dop > 0, settings.error_per_dop_m * dop, error)
    fixes = fixes.assign(error_m=error)
    return {
        str(animal): Track(
            group["x_m"].to_numpy(),
            group["y_m"].to_numpy(),
            _microseconds(group["time_utc"]),
            group["error_m"].to_numpy(),
        )
        for animal, group in fixes.groupby("animal", sort=True)
    }


def _microseconds(times: pd.Series) -> npt.NDArray[np.int64]:
    """Return UTC times as microseconds since 1970."""
    naive = times.dt.tz_convert(None).to_numpy(dtype="datetime64[us]")
    return np.asarray(naive, dtype=np.int64)


def _estimates(
    windows: pd.DataFrame, tracks: dict[str, Track], method: Method
) -> Iterator[tuple[Any, Estimate]]:
    """Yield each window and its estimate, in the order of ``windows``.

    The kernels release the interpreter, so threads share the work; only as many surfaces as there
    are threads wait to be written.
    """
    nobody = Track(*(np.empty(0, dtype) for dtype in (float, float, np.int64, float)))
    starts, ends = _microseconds(windows["start_utc"]), _microseconds(windows["end_utc"])
    n_threads = _n_threads()
    waiting: deque[tuple[Any, Future[Estimate]]] = deque()
    with ThreadPoolExecutor(n_threads) as pool:
        for window, start, end in zip(windows.itertuples(), starts, ends, strict=True):
            track = tracks.get(str(window.animal), nobody).within(start, end)
            waiting.append((window, pool.submit(estimate, track, method)))
            if len(waiting) > n_threads:
                window, job = waiting.popleft()
                yield window, job.result()
        while waiting:
            window, job = waiting.popleft()
            yield window, job.result()


def _n_threads() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def estimate(track: Track, method: Method) -> Estimate:
    """Return the surface of one window's fixes, or why there is none."""
    settings = method.settings
    lag = np.diff(track.time_min) if track.x_m.size else np.empty(0)
    n_long = int((lag > method.max_lag_min).sum())
    out = Estimate(
        settings.method,
        n_fixes=int(track.x_m.size),
        n_bridges=int(lag.size) - n_long,
        n_long_lags=n_long,
    )
    if out.n_fixes < settings.min_fixes:
        out.error = f"{out.n_fixes} usable fixes; at least {settings.min_fixes} are needed"
        out.n_bridges = 0
        return out
    if n_long > settings.max_long_lag_frac * lag.size:
        out.error = (
            f"{n_long} of {lag.size} steps are longer than {settings.max_lag_h:g} h; at most"
            f" {settings.max_long_lag_frac:.0%} may be"
        )
        out.n_bridges = 0
        return out
    try:
        out.surface = _surface(track, out, method)
    except MethodError as error:
        out.error = "; ".join(_words(fault) for fault in error.faults)
        out.n_bridges = 0
        return out
    out.mass = out.surface.total
    out.reason += f"; median step {float(np.median(lag)) / 60:.3g} h"
    if n_long:
        out.reason += f"; {n_long} of {lag.size} steps left out: over {settings.max_lag_h:g} h"
    return out


def _surface(track: Track, out: Estimate, method: Method) -> Surface:
    """Return the surface by the configured method; say in ``out`` how."""
    settings = method.settings
    if settings.method == "line":
        out.reason = f"even within {settings.line_buffer_m:g} m of the steps"
        return line_surface(
            track.x_m,
            track.y_m,
            track.time_min,
            crs=method.crs,
            cell_m=method.cell_m,
            max_lag_min=method.max_lag_min,
            buffer_m=settings.line_buffer_m,
        )
    if method.s2_fixed is not None:
        out.s2_m2_min = method.s2_fixed
        out.reason = "motion variance fixed for the species"
    else:
        variance = motion_variance(
            track.x_m,
            track.y_m,
            track.time_min,
            track.error_m,
            max_lag_min=method.max_lag_min,
            form=settings.variance_form,
        )
        out.s2_m2_min = variance.s2_m2_min
        out.reason = (
            f"motion variance from {variance.n_triplets} left-out fixes"
            f" ({settings.variance_form} form)"
        )
    return bridge_surface(
        track.x_m,
        track.y_m,
        track.time_min,
        track.error_m,
        out.s2_m2_min,
        crs=method.crs,
        cell_m=method.cell_m,
        max_lag_min=method.max_lag_min,
        time_tolerance=settings.time_tolerance,
        memory_mb=method.memory_mb,
    )


def _words(fault: Fault) -> str:
    """Return a fault in one line."""
    parts = [fault.what]
    if fault.got is not None:
        parts.append(f"got {fault.got}")
    if fault.cure is not None:
        parts.append(fault.cure)
    return "; ".join(parts)


def _frame(migration: str, surface: Surface) -> pd.DataFrame:
    """Return a surface as rows of SURFACES."""
    return pd.DataFrame(
        {
            "migration": pd.Series([migration], dtype="str").repeat(surface.row.size),
            "row": surface.row,
            "col": surface.col,
            "mass": surface.mass,
        }
    )


def _row(window: Any, estimate: Estimate) -> dict[str, Any]:
    """Return one row of ESTIMATES."""
    return {
        "migration": window.migration,
        "animal": window.animal,
        "season": window.season,
        "part": window.part,
        "method": estimate.method,
        "reason": estimate.reason,
        "s2_m2_min": estimate.s2_m2_min,
        "n_fixes": estimate.n_fixes,
        "n_bridges": estimate.n_bridges,
        "n_long_lags": estimate.n_long_lags,
        "mass": estimate.mass,
        "error": estimate.error,
    }
