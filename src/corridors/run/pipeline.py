"""A pipeline file: which stages and herds of which study run together, and where."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from corridors.config.load import absolute, load_model
from corridors.config.section import NotNegative, Section
from corridors.stages.registry import ORDER


class Pipeline(Section):
    """What ``corridors run PIPELINE.yaml`` runs; command-line options go first."""

    config: str = Field("config.yaml", description="configuration, relative to this file")
    stages: tuple[str, ...] = Field((), description="only these stages; empty: all")
    herds: tuple[str, ...] = Field((), description="only these herds; empty: all, and the atlas")
    scheduler: str = Field(
        "processes", description="serial, processes or the address of a Dask scheduler"
    )
    workers: int | None = Field(None, ge=1, description="worker processes; null: one per CPU")
    wait_s: NotNegative = Field(0.0, description="wait so long for another run to end, s")

    @field_validator("stages")
    @classmethod
    def _known_stages(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in names if name not in ORDER]
        if unknown:
            raise ValueError(f"no such stage: {', '.join(unknown)}; known: {', '.join(ORDER)}")
        return names

    def config_path(self, pipeline: Path) -> Path:
        """Return the configuration that a pipeline file at ``pipeline`` names."""
        return absolute(self.config, pipeline.absolute().parent)


def load_pipeline(path: Path) -> Pipeline:
    """Return the pipeline in ``path``; faults as in :func:`corridors.config.load.load`."""
    return load_model(path, Pipeline)
