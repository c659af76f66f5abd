"""A group of commands that is also a command itself: `cpdesk export FILE` beside `cpdesk export answers FILE`."""

from __future__ import annotations

from typing import Any

import typer.core


class DefaultGroup(typer.core.TyperGroup):
    """What is none of its commands goes to the first one, so that calls from before there were others keep working. A
    file that is called like a command is written `./answers`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the first command's name before arguments that name none. The context is click's, whichever click the
        installed typer brings."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)
