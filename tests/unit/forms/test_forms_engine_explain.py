"""Reasons in the words of the people who fill the form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.forms.form import Form
from cpdesk.forms.running.phrases import Phrases
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.forms.xpath.parser import parse
from cpdesk.forms.xpath.unparse import written

Load = Callable[..., Form]
Open = Callable[..., Session]


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("a = 'x' and b > 3", "「a」是“x”，并且「b」大于 3", "「a」 is “x” and 「b」 is above 3"),
        (
            "not(selected(a, 'x')) or b = ''",
            "「a」没选“x”，或者没填「b」",
            "“x” is not selected in 「a」 or 「b」 is not answered",
        ),
        ("(a + b) * 2 - (a - b)", "（「a」 + 「b」） × 2 − （「a」 − 「b」）", "(「a」 + 「b」) × 2 − (「a」 − 「b」)"),
        ("if(a = '', 0, round(b div 2, 1))", "如果没填「a」就取 0，否则取「b」 ÷ 2（保留 1 位小数）", ""),
        ("not(a != 'x')", "「a」是“x”", "「a」 is “x”"),
        ("r[position() = position(current()/..) - 1]/a", "上一项的「a」", "「a」 of the item before"),
        ("instance('wells')/root/item[id = current()/../a]/depth", "「wells」表里（「id」是「a」）的depth", ""),
        ("r[2]/a", "「r」里（第 2 项）的「a」", ""),
        ("digest(a, 'MD5')", "digest(「a」，“MD5”)", "digest(「a」, “MD5”)"),
    ],
)
def test_expressions_in_words(source: str, zh: str, en: str) -> None:
    ast = parse(source)
    for language, expected in (("zh", zh), ("en", en)):
        phrases = Phrases(Translator(language), lambda path, _: f"「{path.steps[-1].test}」", lambda _, value: value)
        if expected:
            assert phrases.sentence(ast) == expected


@pytest.mark.parametrize(
    "source",
    [
        "/data/a[. = 'x']/../b",
        "-(1 + 2) * 3",
        "instance('l')/root/item[name = current()/../a]/@id",
        "(a | b)[1]",
        "../a",
    ],
)
def test_trees_are_written_as_they_were_read(source: str) -> None:
    again = written(parse(source))
    assert written(parse(again)) == again


def test_why_a_choice_is_not_offered(open_session: Open) -> None:
    session = open_session()
    building, _ = session.add_item("yard/building")
    session.set(f"{building}/wall", "stone")
    told = session.explain(f"{building}/inner", choice="brick").text()
    assert told == "「内墙」没有列出“砖墙”，因为条件不成立：它的 kind（brick）是「墙体」\n  墙体：石墙"
    assert session.explain(f"{building}/inner", choice="stone").text() == ""
    assert session.explain(f"{building}/inner", choice="glass").text() == "「内墙」的选项里本来就没有“glass”。"
    session.set(f"{building}/wall", "brick")
    assert "现在有 1 项" in session.explain(f"{building}/inner").text()
    session.set_language("en")
    assert "offers only choices where" in session.explain(f"{building}/inner").text()


def test_why_a_repeat_has_so_many_items(open_session: Open) -> None:
    session = open_session()
    building = session.children("yard/building")[0]
    for path in (f"{building}/room", session.children(f"{building}/room")[0]):
        assert session.explain(path).text() == "「房间」的项数 = 「间数」 = 2\n  间数：2"


def test_where_a_value_comes_from(load: Load, open_session: Open) -> None:
    form = load(
        "type | name | label | default | calculation | trigger | readonly",
        "text | a | 甲 | 你好 | | | ",
        "text | b | 乙 | | concat(${a}, '!') | ${a} | ",
        "text | c | 丙 | today() | | | ",
        "integer | d | 丁 | | ${e} * 2 | | ",
        "integer | e | 戊 | | | | yes",
        "today | f | 己 | | | | ",
    )
    session = open_session(form=form)
    assert session.explain("a").text() == "「甲」现在就是表单的默认值：你好"
    assert session.explain("b").text() == "「乙」会在改「甲」时自动填成：「甲」接“!”"
    assert session.explain("c").text() == "「丙」会在打开调查表时自动填成：今天"
    assert session.explain("e").text() == "「戊」只能看，不能改。"
    assert session.explain("f").text() == "「f」由程序自动填：当天日期"
    session.set("d", "7")
    assert session.explain("d").text().startswith("「丁」本来算得 （空）（「戊」 × 2），后来手工改过")


def test_an_answer_that_does_not_count_is_told_so(load: Load, open_session: Open) -> None:
    form = load(
        "type | name | label | relevant",
        "integer | a | 甲 | ",
        "text | b | 乙 | ${a} > 3",
    )
    session = open_session(form=form)
    session.set("a", "五个")
    assert session.state("a").value == "五个"
    assert session.state("a").accepted == ""
    assert (
        session.explain("b").text() == "「乙」没有显示，因为条件不成立：「甲」大于 3\n  甲：五个（填得不对，按没填算）"
    )


def test_a_relevance_that_fails_shows_and_says_so(load: Load, open_session: Open) -> None:
    form = load("type | name | label | relevant", "text | a | 甲 | ", "text | b | 乙 | date(${a}) > today()")
    session = open_session(form=form)
    session.set("a", "哪天")
    assert session.state("b").relevant
    assert "先照常显示" in session.explain("b").text()


def test_a_circle_names_all_its_questions(load: Load) -> None:
    with pytest.raises(InputFault) as caught:
        load(
            "type | name | label | calculation",
            "integer | a | 甲 | ${c} + 1",
            "integer | b | 乙 | ${a} + 1",
            "integer | c | 丙 | ${b} + 1",
        )
    zh, en = caught.value.message("zh"), caught.value.message("en")
    for part in ("「甲」a（计算）", "「丙」c（计算）", "「乙」b（计算）"):
        assert part in zh
    assert " → " in zh
    assert "“甲” a (calculate)" in en


def test_a_place_is_filled_by_hand_on_a_desk(open_session: Open) -> None:
    xml = (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:odk="http://www.opendatakit.org/xforms"><h:head><h:title>t</h:title><model><instance>'
        '<data id="t"><a/></data></instance><bind nodeset="/data/a" type="geopoint"/>'
        '<odk:setgeopoint event="odk-instance-first-load" ref="/data/a"/></model></h:head>'
        '<h:body><input ref="/data/a"><label>甲</label></input></h:body></h:html>'
    )
    form = load_form(xml)
    session = open_session(form=form)
    assert session.state("a").value == ""
    assert session.explain("a").text() == "「甲」在手机上由定位自动填；电脑没有定位，请手工填写。"
    assert open_session(form=form, fixed={"position": "40.2 116.2 50 4"}).state("a").value == "40.2 116.2 50 4"


def test_reasons_in_english(open_session: Open) -> None:
    session = open_session(language="en")
    building = session.children("yard/building")[0]
    session.set(f"{building}/wall", "stone")
    told = session.explain(f"{building}/inner").text()
    assert told == "“Inner wall” is hidden because this does not hold: “Wall” is “Brick”\n  Wall: Stone"
