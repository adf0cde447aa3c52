"""What a result depends on, and in words what of it changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.foundation.errors import Fault, MissingInputError
from corridors.foundation.faults import Faults
from corridors.run import manifest
from corridors.run.code import Code
from corridors.run.digests import Digests
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.run.layout import Layout
    from corridors.stages.registry import Stage

CACHE = ".cache"


def cache_of(study: Study) -> Path:
    """Return the file that remembers digests and references of a study's files."""
    return study.processed / CACHE / "digests.json"


class Fingerprints:
    """Computes the fingerprint of any stage and partition of a study.

    Parameters
    ----------
    study
        The loaded configuration.
    is_fresh
        Look at every file anew, and correct what the cache says of it.
    """

    def __init__(self, study: Study, *, is_fresh: bool = False) -> None:
        self.study = study
        self.digests = Digests(cache_of(study), is_fresh=is_fresh)
        self.code = Code(self.digests)

    def of(
        self, stage: Stage, partition: str, upstream: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Return the fingerprint of one result, ready for JSON.

        Parameters
        ----------
        stage, partition
            Which one.
        upstream
            Stage -> partition -> artefact -> digest, of the artefacts in ``stage.reads``.

        Raises
        ------
        MissingInputError
            A configured input file, or a source of it, is not there; every one is named.
        InputError
            An input refers to something that is no file of this machine.
        """
        module = stage.module
        return {
            "stage": stage.name,
            "partition": partition,
            "version": stage.version,
            "writes": list(stage.writes),
            "settings": canonical(sections(stage.settings(self.study.config, partition))),
            "inputs": self.inputs(stage, partition),
            "upstream": upstream,
            "code": self.code.files(module),
            "libraries": self.code.libraries(module),
        }

    def inputs(self, stage: Stage, partition: str) -> dict[str, dict[str, str]]:
        """Return configured path -> file name -> digest of a stage's input files."""
        found: dict[str, dict[str, str]] = {}
        faults = Faults()
        for configured in registry.inputs_of(stage, self.study.config, partition):
            files = faults.collect(partial(self._input, configured))
            if files is not None:
                found[configured] = files
        faults.raise_any()
        return found

    def _input(self, configured: str) -> dict[str, str]:
        path = self.study.raw_path(configured)
        try:
            return _as_written(configured, path, self.digests.of_input(path))
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            raise MissingInputError(
                Fault(
                    "an input file is missing" if missing else "an input file cannot be read",
                    file=str(error.filename or path),
                    expected=f"the file configured as {configured}",
                    got=None if missing else error.strerror,
                    cure=f"put it there, or correct the path in {self.study.path.name}",
                )
            ) from None


def _as_written(configured: str, path: Path, files: Mapping[str, str]) -> dict[str, str]:
    """Return ``files`` under the name in the configuration: what a variable holds stays out."""
    name = Path(configured).name
    if "${" not in name:
        return dict(files)
    stem = name.removesuffix(path.suffix)
    return {
        stem + file.removeprefix(path.stem) if file.startswith(path.stem) else file: digest
        for file, digest in files.items()
    }


def sections(settings: Any) -> Mapping[str, object]:
    """Return the settings of a stage by field."""
    return {one.name: getattr(settings, one.name) for one in fields(settings)}


def canonical(sections: Mapping[str, object]) -> dict[str, Any]:
    """Return sections as plain JSON values that are equal exactly when the settings are.

    >>> canonical({"cell_m": 50.0, "names": ("a",)})
    {'cell_m': 50.0, 'names': ['a']}
    """
    content: dict[str, Any] = json.loads(json.dumps(sections, default=_plain, sort_keys=True))
    return content


def _plain(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"a setting of type {type(value).__name__} has no JSON form")
    return dump(mode="json", by_alias=True)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return in words why a result with fingerprint ``old`` is not one with ``new``.

    >>> changes({"settings": {"clean": {"dop_max": 10}}}, {"settings": {"clean": {"dop_max": 8}}})
    ['clean.dop_max changed: 10 -> 8']
    """
    if not old:
        return ["its manifest is damaged, or of an earlier version"]
    reasons: list[str] = []
    if old.get("version") != new.get("version"):
        reasons.append(f"stage version {old.get('version')} -> {new.get('version')}")
    if old.get("writes") != new.get("writes"):
        reasons.append("the list of its outputs changed")
    reasons += _settings(old.get("settings", {}), new.get("settings", {}))
    reasons += _files(old.get("inputs", {}), new.get("inputs", {}))
    reasons += _upstream(old.get("upstream", {}), new.get("upstream", {}))
    for path, was, now in _pairs(old.get("code", {}), new.get("code", {})):
        verb = "added" if was is None else "removed" if now is None else "changed"
        reasons.append(f"code {verb}: {path}")
    for name, was, now in _pairs(old.get("libraries", {}), new.get("libraries", {})):
        reasons.append(f"library {name} {was or 'not used'} -> {now or 'not used'}")
    if not reasons and dict(old) != dict(new):
        reasons.append("made by another version of the engine")
    return reasons


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, old and new value of everything that differs, None where it is absent."""
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    was, now = dict(_flat(old)), dict(_flat(new))
    for key, before, after in _pairs(was, now):
        if key not in was:
            yield f"{key} added: {_short(after)}"
        elif key not in now:
            yield f"{key} removed: {_short(before)}"
        else:
            yield f"{key} changed: {_short(before)} -> {_short(after)}"


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted key and value of every leaf."""
    if isinstance(value, Mapping) and value:
        for name, below in value.items():
            yield from _flat(below, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for position, below in enumerate(value):
            yield from _flat(below, f"{key}[{position}]")
    else:
        yield key, value


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _files(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for configured, was, now in _pairs(old, new):
        verb = "added" if was is None else "no longer used" if now is None else "changed"
        names = [name for name, _, _ in _pairs(was or {}, now or {})] if was and now else []
        detail = ", ".join(names) if names and names != [Path(configured).name] else ""
        yield f"input {configured} {verb}" + (f" ({detail})" if detail else "")


def _upstream(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for stage in dict.fromkeys([*new, *old]):
        was, now = old.get(stage, {}), new.get(stage, {})
        for partition, before, after in _pairs(was, now):
            if before is None:
                yield f"herd {partition} joined (upstream {stage})"
            elif after is None:
                yield f"herd {partition} left (upstream {stage})"
            else:
                for name, _, _ in _pairs(before, after):
                    yield f"upstream {stage}/{name} changed"


def upstream_digests(
    layout: Layout, stage: Stage, results: Mapping[tuple[str, str], manifest.Manifest]
) -> dict[str, dict[str, dict[str, str]]]:
    """Return stage -> partition -> file -> digest of exactly the artefacts that ``stage`` reads.

    Parameters
    ----------
    layout, stage
        The stage that reads, and the graph it is in.
    results
        (stage as it reads it, partition) -> manifest.
    """
    found: dict[str, dict[str, dict[str, str]]] = {}
    for reference in stage.references:
        for (key, partition), done in sorted(results.items(), key=lambda item: item[0]):
            if key == reference.text:
                file = layout.supply(reference, stage).file.format(**layout.names(partition))
                below = found.setdefault(reference.key, {}).setdefault(partition, {})
                below |= done.digests((file,))
    return found
