"""The name that somebody who misspelt one probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_name(name: str, names: Iterable[str], likeness: float) -> str:
    """The most alike of some names, for messages; "—" where none is at least that much alike (0 to 1)."""
    import difflib  # only a mistake needs it, and it takes its time to load

    found = difflib.get_close_matches(name, list(names), 1, likeness)
    return found[0] if found else "—"
