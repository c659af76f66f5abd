"""How long work tells the one who started it how far it has come."""

from __future__ import annotations

from collections.abc import Callable

Step = Callable[[int, int], None]
"""Told how many of how many are done."""
Look = Callable[[int, int], bool]
"""Told how many of how many have been looked at; answers whether to go on."""
