"""What the stages of a herd recorded as facts, as far as its report tells of it."""

from __future__ import annotations

from dataclasses import dataclass

from corridors.atlas.words.habitat import tables_instead
from corridors.atlas.words.notes import action_notes, ranking_notes
from corridors.atlas.words.remarks import remarks_in_words
from corridors.foundation.facts.act import ActFacts
from corridors.foundation.facts.circuit import CircuitFacts
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.facts.connect import ConnectFacts, SelectionFacts
from corridors.foundation.facts.delineate import DelineateFacts
from corridors.foundation.facts.describe import DescribeFacts
from corridors.foundation.facts.rank import RankFacts


@dataclass(frozen=True)
class Recorded:
    """Facts of one herd, by the stage that recorded them; ``selection`` is also of `connect`."""

    clean: CleanFacts
    delineate: DelineateFacts
    describe: DescribeFacts
    connect: ConnectFacts
    selection: SelectionFacts
    circuit: CircuitFacts
    rank: RankFacts
    act: ActFacts

    @property
    def notes(self) -> list[str]:
        """What a reader must know; that of the selection model stands with it."""
        return [
            *remarks_in_words(self.delineate.notes),
            *remarks_in_words(self.connect.notes),
            *tables_instead(self.connect.selection_refused),
            *ranking_notes(),
            *action_notes(self.rank),
            *remarks_in_words(self.describe.notes),
        ]
