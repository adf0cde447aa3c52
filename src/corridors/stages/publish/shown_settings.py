"""The settings that a report lists, as text."""

from __future__ import annotations

from pydantic import BaseModel

from corridors.stages.publish.stage import Settings

Row = tuple[str, str, str]


def shown_settings(settings: Settings) -> dict[str, list[Row]]:
    """Return section -> rows of key, value and meaning."""
    sections: dict[str, BaseModel] = {
        "profile": settings.profile,
        "clean": settings.clean,
        "segment": settings.segment,
        "occurrence": settings.occurrence,
        "delineate": settings.delineate,
        "describe": settings.describe,
        "habitat": settings.habitat,
        "intersect": settings.intersect,
        "behave": settings.behave,
        "circuit": settings.circuit,
        "rank": settings.rank,
        "act": settings.act,
    }
    return {name: _rows(section) for name, section in sections.items()}


def _rows(section: BaseModel) -> list[Row]:
    return [
        (key, _words(getattr(section, key)), field.description or "")
        for key, field in type(section).model_fields.items()
    ]


def _words(value: object) -> str:
    if isinstance(value, BaseModel):
        return str(value.name) if hasattr(value, "name") else _words(dict(value))
    if isinstance(value, tuple | list):
        return ", ".join(_words(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items()) or "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else str(value)
