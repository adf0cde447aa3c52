"""GPS tracks of migratory ungulates into migration corridors and ranked threats.

From Python, `load` gives a study whose results are tables by name, and the other names are the
science one step at a time, see :mod:`corridors.notebook`. Each is imported when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridors.notebook.sources import barrier_layer as barrier_layer
    from corridors.notebook.sources import fixes as fixes
    from corridors.notebook.study import LoadedStudy as LoadedStudy
    from corridors.notebook.study import load as load
    from corridors.notebook.verbs import clean as clean
    from corridors.notebook.verbs import corridor as corridor
    from corridors.notebook.verbs import crossings as crossings
    from corridors.notebook.verbs import occurrence as occurrence
    from corridors.notebook.verbs import rank as rank
    from corridors.notebook.verbs import segment as segment

__version__ = "0.1.0"

# Name -> module of the room `notebook`; a name that a room of the package has cannot be here.
_PLACES = {
    "LoadedStudy": "study",
    "barrier_layer": "sources",
    "clean": "verbs",
    "corridor": "verbs",
    "crossings": "verbs",
    "fixes": "sources",
    "load": "study",
    "occurrence": "verbs",
    "rank": "verbs",
    "segment": "verbs",
}
__all__ = [
    "LoadedStudy",
    "__version__",
    "barrier_layer",
    "clean",
    "corridor",
    "crossings",
    "fixes",
    "load",
    "occurrence",
    "rank",
    "segment",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.notebook.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
