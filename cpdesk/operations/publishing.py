"""From an XLSForm file to a form that runs."""

from __future__ import annotations

from pathlib import Path

from cpdesk.base.files import disk_faults, write_atomically
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.xform import load_form


def convert_form(source: Path, target: Path | None = None) -> Form:
    """Compile an XLSForm and load the result; with `target`, also write the XForm.

    Raises:
        InputFault: CP-12xx with sheet, row or expression. EnvironmentFault: CP-20xx the file cannot be read or written.
    """
    with disk_faults(source):
        content: bytes | str = source.read_text(encoding="utf-8") if source.suffix == ".md" else source.read_bytes()
    xml = compile_xlsform(content, name=source.stem)
    form = load_form(xml)
    if target is not None:
        write_atomically(target, xml.encode("utf-8"))
    return form
