"""`cpdesk account`: the desk of this person without a window: made, its PIN changed, recovered, its settings."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from cpdesk.base.errors import InputFault
from cpdesk.base.paths import Paths
from cpdesk.base.settings import DECLARED, Settings
from cpdesk.cli.opening import asked_pin
from cpdesk.cli.output import Output, command

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("create")
@command
def create(
    person: Annotated[str, typer.Option(help="Name of the person, as it stands in surveys and reports.")],
    township: Annotated[str, typer.Option(help="Nine-digit code of the township.")] = "",
    *,
    json_: Json = False,
) -> None:
    """Make this person's desk. The recovery code is shown this once; the PIN comes from CPDESK_PIN or is typed."""
    from cpdesk.operations.desk import first_start

    out = Output(as_json=json_)
    ctx, code = first_start(Paths.of_user(), pin=asked_pin(out), person=person, township_code=township)
    ctx.close()
    out.document({"person": person, "recovery_code": code})
    out.say("cli.account.created", person=person, code=code)


@app.command("pin")
@command
def pin(*, json_: Json = False) -> None:
    """Change the PIN: the old one from CPDESK_PIN, the new one from CPDESK_NEW_PIN, or typed."""
    from cpdesk.operations.desk import change_pin

    out = Output(as_json=json_)
    change_pin(Paths.of_user(), asked_pin(out), _secret(out, "CPDESK_NEW_PIN", "cli.account.new_pin"))
    out.document({"changed": True})
    out.say("cli.account.pin_changed")


@app.command("recover")
@command
def recover(*, json_: Json = False) -> None:
    """Open with the recovery code (CPDESK_RECOVERY_CODE or typed) and set a new PIN; the next code is shown."""
    from cpdesk.operations.desk import recover as recover_desk

    out = Output(as_json=json_)
    code = _secret(out, "CPDESK_RECOVERY_CODE", "cli.account.recovery_code")
    new_pin = _secret(out, "CPDESK_NEW_PIN", "cli.account.new_pin")
    ctx, next_code = recover_desk(Paths.of_user(), code, new_pin)
    ctx.close()
    out.document({"recovery_code": next_code})
    out.say("cli.account.recovered", code=next_code)


@app.command("settings")
@command
def settings(
    name: Annotated[str, typer.Argument(help="One setting; without it all are shown.")] = "",
    value: Annotated[str | None, typer.Argument(help="Its new value.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Show or change the settings of this person."""
    out = Output(as_json=json_)
    kept = Settings(Paths.of_user().config / "settings.json")
    if name and name not in DECLARED:
        raise InputFault("CP-1703", what=out.text("cli.account.setting"), name=name, known="、".join(DECLARED))
    if value is not None:
        kept.set(name, _converted(name, value))
    shown = {one: kept.get(one) for one in ([name] if name else DECLARED)}
    out.document(shown)
    head = [out.text("cli.account.setting"), out.text("cli.bench.value"), out.text("cli.what")]
    out.table(head, [[one, str(found), out.text(f"setting.{one}")] for one, found in shown.items()])


def _converted(name: str, value: str) -> Any:
    if isinstance(DECLARED[name].default, int):
        try:
            return int(value)
        except ValueError:
            raise InputFault("CP-1004", setting=name, value=value, expected="int") from None
    return value


def _secret(out: Output, variable: str, key: str) -> str:
    """A secret from the environment or typed; never from an argument, which other accounts could read."""
    found = os.environ.get(variable, "")
    if found:
        return found
    if not sys.stdin.isatty():
        raise InputFault("CP-1707", variable=variable)
    return str(typer.prompt(out.text(key), hide_input=True))
