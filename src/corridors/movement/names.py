"""Ids and file names made from animals' names, which may hold anything."""

from __future__ import annotations

import hashlib
import re
import unicodedata


def safe_name(name: str) -> str:
    """Return ``name`` reduced to a-z, 0-9 and hyphens, at most 40 characters, never empty.

    Different names may give the same result: put a digest beside it.

    Examples
    --------
    >>> safe_name("../Ö 7/=cmd"), safe_name("羊")
    ('o-7-cmd', 'animal')
    """
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].strip("-") or "animal"


def digest(*parts: object) -> str:
    """Return ten hexadecimal digits that depend on every part and on where it ends."""
    text = "".join(f"{len(str(part))}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def migration_id(herd: str, animal: str, bio_year: int, season: str, ordinal: int) -> str:
    """Return the id of a window: readable, safe in paths, and unique to its content.

    Parameters
    ----------
    herd, animal, bio_year, season
        What it is about.
    ordinal
        1 for the first window of this season in this biological year, then 2, 3 ...

    Notes
    -----
    Dates are left out on purpose: a window that is closed by later data keeps its id.

    Examples
    --------
    >>> migration_id("upper-green", "mm_317", 2007, "spring", 1)
    'mm-317_2007_spring_14722abaee'
    """
    number = "" if ordinal == 1 else str(ordinal)
    code = digest(herd, animal, bio_year, season, ordinal)
    return f"{safe_name(animal)}_{bio_year}_{season}{number}_{code}"


def picture_name(animal: str, bio_year: int) -> str:
    """Return the file name of an animal-year's picture."""
    return f"{safe_name(animal)}_{bio_year}_{digest(animal, bio_year)}.png"
