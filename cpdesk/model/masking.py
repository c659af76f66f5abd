"""Numbers that a person's role does not need to see: masked by the server, known as a mask by every desk.

The sign of a mask stands in the value itself, so it stays a mask wherever the value goes: lists, history, conflicts,
exports. No answer holds it: desks do not save it and the server puts aside an operation that does, so a mask is never
taken for a value and never comes back as one.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "█"
"""U+2588: stands for one hidden digit, as on a blackened paper, and on no keyboard."""

# Not within a longer word, name of a file or decimal fraction; at least seven digits, as in local telephone numbers.
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z.\-])\d(?:[ \-－]?\d){6,24}[Xx]?(?![0-9A-Za-z])")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
# What looks like a mobile telephone, a landline with its area code or an identity number, wherever it stands.
_TELLTALE: Final = re.compile(
    r"(?<![0-9A-Za-z.\-])"
    r"(?:(?:86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}|0\d{2,3}[ \-]?\d{7,8}|\d{17}[\dXx]|\d{15})"
    r"(?![0-9A-Za-z.])"
)


def is_masked(value: str | None) -> bool:
    """Whether a value is a mask and not what somebody answered."""
    return value is not None and MASK in value


def mask_personal(value: str) -> str:
    """An answer that a form marks as personal, without its numbers: telephones, identity and account numbers.

    Numbers of fewer than seven digits, dates and fractions of degrees stay: they are no such numbers.
    """
    return _NUMBER.sub(lambda found: _hidden(found[0]), value)


def mask_telltale(value: str) -> str:
    """Any other text, without what looks like a telephone or an identity number."""
    return _TELLTALE.sub(lambda found: _hidden(found[0]), value)


def _hidden(number: str) -> str:
    """First three and last four places stay, of short numbers two and two: enough to compare with a paper at hand."""
    if _DATE.fullmatch(number):
        return number
    places = [at for at, sign in enumerate(number) if sign.isalnum()]
    head, tail = (3, 4) if len(places) >= 11 else (2, 2)
    hidden = set(places[head : len(places) - tail])
    return "".join(MASK if at in hidden else sign for at, sign in enumerate(number))
