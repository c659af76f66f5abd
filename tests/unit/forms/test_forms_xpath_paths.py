"""Axes, node tests, namespaces, order of documents, positions in every place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cpdesk.forms.session import Session
from cpdesk.forms.tree import read_xml
from cpdesk.forms.xpath.compile import compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import Value, to_text

TREE = """<root id="top"><a n="1"><b>1</b><a n="2"><b>2</b><!--x--></a><b>3</b></a><?go now?><?stop?>
<c><b n="4">4</b><b>5</b></c>tail</root>"""
XHTML = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:o="http://openrosa.org/xforms"><p>1</p><p>2</p>
<o:meta><o:name>x</o:name></o:meta></html>"""


def found_in(xml: str, source: str, environment: Environment) -> Value:
    document, _ = read_xml(xml, keep_text=True)
    environment.root = document
    return compile_expression(source).evaluate(Context(document, environment))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("join('', //b)", "12345"),
        ("join('', /root/a/descendant::b)", "123"),
        ("join('', //a//b)", "123"),
        ("join('', //a/b)", "123"),
        ("join('', //b[1])", "124"),
        ("join('', (//b)[2])", "2"),
        ("join('', //b[last()])", "235"),
        ("join('', //b[position() = last()])", "235"),
        ("join('', //b[. > 1][2])", "5"),
        ("join('', //b/following::b)", "2345"),
        ("join('', //b[. = 3]/preceding::b)", "12"),
        ("join('', //b[. = 3]/preceding::b[1])", "2"),
        ("join('', //b[. = 2]/ancestor::a/@n)", "12"),
        ("join('', //b[. = 2]/ancestor::a[1]/@n)", "2"),
        ("join('', //b[. = 2]/ancestor-or-self::*[last()]/@id)", "top"),
        ("join('', //b[. = 4]/following-sibling::b)", "5"),
        ("join('', //b[. = 5]/preceding-sibling::*)", "4"),
        ("join('', //c/b/parent::c/b)", "45"),
        ("join('', //c/b/..//b)", "45"),
        ("join('', //b[. = 5] | //b[. = 1] | //c/b)", "145"),
        ("count(//@n)", "3"),
        ("count(//node())", "19"),
        ("count(//text())", "7"),
        ("count(//comment())", "1"),
        ("count(/root/processing-instruction())", "2"),
        ("string(/root/processing-instruction('go'))", "now"),
        ("name(/root/processing-instruction('stop'))", "stop"),
        ("count(/root/processing-instruction('none'))", "0"),
        ("count(/root/namespace::*)", "0"),
        ("name(//b[. = 4]/self::b)", "b"),
        ("count(//b/self::a)", "0"),
        ("count(id('top'))", "1"),
        ("count(id('none top'))", "1"),
        ("count(//a[b])", "2"),
        ("count(//a[a])", "1"),
        ("count(//*[@n = 4]/attribute::n)", "1"),
        ("count(//b[. = 1 or position() = 2])", "3"),
        ("boolean(//*[self::c][2])", "false"),
        ("string(//b[2][1])", "3"),
        ("count(/*/*[last()]/*[last() - 1])", "1"),
    ],
)
def test_paths(source: str, text: str, environment: Environment) -> None:
    assert to_text(found_in(TREE, source, environment)) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("count(/h:html/h:p)", "2"),
        ("count(//xhtml:p)", "2"),
        ("count(/html/p)", "0"),
        ("count(//h:*)", "3"),
        ("string(//orx:meta/orx:name)", "x"),
        ("string(//o:name)", "x"),
        ("namespace-uri(//orx:meta)", "http://openrosa.org/xforms"),
        ("count(//unknown:p)", "0"),
    ],
)
def test_prefixes_stand_for_namespaces(source: str, text: str, environment: Environment) -> None:
    assert to_text(found_in(XHTML, source, environment)) == text


def test_many_nodes_are_sorted_by_numbering_the_tree(environment: Environment) -> None:
    items = "".join(f"<g><v>{number}</v><g><v>{number}.5</v></g></g>" for number in range(200))
    found = found_in(f"<root>{items}</root>", "//g/v[1]", environment)
    assert isinstance(found, list)
    assert [node.text for node in found[:4]] == ["0", "0.5", "1", "1.5"]
    assert len(found) == 400


def test_a_predicate_asks_whether_a_searched_node_is_there(worked_out: Callable[[str], Value]) -> None:
    assert worked_out("count(r[x])") == 2.0  # an unanswered question is no answer
    assert worked_out("count(r[*])") == 3.0  # but it is a node
    assert worked_out("count(r[x[. = '']])") == 1.0


def test_once_keeps_what_is_there(environment: Environment) -> None:
    def of(name: str, source: str) -> Value:
        node = environment.root.children[0].children_named(name)[0]
        return compile_expression(source).evaluate(Context(node, environment))

    assert of("t", "once(random())") == "abc"
    assert of("e", "once(random())") == 0.25
    assert of("e", "once(. * 10)") == ""
    assert to_text(of("t", "current()/../a")) == "1"


def test_texts_of_the_form_come_from_its_environment(
    worked_out: Callable[[str], Value], environment: Environment
) -> None:
    environment.itext = {"k": "词"}.get  # type: ignore[assignment]
    environment.choice_name = lambda value, path, _origin: f"{path}:{value}"
    assert worked_out("jr:itext('k')") == "词"
    assert worked_out("jr:choice-name(a, ' /data/q ')") == " /data/q :1"


def test_the_text_of_a_leaf_is_a_node_when_asked_for(
    worked_out: Callable[[str], Value], open_session: Callable[..., Session]
) -> None:
    assert worked_out("string(t/text())") == "abc"
    assert worked_out("count(e/text())") == 0.0
    assert worked_out("join('', //x/text())") == "3412"
    assert worked_out("join('', w/text() | t/text())") == "abcno5"
    session = open_session()
    session.set("fuels", "coal")
    session.set("coal/coal_t", "3")
    assert session.evaluate("string(../coal/coal_t/text())", "head") == "3"
    session.set("fuels", "wood")
    assert session.evaluate("string(../coal/coal_t/text())", "head") == ""


def test_a_seed_and_a_check_sum_take_any_text(worked_out: Callable[[str], Value]) -> None:
    assert worked_out("count(randomize(r, '\ud800'))") == 3.0
    assert worked_out("string-length(digest('\ud800', 'MD5', 'hex'))") == 32.0
