"""Rows of the old table seen as stages, until each stage is a package of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from corridors.stages import table

if TYPE_CHECKING:
    from corridors.config.model import Config


@dataclass(frozen=True)
class Unported:
    """A row of the old table under the interface of `registry.Stage`."""

    row: table.Stage

    name = property(lambda self: self.row.name)
    module = property(lambda self: self.row.function.partition(":")[0])
    help = property(lambda self: self.row.help)
    writes = property(lambda self: self.row.writes)
    reads = property(lambda self: self.row.reads)
    inputs = property(lambda self: self.row.inputs)
    version = property(lambda self: self.row.version)
    folder = property(lambda self: self.row.folder or self.row.name)

    instead_of = property(lambda self: "ingest" if self.row.name == "alter" else "")

    @property
    def partition(self) -> Literal["herd", "study"]:
        """As in the table."""
        return self.row.partition

    @property
    def references(self) -> tuple[Any, ...]:
        """Artefacts that it reads, by file, and by field where a package leaves them."""
        from corridors.stages.registry import Reference

        return tuple(
            Reference(
                stage.removeprefix("base/"),
                _field(stage.removeprefix("base/"), file),
                stage.startswith("base/"),
            )
            for stage, files in self.row.reads.items()
            for file in files
        )

    @property
    def results(self) -> Mapping[str, Any]:
        """Artefacts by file, by stem, and the facts."""
        from corridors.stages.registry import Written

        out: dict[str, Written] = {}
        for file in self.row.writes:
            stem = file.rstrip("/").rpartition(".")[0] or file.rstrip("/")
            is_facts = file in {f"{self.row.name}.json", "facts.json"}
            for name in (file, "facts" if is_facts else stem):
                out.setdefault(name, Written(name, None, file, ""))
        return out

    def settings(self, config: Config, herd: str) -> Any:
        """Return the granted sections."""
        return table.sections_of(self.row, config, herd)


def _field(stage: str, file: str) -> str:
    """Return the field of the results of a stage that is ``file``; of an unported one the file."""
    from corridors.stages import registry

    own = stage in registry.ORDER and registry.get(stage)
    if not isinstance(own, registry.Stage):
        return file
    return next(one.field for one in own.results.values() if one.file == file)
