"""Expressions made to break the compiler end soon, in their value or in a coded fault."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.forms.tree import read_xml
from cpdesk.forms.xpath.compile import _compiled, compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import Value, to_text

FRAMES = 150  # what a window, a controller and a session may already have on the stack


def expressions(number: int) -> Iterator[str]:
    """Everything that can be written inside itself or behind itself, so many times."""
    for begin, inner, end in [
        ("(", "1", ")"),
        ("-(", "1", ")"),
        ("not(", "1", ")"),
        ("if(1,", "1", ",2)"),
        ("if(/data/a = 1 and (1 or 0),", "1", ",2)"),
        ("concat(1,", "1", ")"),
        ("coalesce('',", "1", ")"),
        ("coalesce('',//a[", "1", "])"),
        ("/data/a[", "1", "]"),
        ("/data/a[1 and (0 or ", "1", ")]"),
        ("(/data/a)[", "1", "]"),
        ("1+(", "1", ")"),
        ("count(/data/a|(", "/data/e", "))"),
    ]:
        yield begin * number + inner + end * number
    yield "-" * number + "1"
    yield "/data" + "[1]" * number
    yield "/data" + "/." * number
    yield "//".join(["a"] * number)
    for operator in ("+", "-", "*", " div ", " mod ", "=", "!=", "<", ">=", " and ", " or ", "|"):
        yield operator.join(["/data/a" if operator == "|" else "1"] * min(number, 2400))
    yield "concat(" + ",".join(["1"] * number) + ")"
    yield "'" + "x" * number
    yield "[" * number
    yield "@" * number


def deeper(frames: int, action: Callable[[], Any]) -> Any:
    return action() if frames == 0 else deeper(frames - 1, action)


@pytest.mark.parametrize("number", [99, 1_000, 5_000])
def test_nesting_and_length(number: int, worked_out: Callable[[str], Value]) -> None:
    for source in expressions(number):
        started = time.process_time()
        try:
            deeper(FRAMES, lambda source=source: worked_out(source))
        except InputFault as fault:
            assert fault.code in ("CP-1205", "CP-1209", "CP-1219"), source[:40]
            assert fault.message("zh")
        assert time.process_time() - started < 2, source[:40]


def test_five_thousand_terms_give_their_sum(worked_out: Callable[[str], Value]) -> None:
    assert worked_out("+".join(["1"] * 5_000)) == 5_000.0
    assert worked_out(" or ".join(["0"] * 4_000)) is False
    assert worked_out("-" * 5_001 + "1") == -1.0
    assert worked_out("1 = " + "=".join(["1"] * 5_000)) is True


def test_texts_that_double_in_every_calculation_end(worked_out: Callable[[str], Value]) -> None:
    long = "x" * 15_000
    for source in (f"join('{long}', //node()//node())", f"concat({','.join(['shape'] * 30)})"):
        try:
            assert len(to_text(worked_out(source))) <= 1_000_000
        except InputFault as fault:
            assert fault.code == "CP-1215"


def test_calculations_that_double_a_text_end_in_a_problem(
    load: Callable[..., Any], open_session: Callable[..., Session]
) -> None:
    rows = [f"calculate | c{number} | | concat(${{c{number - 1}}}, ${{c{number - 1}}})" for number in range(1, 40)]
    form = load("type | name | label | calculation", "text | c0 | C |", *rows)
    session = open_session(form=form)
    started = time.process_time()
    session.set("c0", "0123456789")
    assert time.process_time() - started < 2
    assert len(session.state("c10").value) == 10_240
    assert session.state("c39").value == ""


def test_a_compiled_expression_is_made_once() -> None:
    first, second = compile_expression("a + 1", "x"), compile_expression("a + 1", "y")
    assert first.evaluate is second.evaluate
    assert second.place == "y"


def test_two_long_lists_are_compared_in_one_walk_each(environment: Environment) -> None:
    rows = "".join(f"<x>{number}</x><y>-{number}</y>" for number in range(1, 20_001))
    document, _ = read_xml(f"<list>{rows}</list>")
    context = Context(document.children[0], environment)
    started = time.process_time()
    for source, holds in [("x = y", False), ("x != y", True), ("x < y", False), ("x > y", True), ("x = 20000", True)]:
        assert compile_expression(source).evaluate(context) is holds
    assert time.process_time() - started < 2


def test_loading_a_form_refuses_what_is_wrong_and_makes_no_closures(
    load: Callable[..., Form], open_session: Callable[..., Session]
) -> None:
    head = "type | name | label | calculation | relevant"
    made = _compiled.cache_info()
    form = load(head, "integer | a | A | |", "integer | b | B | | ${a} > 731", "calculate | c | | ${a} * 731 |")
    for wrong in ("if(${a} = 731, cuont(${a}), 1)", "${a}[round()]", "indexed-repeat(${a}, ${a})", "${a} + (731"):
        with pytest.raises(InputFault) as caught:
            load(head, "integer | a | A | |", f"calculate | c | | {wrong} |")
        assert caught.value.code in ("CP-1205", "CP-1206", "CP-1208")
    assert _compiled.cache_info() == made
    session = open_session(form=form)
    session.set("a", "2")
    assert session.value_at("c") == "1462" and _compiled.cache_info().misses == made.misses + 2
