"""What phones are told: lists of forms and files, and messages for people, as OpenRosa writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class ListedForm:
    """One form of a form list. `md5` is that of its XForm."""

    form: str
    name: str
    version: str
    md5: str
    download_url: str
    manifest_url: str


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file of a manifest. `md5` is that of its content; an entity list is marked as one."""

    name: str
    md5: str
    download_url: str
    is_entity_list: bool = False


def form_list(forms: Sequence[ListedForm]) -> bytes:
    """Form Discovery API 1.0."""
    lines = [_HEAD, '<xforms xmlns="http://openrosa.org/xforms/xformsList">\n']
    for one in forms:
        manifest = _element("manifestUrl", one.manifest_url) if one.manifest_url else ""
        lines.append(
            "  <xform>"
            + _element("formID", one.form)
            + _element("name", one.name)
            + _element("version", one.version)
            + _element("hash", f"md5:{one.md5}")
            + _element("downloadUrl", one.download_url)
            + manifest
            + "</xform>\n"
        )
    lines.append("</xforms>\n")
    return "".join(lines).encode("utf-8")


def manifest(files: Sequence[ListedFile]) -> bytes:
    """The files of one form, by the same standard."""
    lines = [_HEAD, '<manifest xmlns="http://openrosa.org/xforms/xformsManifest">\n']
    for one in files:
        kind = ' type="entityList"' if one.is_entity_list else ""
        lines.append(
            f"  <mediaFile{kind}>"
            + _element("filename", one.name)
            + _element("hash", f"md5:{one.md5}")
            + _element("downloadUrl", one.download_url)
            + "</mediaFile>\n"
        )
    lines.append("</manifest>\n")
    return "".join(lines).encode("utf-8")


def message(nature: str, text: str) -> bytes:
    """An answer for a person; `nature` is submit_success, error or the like."""
    return (
        f'{_HEAD}<OpenRosaResponse xmlns="http://openrosa.org/http/response" items="1">\n'
        f'  <message nature="{nature}">{escape(text)}</message>\n</OpenRosaResponse>\n'
    ).encode()


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
