from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.forms.tree import Node, read_xml
from cpdesk.forms.xpath.compile import compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import Value, number_text, to_number, to_text

DATA = "<data><a>1</a><b>2</b><b>3</b><c/><g><a>x</a><d>2026-03-05</d></g></data>"


def environment(xml: str = DATA) -> Environment:
    document, _ = read_xml(xml)
    now = datetime(2026, 11, 21, 17, tzinfo=UTC)
    return Environment(document, lambda: now, lambda: 0.25, lambda: "id", {"list": document}, language="zh")


def value_of(source: str) -> Value:
    world = environment()
    data: Node = world.root.children[0]
    return compile_expression(source).evaluate(Context(data, world))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1 + 2 * 3 - -1", "8"),
        ("7 mod 4 + 7 div 2", "6.5"),
        ("2 < 3 and not(3 <= 2) or false()", "true"),
        ("string(123456789012)", "123456789012"),
        ("string(0.1 + 0.2)", "0.30000000000000004"),
        ("'' > 0", "false"),
        ("c = ''", "true"),
        ("nothing = ''", "true"),
        ("count(b | a | g/a)", "4"),
        ("string(b[last()])", "3"),
        ("b[. = 3]/preceding-sibling::b", "2"),
        ("g/a/ancestor::*[1]/d", "2026-03-05"),
        ("sum(b) + count(//a)", "7"),
        ("max(b) - min(b)", "1"),
        ("concat(b, '!')", "23!"),
        ("join('，', b)", "2，3"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substr('hello', -3, -1)", "ll"),
        ("translate('abc', 'ab', 'x')", "xc"),
        ("normalize-space('  a  b ')", "a b"),
        ("round(2.345, 2)", "2.35"),
        ("round(1234, -2)", "1200"),
        ("int(-2.7)", "-2"),
        ("today()", "2026-11-22"),
        ("today() - date('2026-11-20')", "2"),
        ("date(today() + 1)", "2026-11-23"),
        ("format-date(today(), '%Y年%n月%e日 %a')", "2026年11月22日 周日"),
        ("decimal-date-time('1970-01-02T00:00:00Z')", "1"),
        ("g/d < today()", "true"),
        ("selected('a bc', 'b')", "false"),
        ("count-selected(' a  b ')", "2"),
        ("selected-at('a b', 1)", "b"),
        ("if(c = '', 'none', 1 div 0)", "none"),
        ("coalesce(c, a)", "1"),
        ("checklist(1, 2, true(), '0', c)", "true"),
        ("regex('CP-12', '[A-Z]{2}-[0-9]+')", "true"),
        ("instance('list')/data/b[2]", "3"),
        ("boolean-from-string('true')", "true"),
        ("string-length(uuid())", "36"),
        ("random()", "0.25"),
        ("digest('some text', 'MD5')", "VS4hzUzZkYZ448Gg30kbww=="),
        ("1 div 0", "Infinity"),
        ("sqrt(-1)", "NaN"),
    ],
)
def test_expressions(source: str, text: str) -> None:
    assert to_text(value_of(source)) == text


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("1 +", "CP-1205"),
        ("a[", "CP-1205"),
        ("a b", "CP-1205"),
        ("'open", "CP-1205"),
        ("side::a", "CP-1205"),
        ("slected(a, 'b')", "CP-1206"),
        ("geofence(c, b)", "CP-1218"),
        ("round()", "CP-1208"),
        ("date('yesterday')", "CP-1218"),
        ("count(1)", "CP-1218"),
        ("regex('a', '(')", "CP-1218"),
        ("instance('lits')", "CP-1210"),
    ],
)
def test_faults_are_coded_and_say_what(source: str, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        value_of(source)
    assert caught.value.code == code
    assert caught.value.remedy("zh")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_being_written(number: float) -> None:
    text = number_text(number)
    assert "e" not in text
    assert to_number(text) == number


@given(st.integers(-99, 99), st.integers(-99, 99), st.sampled_from(["+", "-", "*", "div", "mod", "<", "="]))
def test_operators_agree_with_arithmetic(left: int, right: int, operator: str) -> None:
    found = to_number(value_of(f"({left}) {operator} ({right})"))
    expected = {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "div": left / right if right else math.copysign(math.inf, left) if left else math.nan,
        "mod": math.fmod(left, right) if right else math.nan,
        "<": left < right,
        "=": left == right,
    }[operator]
    assert found == expected or (math.isnan(found) and math.isnan(expected))


@given(st.text(alphabet="ab1()[]/.*@|+-<>='\" ,:$", max_size=40))
def test_any_text_compiles_or_is_refused(source: str) -> None:
    try:
        compile_expression(source)
    except InputFault as fault:
        assert fault.code in ("CP-1205", "CP-1206", "CP-1208")


def test_a_cascade_over_twenty_thousand_choices_is_a_lookup(open_session: Callable[..., Session]) -> None:
    villages = "".join(
        f"<item><name>v{number}</name><label>V{number}</label><town>t{number % 400}</town></item>"
        for number in range(20_000)
    )
    document, _ = read_xml(f"<root>{villages}</root>")
    document.freeze()
    world = environment()
    world.instances["villages"] = document
    filtered = compile_expression("instance('villages')/root/item[town = current()/../town]")
    other, _ = read_xml("<data><town>t7</town><village/></data>")
    village = other.children[0].children[1]
    assert len(filtered.nodes(Context(village, world))) == 50
    started = time.process_time()
    for _ in range(100):
        assert filtered.nodes(Context(village, world))[0].children[0].text == "v7"
    assert (time.process_time() - started) / 100 < 0.002


def test_an_answer_in_one_item_leaves_the_rules_of_others_alone(load: Callable[..., Form]) -> None:
    form = load(
        "type | name | label | calculation",
        "begin_repeat | r | R | ",
        "decimal | a | A | ",
        "calculate | double | | ${a} * 2",
        "end_repeat | | | ",
        "calculate | total | | sum(${double})",
    )
    readers = form.graph.value_readers[form.node("r/a")]
    assert [(reader.node.path, reader.scope and reader.scope.path) for reader in readers] == [("r/double", "r")]
    assert [rule.node.path for rule in form.graph.rules] == ["r/double", "total"]
    assert [reader.node.path for reader in form.graph.items_readers[form.node("r")]] == ["total"]
