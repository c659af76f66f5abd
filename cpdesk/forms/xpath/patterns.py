"""Regular expressions of Java, which forms are written for, on the engine of the package `regex`.

That engine can be given a time; the standard library's cannot be stopped (docs/decisions/forms-regular-expressions.md).
In Java `\\d`, `\\w` and `\\s` mean ASCII, and some escapes have other names: the pattern is rewritten for those.
"""

from __future__ import annotations

import re
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath.context import STEPS_MAX, Environment

if TYPE_CHECKING:
    import regex

LENGTH_MAX: Final = 5_000
TIME_MAX_S: Final = 0.5
_TOKEN: Final = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|\Z)"
    r"|\\(?P<property>[pP])(?:\{(?P<long>\^?[\w=\- ]+)\}|(?P<short>[A-Z]))"
    r"|\\x\{(?P<hexadecimal>[0-9A-Fa-f]{1,6})\}|\\0(?P<octal>[0-3]?[0-7]{1,2})|\\c(?P<control>[@-_])"
    r"|\\k<(?P<group>\w+)>|\\(?P<escape>.)"
    r"|\(\?(?P<on>[a-zA-Z]*)(?P<off>-[a-zA-Z]+)?(?P<end>[:)])"
    r"|(?P<set>\[\^?)|(?P<close>\])|(?P<doubled>--|~~|\|\|)|.",
    re.DOTALL,
)
_BLANKS: Final = r"[ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]"
_LINE_ENDS: Final = r"[\n\x0b\f\r\x85\u2028\u2029]"
_ESCAPES: Final = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[a-zA-Z_0-9]",
    "W": "[^a-zA-Z_0-9]",
    "s": r"[ \t\n\x0b\f\r]",
    "S": r"[^ \t\n\x0b\f\r]",
    "h": _BLANKS,
    "H": f"[^{_BLANKS[1:]}",
    "v": _LINE_ENDS,
    "V": f"[^{_LINE_ENDS[1:]}",
    "e": r"\x1b",
    "z": r"\Z",
    "Z": r"(?=\n?\Z)",
}
_PROPERTIES: Final = {
    "Lower": "[a-z]",
    "Upper": "[A-Z]",
    "ASCII": r"[\x00-\x7f]",
    "Alpha": "[a-zA-Z]",
    "Digit": "[0-9]",
    "Alnum": "[a-zA-Z0-9]",
    "Punct": r"[!-/:-@\[-`{-~]",
    "Graph": "[!-~]",
    "Print": "[ -~]",
    "Blank": r"[ \t]",
    "Cntrl": r"[\x00-\x1f\x7f]",
    "XDigit": "[0-9a-fA-F]",
    "Space": r"[ \t\n\x0b\f\r]",
    "javaLowerCase": r"\p{Ll}",
    "javaUpperCase": r"\p{Lu}",
    "javaWhitespace": r"\s",
}


def takes_whole(pattern: str, text: str, environment: Environment) -> bool:
    """Whether a pattern takes a whole text. The time it takes counts as steps of the operation, a second for all.

    Raises:
        InputFault: CP-1215 a pattern over `LENGTH_MAX`; CP-1218 no regular expression; CP-1219 too many slow ones;
            CP-1290 over `TIME_MAX_S`.
    """
    compiled = _compiled(pattern)
    environment.spend(1)
    begun = perf_counter()
    try:
        return compiled.fullmatch(text, timeout=TIME_MAX_S) is not None
    except TimeoutError:
        raise InputFault("CP-1290", pattern=pattern[:120], limit=TIME_MAX_S) from None
    finally:
        environment.steps += int((perf_counter() - begun) * STEPS_MAX)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex

    if len(pattern) > LENGTH_MAX:
        raise InputFault("CP-1215", path="regex", found=len(pattern), limit=LENGTH_MAX)
    try:
        return regex.compile(from_java(pattern), regex.V1)
    except (regex.error, ValueError, OverflowError, RecursionError) as error:
        raise InputFault("CP-1218", function="regex", value=pattern[:120], expected=f" regex ({error})") from None


def from_java(pattern: str) -> str:
    """A pattern of `java.util.regex` as `regex` writes it."""
    depth = 0
    written: list[str] = []
    for match in _TOKEN.finditer(pattern):
        if match["set"]:
            depth += 1
            written.append(match["set"])
            if pattern[match.end() : match.end() + 1] == ":" and depth > 1:
                written.append("\\")  # no class of POSIX
        elif match["close"]:
            depth = max(depth - 1, 0)
            written.append("]")
        elif match["doubled"] and depth:
            sign = match["doubled"][0]
            written.append(f"{sign}\\{sign}")  # no operators on sets
        else:
            written.append(_translated(match))
    return "".join(written)


def _translated(match: re.Match[str]) -> str:
    whole = match[0]
    if match["quoted"] is not None:
        return re.escape(match["quoted"])
    if match["property"]:
        return _property(match)
    if match["hexadecimal"] or match["octal"]:
        code = int(match["hexadecimal"], 16) if match["hexadecimal"] else int(match["octal"], 8)
        return f"\\U{code:08x}"
    if match["control"]:
        return f"\\x{ord(match['control']) ^ 64:02x}"
    if match["group"]:
        return f"(?P={match['group']})"
    if match["escape"]:
        return _ESCAPES.get(match["escape"], whole)
    if match["end"]:
        return _flags(match)
    return whole


def _property(match: re.Match[str]) -> str:
    """A class of characters; those of POSIX are ASCII alone."""
    name = match["long"] or match["short"]
    inverted = (match["property"] == "P") != name.startswith("^")
    name = name.removeprefix("^")
    known = _PROPERTIES.get(name)
    if known is None:
        return f"\\{'P' if inverted else 'p'}{{{name}}}"
    return f"[^{known}]" if inverted else known


def _flags(match: re.Match[str]) -> str:
    """Flags that the other engine has too; `d`, `u` and `U` are about ASCII and line ends."""
    on = "".join(letter for letter in match["on"] if letter not in "duU")
    off = "".join(letter for letter in (match["off"] or "")[1:] if letter not in "duU")
    if not on and not off:
        return "(?:" if match["end"] == ":" else ""
    return f"(?{on}{'-' + off if off else ''}{match['end']}"
