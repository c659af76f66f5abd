"""Sync without a line: a file goes to the district on a stick, its answer comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cpdesk.context import Context
from cpdesk.operations.deciding import apply_decisions

if TYPE_CHECKING:
    from cpdesk.sync.exchange import Answered, Written
    from cpdesk.sync.exchange_file import Header


def export_exchange(ctx: Context, path: Path) -> Written:
    """Write what waits on this desk into a file that only the district can open. Nothing counts as sent by that.

    Raises:
        AccessFault: CP-4107 not enrolled, CP-4120 never synced. EnvironmentFault: CP-20xx the disk.
    """
    from cpdesk.sync.exchange import write_request

    apply_decisions(ctx)
    return write_request(ctx.store.replica, path, ctx.clock)


def import_exchange(ctx: Context, path: Path) -> Answered:
    """Take the district's answer in. Twice is harmless.

    Raises:
        AccessFault: CP-4107, CP-4120, CP-4108 damaged or not the district's, CP-4109 for another desk.
        IntegrityFault: CP-3270 to CP-3275, nothing was taken in then. EnvironmentFault: CP-20xx the disk.
    """
    from cpdesk.sync.exchange import take_answer

    return take_answer(ctx.store.replica, path)


def carry_exchange(ctx: Context, path: Path, answer: Path) -> int:
    """Bring another desk's file to the district on this desk's line; this desk can open neither it nor the answer.

    Returns:
        Size of the answer in bytes.

    Raises:
        As `export_exchange`; EnvironmentFault: CP-22xx the line; others as the district says.
    """
    from cpdesk.base.errors import AccessFault
    from cpdesk.base.files import disk_faults, write_atomically
    from cpdesk.sync.enrol import fresh_token
    from cpdesk.sync.exchange_file import ExchangeFile
    from cpdesk.sync.transport import Transport

    enrolment = ctx.store.replica.enrolment()
    if enrolment is None:
        raise AccessFault("CP-4107")
    ExchangeFile(path)  # a cut or foreign file need not go over the line
    with disk_faults(path):
        content = path.read_bytes()
    with Transport(enrolment.server_url) as transport:
        fresh_token(ctx.store.replica, transport)
        answered = transport.send("POST", "/v1/exchange", content=content).content
    write_atomically(answer, answered)
    return len(answered)


def show_exchange(path: Path) -> tuple[Header, int]:
    """What anybody may know of a file, and its size in bytes.

    Raises:
        IntegrityFault: CP-3270 none, CP-3271 cut off, CP-3272 of a newer program.
    """
    from cpdesk.sync.exchange_file import ExchangeFile

    file = ExchangeFile(path)
    return file.header, file.size
