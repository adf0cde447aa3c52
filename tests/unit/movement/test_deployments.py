"""Fixes outside the time that an animal wore its collar."""

from __future__ import annotations

import pandas as pd

from corridors.movement.deployments import outside_deployment


def test_each_animal_is_held_against_its_own_deployments_whatever_the_order_of_rows() -> None:
    time = pd.Series(pd.to_datetime(["2020-01-04", "2020-01-02", "2020-01-02"], utc=True))
    time.index = pd.Index([7, 3, 5])
    animal = pd.Series(["Bek", "Aza", "Bek"], index=time.index)
    day = pd.Series(pd.to_datetime(["2020-01-03", "2020-01-01", None, "2020-01-01"], utc=True))
    out = outside_deployment(
        animal, time, pd.Series(["Bek", "Aza", "Nobody", "Aza"]), day, day.where(day.index != 0)
    )
    assert out.tolist() == [False, True, True]
