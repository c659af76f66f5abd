"""From an XLSForm file to a form that runs, with the files that travel with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.base.files import disk_faults, write_atomically
from cpdesk.context import Context
from cpdesk.forms.files.choice_files import BYTES_MAX
from cpdesk.forms.form import Form
from cpdesk.forms.loading.texts import media_files
from cpdesk.forms.publish import Compiled, compile_whole
from cpdesk.forms.xform import load_form
from cpdesk.model.records import Changes
from cpdesk.store.form_files import checked_files

MEDIA_FOLDER: Final = "-media"
"""Files of `wells.xlsx` lie beside it or in the folder `wells-media`, as ODK's tools have it."""


@dataclass(frozen=True, slots=True)
class FormPackage:
    """A form as it is published.

    Attributes:
        xml: its XForm.
        source: the text of a markdown XLSForm, else the name of the file it came from.
        files: what travels with it, by name.
        missing: names that the form asks for and that were not found; registers of the desk stand in for some.
    """

    form: Form
    xml: str
    source: str
    files: dict[str, bytes]
    missing: tuple[str, ...]


def read_package(source: Path) -> FormPackage:
    """Compile an XLSForm (or take an XForm ending in .xml), load it, and gather its files.

    Raises:
        InputFault: CP-12xx with sheet, row, expression, file or line. EnvironmentFault: CP-20xx the disk.
    """
    content = read_source(source)
    is_xform = source.suffix.lower() == ".xml"
    if is_xform:
        form = load_form(content)
        compiled = Compiled(content if isinstance(content, str) else content.decode("utf-8", "replace"))
    else:
        compiled = compile_whole(content, name=source.stem)
        form = load_form(compiled.xml)
    files = dict(compiled.files)
    missing: list[str] = []
    for name in asked_files(form):
        path = _file_beside(source, name)
        if path is not None:
            files[name] = _content(path)
        elif name not in files:
            missing.append(name)
    checked_files(files)
    origin = content if isinstance(content, str) and not is_xform else source.name
    return FormPackage(form, compiled.xml, origin, files, tuple(missing))


def read_source(file: Path) -> bytes | str:
    """A form as the compiler takes it: the text of markdown, the bytes of a workbook or an XForm.

    Raises:
        InputFault: CP-1232 markdown in no known encoding. EnvironmentFault: CP-20xx when it cannot be read.
    """
    with disk_faults(file):
        content = file.read_bytes()
    if file.suffix.lower() != ".md":
        return content
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputFault("CP-1232", file=file.name) from None


def read_form(file: Path) -> Form:
    """A form from its XLSForm or, ending in .xml, its XForm, without its files.

    Raises:
        InputFault: CP-12xx what is wrong with it. EnvironmentFault: CP-20xx when it cannot be read.
    """
    content = read_source(file)
    return load_form(content if file.suffix.lower() == ".xml" else compile_whole(content, name=file.stem).xml)


def asked_files(form: Form) -> list[str]:
    """Names of the choice files, pictures and recordings that a form asks for, in its order."""
    choices = [external.file for external in form.externals.values() if external.file]
    return list(dict.fromkeys([*choices, *media_files(form)]))


def _file_beside(source: Path, name: str) -> Path | None:
    if Path(name).name != name:
        return None  # a form must not reach for files elsewhere
    folders = (source.parent / f"{source.stem}{MEDIA_FOLDER}", source.parent)
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _content(path: Path) -> bytes:
    with disk_faults(path), path.open("rb") as handle:
        return handle.read(BYTES_MAX + 1)  # what is larger is refused by its size, not read into memory


def convert_form(source: Path, target: Path) -> FormPackage:
    """Compile an XLSForm, load the result, and write the XForm, its files into the folder `<target>-media` beside it.

    Raises:
        InputFault: CP-12xx with sheet, row or expression. EnvironmentFault: CP-20xx the file cannot be read or written.
    """
    package = read_package(source)
    write_atomically(target, package.xml.encode("utf-8"))
    for name, content in package.files.items():
        write_atomically(target.parent / f"{target.stem}{MEDIA_FOLDER}" / name, content)
    return package


def publish_form(ctx: Context, source: Path) -> tuple[Form, Changes]:
    """Make a form the newest version on this desk, with its files; versions published before stay.

    Raises:
        InputFault: CP-12xx what is wrong with it; CP-1506, CP-1243 the version exists with other content.
        EnvironmentFault: CP-20xx the disk.
    """
    package = read_package(source)
    form = package.form
    changes = ctx.store.forms.add(form.id, form.version, package.xml, package.source, package.files)
    if changes.forms:
        ctx.forms.forget()
    return form, changes
