"""What was up to date at an earlier look and has not been touched since, told without reading it.

A full look reads the manifest of each result and compares all that it depends on. Most looks find
hundreds of herds as they were: then the stamps of their files tell as much, and much sooner.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from corridors.foundation.errors import InputError, MissingInputError
from corridors.run.digests import SETTLED_NS, Digests

if TYPE_CHECKING:
    from corridors.run.fingerprint import Fingerprints
    from corridors.run.layout import Layout
    from corridors.stages.registry import Stage

_BEGIN = "up to date: "


class Untouched:
    """Knows of which partitions every result was up to date, and in which state.

    Parameters
    ----------
    prints, layout
        Of the study.
    judge
        Name of the module that says what is up to date.
    """

    def __init__(self, prints: Fingerprints, layout: Layout, judge: str) -> None:
        self.prints, self.layout, self.judge = prints, layout, judge

    def state(self, stages: Sequence[Stage], partition: str, upstream: Sequence[str]) -> str | None:
        """Return what differs as soon as anything that the results depend on does.

        Parameters
        ----------
        stages, partition
            The results.
        upstream
            States of the partitions that they read besides their own.

        Returns
        -------
        str or None
            None where it cannot be told: an input is missing, a result is not there, or a file
            was written just now and might be once more without another time stamp.
        """
        digest = hashlib.sha256("\n".join((self._common, partition, *upstream)).encode())
        try:
            for stage in stages:
                inputs = self.prints.inputs(stage, partition)
                digest.update(json.dumps([stage.name, inputs], sort_keys=True).encode())
                folder = self.layout.folder(stage, partition)
                newest = 0
                for name, state in _files(str(folder)):
                    newest = max(newest, state.st_mtime_ns)
                    stamp = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
                    digest.update(f"{name}\0{stamp}\n".encode("utf-8", "surrogateescape"))
                if time.time_ns() - newest <= SETTLED_NS:
                    return None
        except (MissingInputError, InputError, OSError):
            return None
        return digest.hexdigest()

    def is_known(self, partition: str, state: str | None) -> bool:
        """Return whether all was up to date when the state was this one."""
        if state is None:
            return False
        return self.prints.digests.made.get(_name(partition), {}).get("state") == state

    def remember(self, partition: str, state: str | None) -> None:
        """Keep in mind that all is up to date in this state."""
        if state is not None:
            self.prints.digests.remember(_name(partition), state, lambda: True)

    @cached_property
    def _common(self) -> str:
        """All that results of every partition depend on: configuration, code and libraries."""
        code = self.prints.code
        modules = [__name__, self.judge, *(one.module for one in self.layout.stages)]
        content = [
            self.prints.study.config.model_dump_json(by_alias=True),
            [[one.name, one.version, list(one.writes)] for one in self.layout.stages],
            [[code.files(module), code.libraries(module)] for module in modules],
        ]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def forget(digests: Digests) -> None:
    """Forget what was up to date: files may be damaged where no stamp shows it."""
    digests.forget(_BEGIN)


def _name(partition: str) -> str:
    return _BEGIN + partition


def _files(folder: str, below: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Yield name and state of every file in a folder, in the order of their names."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir():
            yield from _files(entry.path, f"{below}{entry.name}/")
        else:
            yield below + entry.name, entry.stat()
