"""Townships of the district: their names, and what a household takes from its township until its own is known."""

from __future__ import annotations

from functools import cache

from cpdesk.base import tables
from cpdesk.base.resources import resource_path


@cache
def _townships() -> dict[str, tuple[str, str]]:
    columns = {"code": tables.text, "name": tables.text, "terrain": tables.text}
    rows = tables.read_table(resource_path("tables/townships.csv"), columns)
    return {row["code"]: (row["name"], row["terrain"]) for row in rows}


def township_name(code: str) -> str:
    """The name people use; the code itself when the district has no such township."""
    return _townships().get(code, (code, ""))[0]


def township_terrain(code: str) -> str:
    """plain, foothill or hill: the default for villages whose own terrain is not in the register."""
    return _townships().get(code, ("", ""))[1]
