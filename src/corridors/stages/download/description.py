"""What is written beside the layers of a herd: ISO 19139 metadata and a plain README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corridors import __version__
from corridors.atlas.pages import render
from corridors.atlas.words import download as words
from corridors.atlas.words.record import NOT_STATED, evidence_words, status_words
from corridors.atlas.words.stamps import data_label
from corridors.stages.download.herd_products import HerdProducts
from corridors.stages.download.stage import Asked, Settings
from corridors.stages.release.shared_ground import TRACKED

_FORMATS = (("ESRI Shapefile", "1.0"), ("GeoPackage", "1.3"), ("GeoParquet", "1.1.0"))


@dataclass(frozen=True)
class Description:
    """What is said of the layers of a herd.

    Parameters
    ----------
    title, abstract
        In words.
    metadata_xml, readme
        Files of their own.
    labels
        Name -> value, which layers of the GeoPackage carry.
    """

    title: str
    abstract: str
    metadata_xml: str
    readme: str
    labels: Mapping[str, str]


def described(one: HerdProducts, settings: Settings, asked: Asked) -> Description:
    """Return what is written beside the layers of a herd."""
    record, tier = one.record, one.tier
    months = settings.release.public.delay_months
    limitation = words.tier_words(tier.name, tier.min_animals, tier.grid_m, months)
    title = words.title_words(one.title, simulated=one.simulated)
    abstract = words.abstract_words(one.species, list(one.layers), limitation)
    lineage = words.lineage_words(
        is_tracked=any(
            "evidence" in frame and bool((frame["evidence"] == TRACKED).any())
            for frame in one.layers.values()
        ),
        has_barriers="barriers" in one.layers,
        version=__version__,
    )
    fields = {name: list(frame.columns) for name, frame in one.layers.items()}
    stated = {
        "Species": one.species,
        "Status": status_words(record.status, record.status_since),
        "Evidence": evidence_words(record.evidence),
        "Data holder": record.holder,
        "Licence": record.licence,
        "Citation": record.citation,
        "Contact": ", ".join(record.contacts),
        "Released": asked.day.isoformat(),
        "Study": settings.study.title,
    }
    paragraphs = [abstract, lineage]
    if tier.grid_m is not None:
        paragraphs.append(words.grid_words(tier.grid_m, one.crs))
    columns = dict.fromkeys(name for names in fields.values() for name in names)
    xml = render(
        __package__,
        "metadata.xml.jinja",
        {
            "identifier": f"{one.herd}-{tier.name}-{asked.day.isoformat()}",
            "title": title,
            "abstract": abstract,
            "lineage": lineage,
            "limitation": limitation,
            "licence": record.licence or NOT_STATED,
            "citation": record.citation,
            "holder": record.holder or NOT_STATED,
            "mails": [contact for contact in record.contacts if "@" in contact],
            "day": asked.day.isoformat(),
            "keywords": ["animal migration", "migration corridor", one.species],
            "formats": _FORMATS,
            "resolution_m": tier.grid_m,
            "bounds": [f"{bound:.6f}" for bound in one.bounds_deg],
            "fields": "\n".join(words.field_lines(list(columns))),
        },
    )
    return Description(
        title,
        abstract,
        xml.lstrip() + "\n",
        words.readme(title, stated, paragraphs, fields),
        {
            "herd": one.herd,
            "species": one.species,
            "label": data_label(simulated=one.simulated),
            "tier": limitation,
            "licence": record.licence or NOT_STATED,
            "made with": f"corridors {__version__}",
        },
    )
