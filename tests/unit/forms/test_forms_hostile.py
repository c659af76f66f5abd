"""Forms and answers made to break the engine end in a coded error, soon."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.running.recalculation import ITEMS_MAX
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.forms.xpath.compile import compile_expression

LAUGHS = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<html><head><title>&c;</title></head></html>"""


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < 10


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(InputFault) as caught:
        action()
    assert caught.value.message("zh")
    assert caught.value.remedy("zh")
    return caught.value.code


def form_of(binds: str, *, body: str = "", data: str = "<a/><b/>") -> str:
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model><instance>'
        f'<data id="t">{data}</data></instance>{binds}</model></h:head><h:body>{body}</h:body></h:html>'
    )


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (LAUGHS, "CP-1202"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "CP-1202"),
        ("<html><head>", "CP-1201"),
        ("", "CP-1201"),
        ("<a>" * 5000 + "</a>" * 5000, "CP-1203"),
        ("<html/>", "CP-1204"),
        (form_of('<bind nodeset="/data/a" calculate="/data/bb + 1"/>'), "CP-1210"),
        (form_of('<bind nodeset="/data/a" calculate="cuont(/data/b)"/>'), "CP-1206"),
        (form_of('<bind nodeset="/data/a" calculate="pulldata(/data/b)"/>'), "CP-1208"),
        (form_of('<bind nodeset="/data/a" calculate="count()"/>'), "CP-1208"),
        (form_of('<bind nodeset="/data/a" calculate="1 +"/>'), "CP-1205"),
        (form_of('<bind nodeset="/data/a" calculate="/data/b"/><bind nodeset="/data/b" calculate="../a"/>'), "CP-1211"),
        (form_of('<bind nodeset="/data/a" relevant=". = 1"/>'), "CP-1211"),
    ],
)
def test_a_wrong_form_is_refused_with_its_code(xml: str, code: str) -> None:
    assert code_of(lambda: load_form(xml)) == code


def test_errors_name_place_and_nearest_name() -> None:
    with pytest.raises(InputFault) as caught:
        load_form(form_of('<bind nodeset="/data/a" calculate="cuont(/data/b)"/>'))
    assert "calculate a" in caught.value.message("en")
    assert "count" in caught.value.remedy("en")
    with pytest.raises(InputFault) as caught:
        load_form(form_of('<bind nodeset="/data/a" calculate="/data/b"/><bind nodeset="/data/b" calculate="../a"/>'))
    assert "a (calculate) → b (calculate)" in caught.value.message("en")


@pytest.mark.parametrize(
    "source",
    [
        "(" * 1000 + "1" + ")" * 1000,
        "if(1, " * 1000 + "1" + ", 2)" * 1000,
        "a[" * 1000 + "1" + "]" * 1000,
        "1" + " + 1" * 20_000,
        "not(" * 1000 + "1" + ")" * 1000,
    ],
)
def test_huge_expressions_are_refused(source: str) -> None:
    assert code_of(lambda: compile_expression(source, "here")) == "CP-1209"


def test_expressions_as_deep_as_allowed_run(load: Callable[..., Form], open_session: Callable[..., Session]) -> None:
    session = open_session()
    nested = "if(. = '', " * 98 + "'deep'" + ", '')" * 98
    assert session.evaluate(nested, "head") == "deep"
    assert session.evaluate("-" * 5000 + "1", "head") == "1"
    assert session.evaluate("1" + "+1" * 4000, "head") == "4001"
    assert session.evaluate("." + "[1]" * 90, "head") == ""


def test_a_long_answer_is_refused_at_once(open_session: Callable[..., Session]) -> None:
    session = open_session()
    assert code_of(lambda: session.set("head", "x" * 10_000_000)) == "CP-1215"
    assert session.answers().get("head") is None


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "\ud800", "x\udc00"])
def test_characters_that_no_file_takes_are_refused(open_session: Callable[..., Session], text: str) -> None:
    session = open_session()
    before = session.answers()
    assert code_of(lambda: session.set("head", text)) == "CP-1223"
    assert code_of(lambda: session.set("head#note", text)) == "CP-1223"
    assert session.answers() == before


@pytest.mark.parametrize(
    "text",
    [
        "\u202e\u05e9\u05dc\u05d5\u05dd",
        "مرحبا 12",
        "👩‍👩‍👧‍👦🏚️",
        "e\u0301\u0327",
        "𠮷野家",
        "a\tb\r\nc",
        "a\x0bb",
        "\u00a0\u3000",
        "]]>&<",
    ],
)
def test_texts_of_all_writings_stay_as_they_are(open_session: Callable[..., Session], text: str) -> None:
    session = open_session()
    session.set("head", text)
    again = open_session(session.answers())
    assert again.state("head").value == text == again.state("head").accepted
    assert again.evaluate("string-length(.)", "head") == str(len(text))
    assert again.submission_answers()["head"] == text


def nested(levels: int) -> str:
    opened = "".join(f"<g{level}>" for level in range(levels))
    closed = "".join(f"</g{level}>" for level in reversed(range(levels)))
    return form_of("", data=f"{opened}<a/>{closed}")


def test_a_form_nested_a_thousand_deep_is_refused() -> None:
    assert code_of(lambda: load_form(nested(1000))) == "CP-1203"
    assert "a" in load_form(nested(80)).by_name


MANY = (
    "type | name | label | calculation | repeat_count",
    "integer | n | N | | ",
    "begin_repeat | r | R | | ${n}",
    "decimal | a | A | | ",
    "calculate | twice | | ${a} * 2 | ",
    "calculate | place | | position(..) | ",
    "end_repeat | | | | ",
    "calculate | total | | sum(${twice}) | ",
    "calculate | many | | count(${r}) | ",
)


def test_five_thousand_items(load: Callable[..., Form], open_session: Callable[..., Session]) -> None:
    session = open_session(form=load(*MANY))
    touched = session.set("n", "5000")
    items = session.children("r")
    assert len(items) == 5000
    assert set(items) <= touched.states
    assert max(len(session.state(item).value) for item in items) <= 8  # ranks stay short
    assert session.state("many").value == "5000"
    for number in (0, 2500, 4999):
        touched = session.set(f"{items[number]}/a", "1.5")
        assert set(touched.values) == {f"{items[number]}/a", f"{items[number]}/twice", "total"}
    assert session.state("total").value == "9"
    assert session.state(f"{items[4999]}/place").value == "5000"
    assert session.validate() == []
    again = open_session(session.answers(), form=session.form)
    assert again.opened.values == {}
    assert again.answers() == session.answers()
    session.set("n", "2")
    assert session.children("r") == items[:2]
    assert session.state("total").value == "3"


def test_items_added_one_by_one(load: Callable[..., Form], open_session: Callable[..., Session]) -> None:
    session = open_session(form=load(*(row.replace("${n}", "") for row in MANY)))
    for _ in range(400):
        session.add_item("r")
    items = session.children("r")
    assert [session.state(f"{item}/place").value for item in items] == [str(place) for place in range(1, 402)]
    assert max(len(session.state(item).value) for item in items) <= 8


def test_an_endless_walk_is_given_up(open_session: Callable[..., Session]) -> None:
    session = open_session()
    for _ in range(30):
        session.add_item("yard/building")
    source = "count(//*[count(//*[count(//*) > 1]) > 1])"
    assert code_of(lambda: session.evaluate(source, "head")) == "CP-1219"


def test_a_repeat_count_is_bounded(load: Callable[..., Form], open_session: Callable[..., Session]) -> None:
    form = load(
        "type | name | label | repeat_count",
        "integer | n | N | ",
        "begin_repeat | r | R | ${n}",
        "text | t | T | ",
        "end_repeat | | | ",
    )
    session = open_session(form=form)
    session.set("n", "3")
    for value in (str(ITEMS_MAX + 1), "2000000000"):
        session.set("n", value)
        assert len(session.children("r")) == 3
        (problem,) = session.validate()
        assert (problem.path, problem.code) == ("r", "calculation")
        assert str(ITEMS_MAX) in problem.message("zh")
    session.set("n", "9" * 30)
    assert [problem.path for problem in session.validate()] == ["n"]
    session.set("n", "1")
    assert len(session.children("r")) == 1
    assert session.validate() == []


@pytest.mark.parametrize(
    "source", ["no table at all", "| survey |\n| | type | name |\n| | texxt | a |", b"PK\x03\x04 damaged"]
)
def test_a_wrong_xlsform_is_refused(source: str | bytes) -> None:
    assert code_of(lambda: compile_xlsform(source, name="bad")) == "CP-1216"


def test_an_xlsform_error_names_sheet_and_row() -> None:
    with pytest.raises(InputFault) as caught:
        compile_xlsform("| survey |\n| | type | name | label |\n| | text | a | A |\n| | texxt | b | B |", name="bad")
    assert "row 3" in caught.value.message("en")
