"""Register files for other offices: templates to be filled in, made-up registers to try things with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cpdesk.base.files import write_atomically
from cpdesk.model.records import RecordKind
from cpdesk.operations.families import family

_SHEETS: Final = {
    "farmhouse": (RecordKind.HOUSEHOLD,),
    "community": (RecordKind.COMMUNITY,),
    "heatnet": (RecordKind.SUBSTATION, RecordKind.WELL, RecordKind.SEGMENT, RecordKind.COMPONENT),
}
"""Sheets of a family's register in the order of a ledger: what others refer to stands first."""


def write_template(path: Path, family_id: str, language: str = "zh") -> None:
    """Write an empty .xlsx register of a family, with a note on what each column takes.

    Raises:
        InputFault: CP-1518 there is no such family. EnvironmentFault: CP-20xx the file cannot be written.
    """
    from cpdesk.interop.register_sheets import register_template  # late: it brings openpyxl

    kinds = [kind.value for kind in _SHEETS[family(family_id).id]]
    write_atomically(path, register_template(kinds, language))
