"""The district's forms on the desk: versions it has published since, with the files that travel with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from cpdesk.base.errors import CpdeskError, InputFault, IntegrityFault
from cpdesk.forms.files.choice_files import BYTES_MAX
from cpdesk.forms.xform import load_form
from cpdesk.model.records import Changes
from cpdesk.store.form_versions import FormVersions
from cpdesk.sync.blobs import Authorised
from cpdesk.sync.reading import Reader, malformed
from cpdesk.sync.transport import Transport

FORM_BYTES_MAX: Final = 16 * 1024 * 1024
_VERSIONS_MAX: Final = 2000
_FILES_MAX: Final = 500
_NAME_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a round brought.

    Attributes:
        forms: (form, version) of those that are new here, or have new files.
        problems: versions that could not be taken in; the others were.
    """

    forms: tuple[tuple[str, str], ...] = ()
    problems: tuple[CpdeskError, ...] = ()
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True, slots=True)
class _Offered:
    form: str
    version: str
    sha256: str
    files: dict[str, str]


def fetch_forms(
    forms: FormVersions,
    transport: Transport,
    run: Authorised,
    cancel: Callable[[], bool] = lambda: False,
) -> Fetched:
    """Take in every form version of the district that this desk does not have, and files of it that are new or changed.

    The version the district published last is the newest here too, whatever this desk published itself. A version is
    kept whole, with all its files, or not at all; one that is damaged or cannot be used is told and left for the next
    round.

    Raises:
        AccessFault: CP-41xx the server refuses this desk. EnvironmentFault: CP-22xx the line.
        IntegrityFault: CP-3201 the list is malformed.
    """
    offered = _read_list(run(lambda: transport.get_json("/v1/forms")))
    held = {(form, version): sha256 for form, version, sha256 in forms.list()}
    fetched: list[tuple[str, str]] = []
    problems: list[CpdeskError] = []
    for one in offered:
        if cancel():
            break
        try:
            if _take(forms, transport, run, one, held.get((one.form, one.version))):
                fetched.append((one.form, one.version))
        except (InputFault, IntegrityFault) as fault:
            problems.append(fault)
    newest = {one.form: one.version for one in offered}  # by time: the last one counts
    moved = [form for form, version in newest.items() if forms.make_newest(form, version)]
    return Fetched(tuple(fetched), tuple(problems), Changes(forms=bool(fetched or moved)))


def _take(
    forms: FormVersions, transport: Transport, run: Authorised, offered: _Offered, held_sha256: str | None
) -> bool:
    form, version = offered.form, offered.version
    if held_sha256 is not None and held_sha256 != offered.sha256:
        raise InputFault("CP-1506", form=form, version=version)
    here = forms.files.names(form, version) if held_sha256 is not None else {}
    wanted = {name: sha256 for name, sha256 in offered.files.items() if here.get(name) != sha256}
    if held_sha256 is not None and not wanted:
        return False
    place = f"/v1/forms/{quote(form, safe='')}/{quote(version, safe='')}"

    def fetch(path: str, sha256: str, limit_bytes: int) -> bytes:
        content: bytes = run(lambda: transport.download(path, limit_bytes))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise IntegrityFault("CP-3204", sha256=sha256)
        return content

    if held_sha256 is None:
        try:
            xml = fetch(place, offered.sha256, FORM_BYTES_MAX).decode("utf-8")
        except UnicodeDecodeError:
            raise malformed(f"{form} {version}"[:_NAME_CHARACTERS_MAX], "not UTF-8") from None
        loaded = load_form(xml)
        if (loaded.id, loaded.version) != (form, version):
            raise malformed(f"{form} {version}"[:_NAME_CHARACTERS_MAX], "another form under this name")
    else:
        known = forms.get(form, version)
        assert known is not None  # a version is never taken away
        xml = known.xml
    files = {name: fetch(f"{place}/files/{quote(name, safe='')}", sha256, BYTES_MAX) for name, sha256 in wanted.items()}
    return forms.add(form, version, xml, transport.url, files, replace_files=True).forms


def _read_list(answer: Any) -> list[_Offered]:
    return list(Reader(answer, "answer", ("forms",)).list_of("forms", _VERSIONS_MAX, _read_offered))


def _read_offered(value: Any, place: str) -> _Offered:
    read = Reader(value, place, ("form", "version", "title", "sha256", "published_at"), ("files",))
    files = read.list_of("files", _FILES_MAX, _read_file) if read.has("files") else ()
    return _Offered(
        form=read.text("form", most=_NAME_CHARACTERS_MAX),
        version=read.text("version", most=_NAME_CHARACTERS_MAX),
        sha256=read.hash("sha256"),
        files=dict(files),
    )


def _read_file(value: Any, place: str) -> tuple[str, str]:
    read = Reader(value, place, ("name", "sha256", "size"))
    read.whole("size")
    return read.text("name", most=_NAME_CHARACTERS_MAX), read.hash("sha256")
