"""The code on paper: `CPDESK1|site|record|p1/4|hash`, read back and compared with the content it should have.

Running heads leave the record out (`CPDESK1|site||p2/4|hash`): a code 13 mm wide must stay readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from cpdesk.base.errors import InputFault

PREFIX: Final = "CPDESK1"


@dataclass(frozen=True, slots=True)
class PaperCode:
    """What the code on one page says. `record` is empty on running heads."""

    site: str
    record: str
    page: int
    pages: int
    hash: str

    def text(self) -> str:
        """The text inside the code."""
        return f"{PREFIX}|{self.site}|{self.record}|p{self.page}/{self.pages}|{self.hash}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether paper and file agree; `differences` names what differs: site, record, hash."""

    code: PaperCode
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.differences


class _Identity(Protocol):
    @property
    def site(self) -> str: ...
    @property
    def record(self) -> str: ...


class _Content(Protocol):
    @property
    def identity(self) -> _Identity: ...
    def hash(self) -> str: ...


def read_code(text: str) -> PaperCode:
    """The code of a page from the text a scanner gives.

    Raises:
        InputFault: CP-1602 when the text is not the code of a cpdesk page.
    """
    parts = text.strip().split("|")
    try:
        prefix, site, record, place, digest = parts
        page, pages = (int(number) for number in place.removeprefix("p").split("/"))
        int(digest, 16)
    except ValueError:
        raise InputFault("CP-1602", text=text[:80]) from None
    if prefix != PREFIX or not site or not place.startswith("p") or len(digest) != 8 or not 1 <= page <= pages:
        raise InputFault("CP-1602", text=text[:80])
    return PaperCode(site=site, record=record, page=page, pages=pages, hash=digest)


def verify(text: str, content: _Content) -> Verdict:
    """Compares the code on paper with the content on file.

    Raises:
        InputFault: CP-1602 when the text is not the code of a cpdesk page.
    """
    code = read_code(text)
    differences = []
    if code.site != content.identity.site:
        differences.append("site")
    if code.record and code.record != content.identity.record:
        differences.append("record")
    if code.hash != content.hash():
        differences.append("hash")
    return Verdict(code=code, differences=tuple(differences))
