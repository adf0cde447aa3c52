"""A herd's report: every value that the page shows, from tables and recorded facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from corridors.atlas import fact_sheet, facts
from corridors.atlas.decision import decision_values
from corridors.atlas.figures import written
from corridors.atlas.products import LeftOut
from corridors.atlas.recorded import Recorded
from corridors.atlas.report_actions import action_values, barrier_values
from corridors.atlas.report_bottlenecks import bottleneck_values
from corridors.atlas.report_habitat import habitat_values
from corridors.atlas.report_network import network_values
from corridors.atlas.report_places import place_values
from corridors.atlas.report_record import StatedRecord, record_values
from corridors.atlas.report_zones import zone_values
from corridors.atlas.transboundary import border_values
from corridors.atlas.words.animal_years import YearLimits
from corridors.atlas.words.migrations import stop_words
from corridors.atlas.words.remarks import remark_words
from corridors.atlas.words.surfaces import no_surface_words
from corridors.atlas.words.suspicions import Row, suspicion_rows, unclassified_row
from corridors.foundation.track import usable
from corridors.foundation.vocabulary import CORRIDOR_CLASSES

# More displacement pictures than this stay outside the page, so that it opens quickly.
N_PICTURES = 60


@dataclass(frozen=True)
class Heading:
    """Who and what the report is about."""

    herd: str
    species: str
    study: str
    author: str
    simulated: bool
    tier: str
    version: str
    profile: str = "corrected"
    title: str = ""

    @property
    def called(self) -> str:
        """What people call the herd: the title of its record, else its name."""
        return self.title or self.herd


@dataclass(frozen=True)
class Evidence:
    """Everything a report is made from.

    Parameters
    ----------
    tables
        Artefact name -> rows: ``fixes migrations animal_years estimates corridors stopovers
        ranges sufficiency skill legs modelled segments crossings observed border_report
        border_crossings national_shares threats threat_segments behaviour_segments``.
    recorded
        Facts.
    settings
        Section -> rows of (key, value, meaning).
    left_out
        Layers that were not published.
    limits
        What an animal's year needs to have a class.
    min_bottleneck_units
        Independent units that a bottleneck needs.
    map_png, threat_png, sample_png
        Pictures; None where there is nothing to draw.
    place_maps
        Place -> PNG of the places on the first page.
    displacement
        (caption, PNG) of the first animal-years, at most :data:`N_PICTURES`.
    n_more_pictures
        Animal-years whose picture is not among them.
    towns
        The nearest towns in words.
    record
        What the inventory says of the population.
    languages
        Other languages in which there are sheets: code, and what its speakers call it.
    """

    tables: Mapping[str, pd.DataFrame]
    recorded: Recorded
    settings: Mapping[str, list[tuple[str, str, str]]]
    left_out: list[LeftOut]
    limits: YearLimits
    min_bottleneck_units: int
    map_png: bytes | None = None
    threat_png: bytes | None = None
    place_maps: Mapping[str, bytes] = field(default_factory=dict)
    has_surface: bool = False
    displacement: list[tuple[str, bytes]] = field(default_factory=list)
    n_more_pictures: int = 0
    sample_png: bytes | None = None
    towns: list[str] = field(default_factory=list)
    record: StatedRecord | None = None
    languages: Sequence[tuple[str, str]] = ()


def page(heading: Heading, evidence: Evidence) -> dict[str, Any]:
    """Return the values of ``report.html.jinja``."""
    internal = heading.tier == "internal"
    places = place_values(evidence.tables, evidence.recorded)
    return {
        **masthead(heading),
        "is_peer": heading.profile == "usgs",
        "files": {"package": f"{heading.herd}.gpkg", "project": f"{heading.herd}.qgz"},
        "map": evidence.map_png,
        "towns": evidence.towns,
        "languages": evidence.languages,
        "threat_chart": evidence.threat_png,
        "has_surface": evidence.has_surface,
        "displacement": [
            {"caption": caption, "png": png} for caption, png in evidence.displacement
        ],
        "n_more_pictures": evidence.n_more_pictures,
        "left_out": evidence.left_out,
        "settings": [{"name": name, "rows": rows} for name, rows in evidence.settings.items()],
        "suspicions": _suspicions(evidence),
        "is_internal": internal,
        **record_values(evidence.record, evidence.tables),
        **_herd(evidence),
        **_areas(evidence.tables),
        **_sample(evidence, internal=internal),
        **places,
        **decision_values(
            evidence.tables,
            places["places"],
            evidence.place_maps,
            n_ranked=places["n_ranked"],
            is_internal=internal,
        ),
        **bottleneck_values(
            evidence.tables,
            n_units=evidence.recorded.rank.n_units,
            min_units=evidence.min_bottleneck_units,
        ),
        **_crossings(evidence.tables),
        **border_values(evidence.tables),
        **zone_values(evidence.tables),
        **action_values(evidence.tables, evidence.recorded),
        **barrier_values(evidence.tables),
        **habitat_values(evidence.tables, evidence.recorded),
        **network_values(evidence.tables, evidence.recorded),
        **_method(evidence, internal=internal),
    }


def _suspicions(evidence: Evidence) -> list[Row]:
    unknown = unclassified_row(evidence.tables["animal_years"], evidence.limits)
    found = suspicion_rows(evidence.recorded.clean.suspicions)
    return [*([unknown] if unknown else []), *found]


def masthead(heading: Heading) -> dict[str, Any]:
    """Return what every page of the herd begins and ends with."""
    return {
        "herd": heading.herd,
        "called": heading.called,
        "species": heading.species,
        "study": heading.study,
        "author": heading.author,
        "simulated": heading.simulated,
        "tier": heading.tier,
        "version": heading.version,
    }


def _herd(evidence: Evidence) -> dict[str, Any]:
    tables, clean = evidence.tables, evidence.recorded.clean
    years, migrations = tables["animal_years"], tables["migrations"]
    moves = migrations[migrations["part"] == "migration"]
    interval = facts.median_interval_h(tables["fixes"])
    times = usable(tables["fixes"])["time_utc"]
    tracked = [times.min(), times.max()] if len(times) else []
    moved = years[years["class"].isin(["migrant", "mixed_migrant", "disperser"])]
    return {
        "tracked": tracked,
        "years": " – ".join(written(time, "date") for time in tracked),
        "n_animals": clean.n_animals,
        "n_fixes": clean.n_fixes,
        "n_usable": clean.n_usable,
        "interval_h": interval if interval == interval else None,
        "n_migrations": len(moves),
        "n_migrants": moves["animal"].nunique(),
        "distance": facts.spread_of(moved["range_distance_km"]),
        "classes": facts.class_counts(years),
        "seasons": facts.season_facts(migrations, evidence.recorded.describe.stays),
        "flags": facts.flag_counts(clean.flags),
    }


def _areas(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    corridors = pd.concat([tables["corridors"], tables["modelled"]], ignore_index=True)
    rows = facts.areas(corridors) if len(corridors) else []
    stopovers = tables["stopovers"]
    # One season at a time: stopovers of spring and autumn overlap.
    season = next((s for s in ("all", "spring", "autumn") if (stopovers["season"] == s).any()), "")
    shown = stopovers[stopovers["season"] == season]
    return {
        "areas": rows,
        "corridor": rows[0] if rows else None,
        "stopover_km2": float(shown["area_km2"].sum()) if len(shown) else None,
        "n_stopovers": len(shown),
        "stopover_season": season,
        "ranges": facts.range_areas(tables["ranges"]),
    }


def _sample(evidence: Evidence, *, internal: bool) -> dict[str, Any]:
    found = evidence.recorded.describe
    skill = evidence.tables["skill"].sort_values(["animal", "corridor_class"], kind="stable")
    return {
        "measures": fact_sheet.measure_rows(found),
        "stop_words": stop_words(evidence.tables["legs"]),
        "sample_words": fact_sheet.sufficiency_words(found.sufficiency.get("all")),
        "sample_chart": evidence.sample_png,
        "skill": [
            {
                "corridor_class": name,
                "n_needed": held.n_needed,
                "n_animals": held.n_animals,
                "fixes": fact_sheet.share_span(held.fixes_inside),
                "mass": fact_sheet.share_span(held.mass_inside),
                "area": fact_sheet.span(held.area_km2),
            }
            for name in CORRIDOR_CLASSES
            if (held := found.skill.get(name))
        ],
        "animal_skill": facts.records(skill) if internal else [],
        "fidelity": [
            {
                "season": season,
                "n_pairs": overlap.n_pairs,
                "n_animals": overlap.n_animals,
                "bhattacharyya": fact_sheet.span(overlap.bhattacharyya),
                "intersection": fact_sheet.span(overlap.intersection),
            }
            for season, overlap in sorted(found.fidelity.items(), reverse=True)
        ],
    }


def _crossings(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    segments, crossings, observed = tables["segments"], tables["crossings"], tables["observed"]
    per_segment = crossings.groupby("segment")[["observed", "expected_per_year"]].sum()
    joined = segments.drop(columns="geometry").join(per_segment, on="segment")
    kinds = []
    for kind, rows in joined.groupby("kind", sort=True):
        kinds.append(
            {
                "kind": kind,
                "n_segments": len(rows),
                "km": float(rows["length_m"].sum()) / 1000.0,
                "observed": int(rows["observed"].fillna(0).sum()),
                "expected": float(rows["expected_per_year"].fillna(0.0).sum()),
            }
        )
    months = facts.months_table(observed) if len(observed) else []
    return {"crossing_kinds": kinds, "crossing_months": months}


def _method(evidence: Evidence, *, internal: bool) -> dict[str, Any]:
    tables, clean = evidence.tables, evidence.recorded.clean
    estimates = tables["estimates"]
    failed = estimates[estimates["error"] != ""]
    notes = evidence.recorded.notes
    if not internal:
        kept = facts.without_names(notes, tables["fixes"]["animal"].unique())
        n_dropped = len(notes) - len(kept)
        notes = kept
        if n_dropped:
            notes.append(f"notes left out because they may name an animal: {n_dropped}")
    return {
        "crs": clean.crs,
        "cell_m": clean.cell_m,
        "cell_reason": remark_words(clean.cell_reason),
        "methods": facts.methods(estimates),
        "notes": notes,
        "n_failures": len(failed),
        "failures": (
            [
                (f"{row['animal']}, {row['season']}", no_surface_words(row))
                for row in facts.records(failed.sort_values("migration"))
            ]
            if internal
            else []
        ),
    }
