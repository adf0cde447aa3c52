"""Compare two folders of results file by file: `python scripts/same_bytes.py BEFORE AFTER`.

Manifests, caches and logs are left out. A GeoPackage is a database whose pages must be equal too,
and is compared like any file. Exit code 1 with a line for each file that differs, is new or gone.
"""

from __future__ import annotations

import sys
from pathlib import Path

_NOT_RESULTS = {"manifest.json"}
_NOT_RESULT_FOLDERS = {".cache", ".staging", ".lock", ".log"}


def files(folder: Path) -> dict[str, Path]:
    """Return path below ``folder`` -> file of every result."""
    found = {}
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if _NOT_RESULT_FOLDERS.intersection(parts) or path.name in _NOT_RESULTS:
            continue
        if path.is_file() and path.suffix != ".lock":
            found["/".join(parts)] = path
    return found


def differences(before: Path, after: Path) -> list[str]:
    """Return a line for each result that is not the same in both folders."""
    old, new = files(before), files(after)
    lines = [f"gone: {name}" for name in sorted(old.keys() - new.keys())]
    lines += [f"new: {name}" for name in sorted(new.keys() - old.keys())]
    for name in sorted(old.keys() & new.keys()):
        if old[name].read_bytes() != new[name].read_bytes():
            lines.append(f"differs: {name}")
    return lines


def main() -> None:
    """Print what differs."""
    before, after = map(Path, sys.argv[1:])
    if not before.is_dir() or not after.is_dir():
        sys.exit("usage: same_bytes.py BEFORE AFTER, two folders that exist")
    lines = differences(before, after)
    for line in lines:
        print(line)
    print(f"{len(files(after))} files, {len(lines)} not the same")
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
