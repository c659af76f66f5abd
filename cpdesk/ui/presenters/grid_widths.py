"""Widths of grid columns that a person dragged, kept in the settings from day to day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from cpdesk.base.settings import Settings
from cpdesk.forms.session import Session

SETTING: Final = "grid_columns"
_GRIDS_MAX: Final = 200
"""So many grids are remembered, those that were dragged last."""
_WIDTHS_PX: Final = range(24, 2001)


def width_key(session: Session, repeat: str) -> str:
    """What the widths of a grid are kept under: the same for all surveys of a form, and all items around the grid."""
    return f"{session.form.id}:{session.definition(repeat).path}"


def read_widths(settings: Settings) -> dict[str, tuple[int, ...]]:
    """The widths by their keys, px; what is not readable is as good as not kept."""
    try:
        kept = json.loads(str(settings.get(SETTING)) or "{}")
    except ValueError:
        return {}
    found = kept.items() if isinstance(kept, dict) else ()
    return {key: tuple(each) for key, each in found if isinstance(each, list) and all(_is_width(px) for px in each)}


def with_widths(kept: Mapping[str, tuple[int, ...]], key: str, widths: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """The widths with those of one grid, which now comes last."""
    others = {each: px for each, px in kept.items() if each != key}
    return dict([*others.items(), (key, widths)][-_GRIDS_MAX:])


def write_widths(settings: Settings, widths: Mapping[str, tuple[int, ...]]) -> None:
    """Keep all widths."""
    settings.set(SETTING, json.dumps(widths))


def _is_width(px: object) -> bool:
    return isinstance(px, int) and px in _WIDTHS_PX
