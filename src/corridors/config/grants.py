"""What of the configuration a stage may be granted beside whole sections, by name.

A stage's ``Settings`` names what it sees: a field called like a section of the configuration is
that section; ``Annotated[type, "name"]`` is one of :data:`GRANTS`. A result depends on what is
granted and on nothing else, so grants are narrow: a new picks file must not make `ingest` stale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridors.config.model import Config, Publish
    from corridors.config.segmentation import Segment
    from corridors.config.sources import Herd

# Keys of a herd that say nothing about its sources.
_NO_KEY_OF_SOURCES = {
    "picks": None,
    "segment": None,
    "population_size": None,
    "population_source": None,
}
_NOT_A_SOURCE = {**_NO_KEY_OF_SOURCES, "record": None}
# Sources may name animals, and what a stage sees stands in its manifest, beside what is passed on.
_NOT_A_LABEL = {
    **_NO_KEY_OF_SOURCES,
    "tracks": (),
    "expert_ranges": None,
    "expert_corridors": None,
}

# ``publish`` of who makes no pictures of animal-years and no sheets.
_NOT_PUBLISHED: Mapping[str, Any] = {"pictures": "none", "languages": ("en",), "catalogues": {}}

Grant = Callable[["Config", str], object]


def _own(config: Config, herd: str) -> Herd | None:
    return config.herds.get(herd)


def _labels(config: Config, herd: str) -> Herd | None:
    """Return the herd's own section without its sources."""
    own = _own(config, herd)
    return own.model_copy(update=_NOT_A_LABEL) if own else None


def _all_labels(config: Config, _: str) -> dict[str, Herd]:
    """Return every herd's own section without its sources."""
    return {name: one.model_copy(update=_NOT_A_LABEL) for name, one in config.herds.items()}


def _sources(config: Config, herd: str) -> Herd | None:
    """Return the herd's own section with its sources."""
    own = _own(config, herd)
    return own.model_copy(update=_NOT_A_SOURCE) if own else None


def _segment(config: Config, herd: str) -> Segment:
    """Return the keys of `segment` with the herd's own in place of the study's."""
    own = _own(config, herd)
    if own is None or own.segment is None:
        return config.segment
    return config.segment.model_copy(
        update={name: getattr(own.segment, name) for name in own.segment.model_fields_set}
    )


def _all_seasons(config: Config, _: str) -> dict[str, tuple[str, str]]:
    """Return each herd's names of the migration that leaves the winter range and of the other."""
    return {
        name: _segment(config, name).season_names.chosen or ("spring", "autumn")
        for name in config.herds
    }


def _publish_without_pictures(config: Config, _: str) -> Publish:
    """Return the keys of `publish` but which animal-years are drawn, and languages of sheets."""
    return config.publish.model_copy(update=_NOT_PUBLISHED)


def _completeness(config: Config, _: str) -> dict[str, tuple[str, str]]:
    """Return what each source of barriers says of its completeness, and how it knows."""
    return {
        source.name: (source.completeness, source.completeness_note) for source in config.barriers
    }


def _of_herd(key: str) -> Grant:
    """Return the grant of one key of the herd's own section."""

    def value(config: Config, herd: str) -> object:
        return getattr(_own(config, herd), key, None)

    return value


GRANTS: Mapping[str, Grant] = {
    "herd": lambda _, herd: herd,
    "labels": _labels,
    "all labels": _all_labels,
    "sources": _sources,
    "segment of the herd": _segment,
    "all seasons": _all_seasons,
    "publish without pictures": _publish_without_pictures,
    "picks": _of_herd("picks"),
    "memory_mb": lambda config, _: config.working.memory_mb,
    "species": _of_herd("species"),
    "population_size": _of_herd("population_size"),
    "population_source": _of_herd("population_source"),
    "location_error_m": lambda config, _: config.occurrence.location_error_m,
    "error_per_dop_m": lambda config, _: config.occurrence.error_per_dop_m,
    "priors": lambda config, _: config.rank.priors,
    "trials": lambda config, _: config.intersect.trials,
    "units": lambda config, _: config.intersect.trials.units,
    "prior_trials": lambda config, _: config.rank.prior_trials,
    "barrier_completeness": _completeness,
}


def granted(name: str, grant: str | None, config: Config, herd: str) -> Any:
    """Return the value of a field of a stage's settings.

    Parameters
    ----------
    name
        Of the field; a section where ``grant`` is None.
    grant
        Name in :data:`GRANTS`.
    config, herd
        The study's configuration and the herd, or the whole study's partition.
    """
    return getattr(config, name) if grant is None else GRANTS[grant](config, herd)
