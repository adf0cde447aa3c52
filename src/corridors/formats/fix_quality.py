"""What vendors say about the quality of a fix."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.row_faults import RowFaults
from corridors.foundation.arrays import Flags, Indices

_TRUE = ("true", "t", "1", "1.0", "yes", "y")
_FALSE = ("false", "f", "0", "0.0", "no", "n", "")
_NONE = re.compile(
    r"no|none|0|1|[01]\.0+|no[ _-]?(fix|sats?|satellites?|position|gps).*|"
    r".*\b(fail|failed|failure|unresolved|timed? ?out|invalid|unsuccessful|not fixed)\b.*",
)
_DIGITS = re.compile(r"([23])(\.0+)?")
# Location classes of Argos: Doppler positions, hundreds of metres to many kilometres wrong.
_ARGOS = frozenset(("0", "1", "2", "3", "a", "b", "z", "g"))
_ARGOS_ONLY = frozenset("abz")


def fix_types(words: Mapping[str, int]) -> tuple[dict[str, str], dict[str, int], dict[str, int]]:
    """Return what vendors' words for a fix mean.

    Parameters
    ----------
    words
        Every word of a column, and how often it is there.

    Returns
    -------
    meanings : dict
        Word: ``3d``, ``2d``, ``none`` or "" (not stated). Where the words are location classes of
        Argos, G (a GPS fix) is ``3d``, the classes 3, 2 and 1 are ``2d``, as they are less exact,
        and 0, A, B and Z ``none``.
    unknown : dict
        Words that are not understood: how often.
    argos : dict
        Location classes of Argos: how often; empty where the column has other words.

    Examples
    --------
    >>> fix_types({"3D-V Fix": 2, "val. GPS-2D": 1, "1.0": 1, "QFP": 1})[:2]
    ({'3D-V Fix': '3d', 'val. GPS-2D': '2d', '1.0': 'none', 'QFP': ''}, {'QFP': 1})
    >>> fix_types({"3": 1, "B": 2})[0]
    {'3': '2d', 'B': 'none'}
    """
    folded = {word: word.strip().casefold() for word in words}
    said = {word for word in folded.values() if word}
    if said & _ARGOS_ONLY and said <= _ARGOS:
        classes = {"g": "3d", "3": "2d", "2": "2d", "1": "2d", "": ""}
        meanings = {word: classes.get(plain, "none") for word, plain in folded.items()}
        return meanings, {}, {w: words[w] for w in sorted(words) if folded[w]}
    meanings = {word: _meaning(plain) for word, plain in folded.items()}
    unknown = {w: words[w] for w in sorted(words) if folded[w] and not meanings[w]}
    return meanings, unknown, {}


def _meaning(word: str) -> str:
    if _NONE.fullmatch(word):
        return "none"
    digits = _DIGITS.fullmatch(word)
    if digits is not None:
        return f"{digits[1]}d"
    for kind in ("3d", "2d"):
        if kind in word or kind[0] + "-d" in word:
            return kind
    return ""


def marks(column: pa.Array, rows: Indices, name: str, faults: RowFaults) -> tuple[Flags, Flags]:
    """Return where a column of yes/no words says yes, and where it says anything; empty is no."""
    if pa.types.is_boolean(column.type):
        said = column.is_valid().to_numpy(zero_copy_only=False)
        return pc.fill_null(column, fill_value=False).to_numpy(zero_copy_only=False), said
    coded = column.cast(pa.string()).dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    words = ["" if w is None else w.strip() for w in coded.dictionary.to_pylist()] + [""]
    folded = [word.casefold() for word in words]
    yes = np.array([word in _TRUE for word in folded])[codes]
    no = np.array([word in _FALSE for word in folded])[codes]
    wrong = ~(yes | no)
    if wrong.any():
        faults.add(
            "neither true nor false",
            wrong,
            rows,
            np.array(words, dtype=object)[codes],
            column=name,
            expected="true or false",
            cure="correct the rows, or leave this column out of the mapping",
        )
    return np.asarray(yes), np.asarray([word != "" for word in folded])[codes]
