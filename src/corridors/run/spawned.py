"""Fresh processes, and who started them: only these may be killed when a run gives up."""

from __future__ import annotations

from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any


class Spawned(SpawnContext):
    """Starts processes as `multiprocessing` does and remembers them."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[SpawnProcess] = []

    def Process(self, *given: Any, **named: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802 - its name
        """Return a process that is yet to be started."""
        process = SpawnProcess(*given, **named)
        self.started.append(process)
        return process

    def kill(self) -> None:
        """Kill every process that was started here and still runs."""
        for process in self.started:
            if process.is_alive():
                process.kill()
