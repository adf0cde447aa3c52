"""Small tables as CSV."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.atlas.sheets import csv_text


def test_a_csv_holds_no_formula_and_leaves_unknown_numbers_empty() -> None:
    frame = pd.DataFrame({"name": ["=1+1", "plain"], "value": [np.nan, 0.1]})
    assert csv_text(frame) == "name,value\n'=1+1,\nplain,0.1\n"
