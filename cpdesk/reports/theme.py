"""Colours of paper, from the one file of tokens that the window reads too."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

from reportlab.lib.colors import Color, HexColor

from cpdesk.base.resources import resource_path

WHITE: Final = "surface"


@cache
def colour(name: str) -> Color:
    """A colour by its token; tokens of paper come before those of the light theme.

    Raises:
        KeyError: when there is no such token.
    """
    tokens = _tokens()
    return HexColor(tokens["paper"].get(name) or tokens["light"][name])


@cache
def _tokens() -> dict[str, dict[str, str]]:
    tokens: dict[str, dict[str, str]] = json.loads(resource_path("theme/tokens.json").read_text(encoding="utf-8"))
    return tokens
