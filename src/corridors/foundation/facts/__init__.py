"""Contracts of the facts that cross a stage border as JSON: one module per stage that writes them.

Like a table's contract: closed, checked where they leave a stage and where they enter another one.
What a stage leaves unset is absent from the file; null is "unknown".
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Facts(BaseModel):
    """Facts of one result."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
