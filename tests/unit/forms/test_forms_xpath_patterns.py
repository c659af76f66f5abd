"""Regular expressions of Java on the engine that can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath.context import Environment
from cpdesk.forms.xpath.patterns import from_java, takes_whole
from cpdesk.forms.xpath.values import Value


@pytest.mark.parametrize(
    ("pattern", "text", "takes"),
    [
        (r"[0-9]{3}", "1234", False),
        (r"CP-\d{4}", "CP-1205", True),
        (r"\d", "٣", False),
        (r"\w+", "é", False),
        (r"\s", "\u00a0", False),
        (r"\D\W\S", "a!b", True),
        (r"[\d\s]+", "1 2", True),
        (r"[^\d]+", "ab", True),
        (r"\p{L}+", "é中", True),
        (r"\pL", "中", True),
        (r"\p{IsHan}{2}", "农宅", True),
        (r"\p{IsGreek}\p{InGreek}", "αβ", True),
        (r"[\u4e00-\u9fa5]+", "农宅", True),
        (r"\x{4e2d}\x41\0101\cA", "中AA\x01", True),
        (r"\p{Upper}\p{Lower}\p{Digit}", "Aa1", True),
        (r"\p{Alpha}", "é", False),
        (r"[\p{Alnum}_]+", "a_1", True),
        (r"\P{Punct}", "!", False),
        (r"\p{^L}", "1", True),
        (r"\p{javaUpperCase}", "É", True),
        (r"\Qa.b\E+", "a.bbb", True),
        (r"\Qa.b", "axb", False),
        (r"a++b", "aaab", True),
        (r"a*+a", "aaa", False),
        (r"(?>a+)b", "aab", True),
        (r"(?i)abc", "aBC", True),
        (r"(?i:a)B", "AB", True),
        (r"a(?i)b(?-i)c", "aBc", True),
        (r"(?iu)é(?d)x", "Éx", True),
        (r"(?s).", "\n", True),
        (r"(?<y>\d)-\k<y>", "1-1", True),
        (r"(a)(b)\2\1", "abba", True),
        (r"(?=.*\d)(?!.*x).{3}", "a1b", True),
        (r"(?<=a)b|ab", "ab", True),
        (r"[a-z&&[^aeiou]]+", "xyz", True),
        (r"[a-z&&[^aeiou]]+", "xya", False),
        (r"[a-c[x-z]]+", "ax", True),
        (r"[[:a]]", ":", True),
        (r"[+--]", ",", True),
        (r"[a||b]", "|", True),
        (r"\Aab\z", "ab", True),
        (r"ab\Z", "ab", True),
        (r"\h\H\v\V\R", " a\nb\r\n", True),
        (r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", "a.b@c.cn", True),
        (r"1[3-9]\d{9}", "13812345678", True),
        (r"", "", True),
        (r".*", "😀", True),
    ],
)
def test_patterns_of_java(pattern: str, text: str, takes: bool, environment: Environment) -> None:
    assert takes_whole(pattern, text, environment) is takes


def test_plain_patterns_stay_as_written() -> None:
    for pattern in (r"a|b", r"(x)?", r"[a-z]{2,3}", r"\.\[\]", r"(?:a)"):
        assert from_java(pattern) == pattern


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*", r"\p{NoSuch}", "(" * 2000 + ")" * 2000, "[" * 500])
def test_what_is_no_pattern_is_refused(pattern: str, environment: Environment) -> None:
    with pytest.raises(InputFault, match="CP-1218"):
        takes_whole(pattern, "a", environment)


def test_a_pattern_that_would_run_for_ever_is_stopped(
    worked_out: Callable[[str], Value], environment: Environment
) -> None:
    started = time.process_time()
    with pytest.raises(InputFault) as caught:
        worked_out(f"regex('{'a' * 60}b', '(a|aa)+$')")
    assert caught.value.code == "CP-1290"
    assert "(a|aa)+$" in caught.value.message("zh")
    assert caught.value.remedy("zh")
    assert environment.steps > 100_000  # so that a hundred of them cannot take a minute
    assert time.process_time() - started < 2
    environment.steps = 999_999
    with pytest.raises(InputFault, match="CP-1219"):
        worked_out("concat(regex(t, 'abc'), regex(t, 'abc'))")


def test_a_pattern_may_not_be_a_book(environment: Environment) -> None:
    with pytest.raises(InputFault, match="CP-1215"):
        takes_whole("a" * 5001, "a", environment)
