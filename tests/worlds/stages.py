"""What a stage needs to run in a test: its settings as a configuration would grant them."""

from __future__ import annotations

from typing import Any

from corridors.config.model import Config
from corridors.stages import registry


def settings(name: str, herd: str = "h", **sections: Any) -> Any:
    """Return the settings of a stage of a run, from sections as they stand in a configuration."""
    return registry.get(name).settings(Config.model_validate(sections), herd)
