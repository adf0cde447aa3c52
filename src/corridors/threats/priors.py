"""Prior permeability of barrier classes: the packaged table and the study's own values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from io import StringIO

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def _packaged() -> pd.DataFrame:
    text = files("corridors.threats").joinpath("priors.csv").read_text(encoding="utf-8")
    return pd.read_csv(StringIO(text), keep_default_na=False).astype({"permeability": "float64"})


def packaged() -> pd.DataFrame:
    """Return the packaged priors: ``kind class permeability label basis``.

    ``permeability`` is the mean share of encounters that pass; class "" is the kind's default.
    ``basis`` says where a number comes from; nearly all are proposals, not published values.

    Examples
    --------
    >>> table = packaged().set_index(["kind", "class"])
    >>> float(table.loc[("fence", "fence_livestock"), "permeability"])
    0.5
    """
    return _packaged().copy()


def prior_table(
    kinds: pd.Series, classes: pd.Series, *, overrides: Mapping[str, float]
) -> pd.DataFrame:
    """Return the prior of each barrier segment, aligned with ``kinds``.

    Parameters
    ----------
    kinds, classes
        Kind and class of each segment; class "" is unknown.
    overrides
        Class -> mean permeability, instead of the packaged one.

    Returns
    -------
    DataFrame
        ``permeability`` (0...1), ``key`` (kind/class of the row of the table that was used) and
        ``basis``. A class that the table does not know falls back to its kind, and a kind to
        ``other``; ``key`` shows it.

    Examples
    --------
    >>> kinds, classes = pd.Series(["road", "road"]), pd.Series(["primary", "causeway"])
    >>> prior_table(kinds, classes, overrides={})[["permeability", "key"]].values.tolist()
    [[0.4, 'road/primary'], [0.5, 'road/']]
    """
    table = packaged()
    known = set(zip(table["kind"], table["class"], strict=True))
    pairs = list(zip(kinds.astype(str), classes.astype(str), strict=True))
    used = [
        pair if pair in known else (pair[0], "") if (pair[0], "") in known else ("other", "")
        for pair in pairs
    ]
    rows = table.set_index(["kind", "class"])
    mean = rows["permeability"].to_dict()
    basis = rows["basis"].to_dict()
    return pd.DataFrame(
        {
            "permeability": [
                float(overrides.get(own, mean[pair]))
                for (_, own), pair in zip(pairs, used, strict=True)
            ],
            "key": [
                f"{kind}/{own}" if own in overrides else "/".join(pair)
                for (kind, own), pair in zip(pairs, used, strict=True)
            ],
            "basis": [
                "stated in the configuration" if own in overrides else basis[pair]
                for (_, own), pair in zip(pairs, used, strict=True)
            ],
        },
        index=kinds.index,
    ).astype({"permeability": "float64", "key": str, "basis": str})
