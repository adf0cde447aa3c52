"""What looks wrong in a herd, for `check`: flagged as `clean` flags it, and kept by none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.atlas.words.surveys import sampled_words
from corridors.atlas.words.suspicions import suspicion_lines
from corridors.foundation.artefacts import FixTable, silent
from corridors.run.track_survey import Sample
from corridors.stages import registry
from corridors.stages.clean.cleaning import animals_of, stopped_by
from corridors.stages.clean.flagging import Animal, flag_herd

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from corridors.config.load import Study
    from corridors.foundation.facts.clean import Suspicion

# Of a larger herd `check` flags some animals, with so many fixes: it has to be quick.
_MOST_FIXES, _SAMPLED_FIXES = 2_000_000, 300_000


@dataclass(frozen=True)
class HerdSurvey:
    """What looks wrong in a herd.

    Parameters
    ----------
    herd
        Its name.
    suspicions
        As `clean` records them, of the animals that were looked at.
    remarks
        The same in sentences, and of which animals they tell where that is not all.
    """

    herd: str
    suspicions: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def sample_of(study: Study, herd: str) -> Sample:
    """Return what takes the fixes of a herd that :func:`survey_herd` looks at."""
    most = np.inf if study.config.clean.stop_on else _MOST_FIXES
    return Sample(herd, study.config.herds[herd], most)


def survey_herd(study: Study, herd: str, sample: Sample, animals: Mapping[str, int]) -> HerdSurvey:
    """Return what looks wrong in a herd that `ingest` accepts.

    Parameters
    ----------
    study, herd
        Whose.
    sample
        Of :func:`sample_of`, when all files are read.
    animals
        Fixes of each animal of the herd.

    Raises
    ------
    InputError
        What looks wrong and ``clean.stop_on`` names.
    """
    config = study.config
    settings = registry.get("clean").settings(config, herd)
    fixes: FixTable = sample.fixes.sorted()
    is_cut = sum(animals.values()) > _MOST_FIXES and not config.clean.stop_on
    if is_cut:
        ends = np.cumsum([rows.num_rows for _, rows in fixes.animals(["flags"])])
        fixes = _First(fixes, max(1, int(np.searchsorted(ends, _SAMPLED_FIXES))))
    held = animals_of(fixes)
    remarks = [_of_some(held, animals)] if is_cut else []
    found: list[Suspicion] = flag_herd(held, fixes, settings, silent).suspicions
    stopped_by(found, config.clean.stop_on)
    codes = [one.model_dump(exclude_unset=True) for one in found]
    return HerdSurvey(herd, codes, [*suspicion_lines(found), *remarks])


def _of_some(held: Sequence[Animal], animals: Mapping[str, int]) -> str:
    n_seen = sum(one.flags.size for one in held)
    return sampled_words(n_seen, sum(animals.values()), len(held), len(animals))


class _First(FixTable):
    """The first animals of a table of fixes."""

    def __init__(self, fixes: FixTable, n_animals: int) -> None:
        self._fixes = fixes
        self._n = n_animals

    def animals(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        return islice(self._fixes.animals(columns), self._n)

    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        names = {name for name, _ in self.animals(["animal"])}
        rows = self._fixes.read(columns)
        return rows[rows["animal"].isin(names)]
