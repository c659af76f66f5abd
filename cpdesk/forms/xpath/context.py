"""Where an expression stands while it is worked out, and what it may ask of the form around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.values import ZONE, Value

STEPS_MAX: Final = 1_000_000


def _no_text(_id: str) -> str:
    return ""


def _no_choice(_value: str, _path: str, _origin: Node) -> str:
    return ""


@dataclass(slots=True)
class Environment:
    """The world of a form: clock, chance, choice lists and texts. Passed in, so tests can hold it still.

    `zone` is where days begin and what a time without offset means. `version` is the form's; `properties` are facts
    about who fills it in (`property('username')`).

    `steps` counts the nodes that predicates and wide axes visited since it was last set to 0; over `STEPS_MAX` the
    expression is given up (CP-1219), so that a hostile form cannot hang the program.
    """

    root: Node
    now: Callable[[], datetime]
    random: Callable[[], float]
    new_id: Callable[[], str]
    instances: dict[str, Node] = field(default_factory=dict)
    itext: Callable[[str], Value] = _no_text
    choice_name: Callable[[str, str, Node], str] = _no_choice
    language: str = "zh"
    zone: tzinfo = ZONE
    version: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    steps: int = 0

    def spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > STEPS_MAX:
            raise InputFault("CP-1219", limit=STEPS_MAX)


class Context:
    """A node with its position in the node-set it came from; `origin` is the node whose expression this is."""

    __slots__ = ("environment", "node", "origin", "position", "size")

    def __init__(
        self, node: Node, environment: Environment, origin: Node | None = None, position: int = 1, size: int = 1
    ) -> None:
        self.node = node
        self.environment = environment
        self.origin = node if origin is None else origin
        self.position = position
        self.size = size
