"""Hand-written rows of every contract, by the name of the contract."""

from __future__ import annotations

from contract.rows import (
    actions,
    barriers,
    behaviour,
    habitat,
    herd,
    movement,
    release,
    scenarios,
    threats,
    zones,
)
from contract.rows.example import Example

EXAMPLES: dict[str, Example] = {
    name: value
    for room in (
        movement,
        herd,
        barriers,
        behaviour,
        habitat,
        threats,
        actions,
        scenarios,
        release,
        zones,
    )
    for name, value in vars(room).items()
    if isinstance(value, Example)
}
