"""What the results behind a release were made from: inputs, settings, code and libraries."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.run import manifest
from corridors.run.layout import StudyLayout
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study

PROGRAM = "corridors"
# It sees where the inputs lie and what animals are called.
_SECRET_SETTINGS = ("ingest",)
_SECRET_KEYS = ("picks",)
_HIDDEN = "data of {herd}"


@dataclass(frozen=True)
class Provenance:
    """What committed results were made from.

    Parameters
    ----------
    inputs
        (what it is called, SHA-256) of each file, sorted; those of a herd itself have no name.
    settings
        Herd -> stage -> what it saw of the configuration.
    code_sha256
        Digest over the code of all stages.
    libraries
        Distribution -> (version, distributions that it needs), of the whole program.
    python
        Version of Python, and the machine's kind.
    """

    inputs: Sequence[tuple[str, str]]
    settings: Mapping[str, Mapping[str, Any]]
    code_sha256: str
    libraries: Mapping[str, tuple[str, tuple[str, ...]]]
    python: str


def provenance(study: Study, herds: Sequence[str], stage: registry.Stage) -> Provenance:
    """Return what the results that a stage reads were made from, as their manifests say."""
    layout = StudyLayout(study)
    names = registry.with_upstream({one.stage for one in stage.references})
    inputs: set[tuple[str, str]] = set()
    settings: dict[str, dict[str, Any]] = {}
    code: dict[str, str] = {}
    for herd in herds:
        hidden = set(_own_files(study, herd))
        for name in names:
            found = manifest.read(layout.folder(registry.get(name), herd))
            if found is None or not found.fingerprint:
                continue
            print_ = found.fingerprint
            code |= print_["code"]
            for configured, files in print_["inputs"].items():
                for file, digest in files.items():
                    called = _HIDDEN.format(herd=herd) if configured in hidden else file
                    inputs.add((called, digest))
            if name not in _SECRET_SETTINGS:
                seen = {
                    key: value
                    for key, value in print_["settings"].items()
                    if key not in _SECRET_KEYS
                }
                settings.setdefault(herd, {})[name] = seen
    whole = json.dumps(code, sort_keys=True).encode()
    return Provenance(
        sorted(inputs),
        settings,
        hashlib.sha256(whole).hexdigest(),
        installed(PROGRAM),
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
    )


def _own_files(study: Study, herd: str) -> Iterator[str]:
    """Yield configured paths of a herd's own data, whose names may be those of animals."""
    one = study.config.herds[herd]
    for source in one.tracks:
        yield source.path
        if source.deployments:
            yield source.deployments
    for drawn in (one.expert_ranges, one.expert_corridors):
        if drawn is not None:
            yield drawn.path
    if one.picks:
        yield one.picks


def installed(name: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return a distribution and all that it needs, with versions, sorted; extras do not count."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        needed = tuple(sorted(_needed(one)))
        found[one] = (importlib.metadata.version(one), needed)
        waiting += needed
    return dict(sorted(found.items()))


def _needed(name: str) -> Iterator[str]:
    from packaging.requirements import Requirement

    for text in importlib.metadata.requires(name) or ():
        one = Requirement(text)
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        try:
            yield importlib.metadata.metadata(one.name)["Name"]
        except importlib.metadata.PackageNotFoundError:
            continue
