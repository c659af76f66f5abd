"""XForms broken at random: whatever comes out is a coded error or a form that runs.

Each case is one seed: a form of the house or a small one, some changes to its elements, attributes, references,
expressions, types and namespaces, then a session with random operations. 200 seeds run every day, 20,000 with --slow.
"""

# ruff: noqa: E501 -- expressions and pieces of XML are as long as they are

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import CpdeskError
from cpdesk.forms.form import Form, Kind
from cpdesk.forms.session import Session
from cpdesk.forms.submission import answers_of_submission, submission_xml
from cpdesk.forms.xform import load_form

_ITEM: Final = re.compile(r"\[[^\]]*\]")
SECONDS_MAX: Final = 4.0  # twice what is promised, on a machine that does other things
SMALL: Final = (
    """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms"
 xmlns:ev="http://www.w3.org/2001/xml-events" xmlns:orx="http://openrosa.org/xforms"
 xmlns:entities="http://www.opendatakit.org/xforms/entities"><h:head><h:title>小</h:title>
<model odk:xforms-version="1.0.0" entities:entities-version="2024.1.0">
<itext><translation lang="中文 (zh)" default="true()"><text id="a:label"><value>甲<output value=" /data/n "/></value>
<value form="image">jr://images/a.png</value></text></translation>
<translation lang="English (en)"><text id="a:label"><value>A</value></text></translation></itext>
<instance><data id="small" version="2026112201"><a/><n>3</n><d/><s/><m/><c/><o/><rows jr:template=""><x>1</x><y/>
<deep jr:template=""><z/></deep></rows><rows><x>2</x><y/><deep><z/></deep></rows><p/><total/><count>2</count>
<counted jr:template=""><k/></counted>
<meta><instanceID/><instanceName/><entity dataset="t" id="" create="1"><label/></entity></meta></data></instance>
<instance id="l"><root><item><name>one</name><label>一</label><of>1</of></item>
<item><name>two</name><label>二</label><of>2</of></item></root></instance>
<bind nodeset="/data/a" type="string" relevant="/data/n &gt; 0" required="true()" constraint="string-length(.) &lt; 9"
 jr:constraintMsg="短"/><bind nodeset="/data/n" type="int" constraint=". &gt;= 0"/><bind nodeset="/data/d" type="date"/>
<bind nodeset="/data/s" type="string"/><bind nodeset="/data/m" type="string" relevant="selected(/data/s, 'one')"/>
<bind nodeset="/data/c" calculate="concat(/data/a, '-', format-date(/data/d, '%Y'))"/>
<bind nodeset="/data/o" calculate="once(random())"/>
<bind nodeset="/data/rows/x" type="decimal"/><bind nodeset="/data/rows/y" calculate="position(..) * ../x"/>
<bind nodeset="/data/rows/deep/z" calculate="sum(/data/rows/x) + ../../y" relevant="../../x != 5"/>
<bind nodeset="/data/p" type="geopoint"/><bind nodeset="/data/total" calculate="sum(/data/rows/y)" type="decimal"/>
<bind nodeset="/data/count" type="int"/><bind nodeset="/data/counted/k" type="int"/>
<bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/>
<bind nodeset="/data/meta/instanceName" calculate="concat(/data/a, /data/total)"/>
<bind nodeset="/data/meta/entity/@id" type="string"/>
<bind nodeset="/data/meta/entity/label" calculate="/data/a"/>
<setvalue ref="/data/meta/entity/@id" event="odk-instance-first-load" value="uuid()"/>
<setvalue ref="/data/d" event="odk-instance-first-load" value="today()"/></model></h:head>
<h:body><input ref="/data/a"><label ref="jr:itext('a:label')"/><hint>提示</hint>
<setvalue event="xforms-value-changed" ref="/data/n" value="string-length(/data/a)"/></input>
<input ref="/data/n"><label>N</label></input><input ref="/data/d"><label>D</label></input>
<select1 ref="/data/s" appearance="minimal"><label>S</label><itemset nodeset="instance('l')/root/item[of &lt;= /data/n]">
<value ref="name"/><label ref="label"/></itemset></select1>
<select ref="/data/m"><label>M</label><item><value>u</value><label>U</label></item><item><value>v</value>
<label>V</label></item></select>
<group ref="/data/rows"><label>R</label><repeat nodeset="/data/rows"><input ref="/data/rows/x"><label>X</label></input>
<group ref="/data/rows/deep"><repeat nodeset="/data/rows/deep"><input ref="/data/rows/deep/z"><label>Z</label></input>
<setvalue event="odk-new-repeat" ref="/data/rows/deep/z" value="7"/></repeat></group></repeat></group>
<group><repeat nodeset="/data/counted" jr:count="/data/count"><input ref="/data/counted/k"><label>K</label></input>
</repeat></group>
<input ref="/data/p"><label>P</label></input><range ref="/data/count" start="0" end="9" step="1"><label>C</label></range>
</h:body></h:html>""",
    """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:xf="http://www.w3.org/2002/xforms"
 xmlns:jr="http://openrosa.org/javarosa"><head><title>t</title><xf:model><xf:instance><data id="other"><g><q/><w/></g>
</data></xf:instance><xf:instance id="f" src="jr://file-csv/f.csv"/>
<xf:instance id="last" src="jr://instance/last-saved"/>
<xf:bind nodeset="/data/g/w" relevant="/data/g/q != ''"/><xf:bind nodeset="/data/g/w" type="xf:integer"
 readonly="pulldata('f', 'a', 'b', ../q) = 1"/></xf:model></head><body><xf:group ref="/data/g">
<xf:input ref="/data/g/q"><xf:label>q</xf:label></xf:input>
<xf:upload ref="/data/g/w" mediatype="image/*"/></xf:group></body></html>""",
)
EXPRESSIONS: Final = (
    "", " ", ".", "..", "/", "//", "*", "@*", "/data", "/data/*", "//x", "../../../..", "position(..)", "position()",
    "count(//*)", "sum(/data/rows/x)", "/data/rows[1]/x", "/data/rows[position() = last()]/y", "1 div 0", "-'a'",
    "indexed-repeat(/data/rows/x, /data/rows, 99999999999999999999)", "substr('a', 1e300)", "substr('a', -1, 1 div 0)",
    "round(1 div 0, 400)", "int('x')", "date('9999-99-99')", "date(1e300)", "format-date(today(), '%')", "date(-1e9)",
    "format-date-time(now(), '%%%n%q')", "randomize(//x, 'seed')", "randomize(/data/rows, 1e400)", "regex(., '(a+)+$')",
    "regex('aaaa', '[')", "selected-at(., -1)", "selected-at('a b', 1e99)", "jr:choice-name(., '/data/s')",
    "jr:itext('none')", "pulldata('f', 'a', 'b', 'c')", "instance('none')/root/item", "instance('l')/root/item[last()]",
    "instance('l')/root/item[name = current()/../s]/label", "instance('__last-saved')/data/a", "digest('a', 'MD5')",
    "digest('a', 'none', 'none')", "base64-decode('=')", "area('1 2;3')", "distance('x')", "geofence('0 0', 'y')",
    "concat(//text())", "join(//x, ',')", "(((1)))", "1 = 1 = 1", "- - - 1", "true()", "not()", "once(random())",
    "name(..)", "local-name(//@*)", "id('a')", "lang('zh')", "string-length(//*) > 3", "checklist(-1, 1, true())",
    "weighted-checklist(1, 0, 1)", "repeat('ab', 3)", "'未闭", "\u200f/data/a", "/data/\u202ea", "coalesce(/data/a, )",
    "if(1, 2)", "translate('abc', 'b', '\U0001f600')", "number('\u0661')", "exp(1e9)", "pow(-8, 1 div 3)", "pow(10, 400)",
    "log(-1)", "sqrt(-1)", "sin('x')", "uuid(-1)", "uuid(1e9)", "random()", "today() + 1e10", "now() * 1e300",
    "decimal-date-time('x')", "decimal-time('25:61')", "/data/a[" * 30 + "1" + "]" * 30, "(" * 90 + "1" + ")" * 90,
    "not(" * 150 + "1" + ")" * 150, "1" + "+1" * 2000, "a" * 30_000, "property('x')", "version()", "\ufffd", "'\u2028'",
    "sum(//x)", "not(.)", ". > 1", "../*", "now()", "concat(/*, 1)", "../..", "/data/count", "/data/n", "/data/rows", "/data/rows/deep", "current()/..", "self::node()[.]", "/data/a | /data/n",
    "following-sibling::*", "../preceding-sibling::rows[1]/x", "count(/data/rows) + 1", "is-selected(., 'a')",
)  # fmt: skip
WORDS: Final = (
    "", "string", "int", "decimal", "date", "dateTime", "time", "geopoint", "geotrace", "geoshape", "binary", "barcode",
    "select1", "rank", "xf:integer", "none:such", "\U0001f469\u200d\U0001f467", "中文", "-1", "0", "1e400", "NaN", "true()",
    "uid", "timestamp", "property", "username", "jr://file-csv/x.csv", "jr://instance/last-saved", "jr://images/../x",
    "http://www.w3.org/2002/xforms", "odk-instance-first-load xforms-value-changed", "odk-new-repeat", "\u202e\u0300",
    "2024.1.0", "9999.1.0", "a" * 5000, "/data/rows", "l", "jr:itext('a:label')", "*", "image/*", "small",
)  # fmt: skip
VALUES: Final = (
    None, "", "1", "-1", "one", "one two", "u v x", "5", "2", "0", "1e400", "2026-11-22", "9999-12-31", "0000-00-00", "40 116",
    "40 116 0 0;40 117 0 0", "\u200f\u0645\u0631\u062d\u0628\u0627", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "e\u0301" * 50,
    "\0", "\ud800", "\u2028", "长" * 5000, "9" * 400, "10001", "3.7", "NaN", " ", "\ufeff1", "x" * 200_001,
)  # fmt: skip


for prefix, uri in (
    ("", "http://www.w3.org/2002/xforms"),
    ("h", "http://www.w3.org/1999/xhtml"),
    ("jr", "http://openrosa.org/javarosa"),
    ("odk", "http://www.opendatakit.org/xforms"),
    ("ev", "http://www.w3.org/2001/xml-events"),
    ("orx", "http://openrosa.org/xforms"),
    ("entities", "http://www.opendatakit.org/xforms/entities"),
    ("cpdesk", "https://cpdesk.example/xforms"),
):
    ElementTree.register_namespace(prefix, uri)  # else every name gets another prefix, and no reference finds it


def shipped(name: str) -> str:
    return (Path(__file__).resolve().parents[3] / "resources/forms" / f"{name}.xml").read_text(encoding="utf-8")


def mutated(source: str, chance: random.Random) -> str:
    """A form with one to four changes."""
    root = ElementTree.fromstring(source)
    for _ in range(chance.randint(1, 4)):
        chance.choice(CHANGES)(root, chance)
    text = ElementTree.tostring(root, encoding="unicode")
    if chance.random() < 0.08:  # what no tree of elements can express
        place = chance.randrange(len(text))
        cut = chance.choice((1, 5, 200))
        text = (
            text[:place] + chance.choice(("", "<", "&x;", "<!DOCTYPE a>", "\0", "]]>", "\ud800")) + text[place + cut :]
        )
    return text


def _some(root: ElementTree.Element, chance: random.Random) -> ElementTree.Element:
    return chance.choice(list(root.iter()))


def _dropped(root: ElementTree.Element, chance: random.Random) -> None:
    parent = _some(root, chance)
    if len(parent):
        parent.remove(chance.choice(list(parent)))


def _doubled(root: ElementTree.Element, chance: random.Random) -> None:
    parent = _some(root, chance)
    if len(parent):
        parent.insert(chance.randrange(len(parent) + 1), chance.choice(list(parent)))


def _moved(root: ElementTree.Element, chance: random.Random) -> None:
    below, above = _some(root, chance), _some(root, chance)
    if above not in below.iter():
        above.append(below)


def _attribute(root: ElementTree.Element, chance: random.Random) -> None:
    holders = [element for element in root.iter() if element.attrib]
    if not holders:
        return
    element = chance.choice(holders)
    name = chance.choice(list(element.attrib))
    what = chance.random()
    if what < 0.15:
        del element.attrib[name]
    elif what < 0.55:
        element.attrib[name] = chance.choice(EXPRESSIONS).replace("\0", "")
    elif what < 0.75:
        element.attrib[name] = chance.choice(WORDS)
    elif what < 0.9:
        other = chance.choice(holders)
        element.attrib[name] = chance.choice(list(other.attrib.values()))
    else:
        other = chance.choice(holders)
        element.attrib.update(other.attrib)


def _cut_expression(root: ElementTree.Element, chance: random.Random) -> None:
    holders = [element for element in root.iter() if element.attrib]
    if holders:
        element = chance.choice(holders)
        name = chance.choice(list(element.attrib))
        value = element.attrib[name]
        place = chance.randrange(len(value) + 1)
        element.attrib[name] = (
            value[:place] + chance.choice(("", "(", ")", "'", "[", "/", " ", "$", "*")) + value[place + 1 :]
        )


def _renamed(root: ElementTree.Element, chance: random.Random) -> None:
    element, other = _some(root, chance), _some(root, chance)
    element.tag = chance.choice(
        (other.tag, "{urn:x}" + element.tag.rpartition("}")[2], "input", "_\u4e2d", "{urn:x}repeat")
    )


def _text(root: ElementTree.Element, chance: random.Random) -> None:
    _some(root, chance).text = chance.choice((*WORDS, *EXPRESSIONS))


def _new_bind(root: ElementTree.Element, chance: random.Random) -> None:
    binds = [element for element in root.iter() if element.tag.endswith("}bind")]
    if binds:
        rule = chance.choice(("calculate", "relevant", "required", "constraint", "readonly", "nodeset"))
        chance.choice(binds).attrib[rule] = chance.choice(EXPRESSIONS)


CHANGES: Final[Sequence[Callable[[ElementTree.Element, random.Random], None]]] = (
    _dropped, _doubled, _moved, _attribute, _attribute, _attribute, _cut_expression, _renamed, _text, _new_bind, _new_bind,
)  # fmt: skip


def operate(form: Form, chance: random.Random, steps: int) -> None:
    """Open a form and do what a person might; only coded errors may come."""
    numbers = count(1)

    def opened(answers: dict[str, str] | None) -> Session:
        return Session(
            form,
            answers,
            clock=FixedClock(datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
            new_id=lambda: f"n{next(numbers)}",
            random=chance.random,
        )

    session = opened(None)
    templates = [node.path for node in form.nodes]
    for _ in range(steps):
        paths = _paths(session)
        path = chance.choice(paths or ["nothing"])
        what = chance.random()
        try:
            if what < 0.55:
                session.set(path, chance.choice(VALUES))
            elif what < 0.7:
                session.add_item(chance.choice([p for p in paths if not p.endswith("]")] or ["x"]))
            elif what < 0.78:
                session.remove_item(chance.choice([p for p in paths if p.endswith("]")] or ["x"]))
            elif what < 0.82:
                session.move_item(chance.choice([p for p in paths if p.endswith("]")] or ["x"]), None)
            elif what < 0.86:
                session.set(chance.choice(templates or ["x"]) + chance.choice(("", "#note", "[z]", "/more")), "x")
            elif what < 0.9:
                session.set_language(chance.choice(("zh", "en", "", "\U0001f600")))
            else:
                session.explain(path)
        except CpdeskError as fault:
            assert fault.message("zh")
    for path in _paths(session):
        session.state(path)
    session.validate()
    session.progress()
    session.finish()
    answers = dict(session.answers())
    again = opened(answers)
    kept = again.answers()
    worked_out = {node.path for node in form.nodes if node.calculate is not None or not node.is_leaf}
    missing = {path for path in answers if path not in kept and _ITEM.sub("", path) not in worked_out}
    assert not missing, f"lost on reopening: {missing}"
    try:
        session.entities()
        xml = submission_xml(form, session)
    except CpdeskError:
        return
    assert xml == submission_xml(form, session)
    answers_of_submission(form, xml, lambda: f"n{next(numbers)}")


def _paths(session: Session) -> list[str]:
    found: list[str] = []
    waiting = [""]
    while waiting and len(found) < 400:
        for path in session.children(waiting.pop()):
            found.append(path)
            if session.definition(path).kind in (Kind.GROUP, Kind.REPEAT):
                waiting.append(path)
    return found


def run(seed: int) -> str:
    """One case; gives the code of the refusal, "" when the form ran."""
    chance = random.Random(seed)
    name = chance.choice(
        ("", "", "", "other", "farmhouse", "community", "heatnet") if seed % 10 == 0 else ("", "", "other")
    )
    source = shipped(name) if name not in ("", "other") else SMALL[name == "other"]
    text = mutated(source, chance)
    started = time.process_time()
    try:
        form = load_form(text)
        operate(form, chance, 10 if name not in ("", "other") else 25)
        code = ""
    except CpdeskError as fault:
        assert fault.message("zh") and fault.message("en"), fault.code
        code = fault.code
    spent = time.process_time() - started
    assert spent < SECONDS_MAX, f"seed {seed} took {spent:.1f} s"
    return code


def test_broken_xforms_are_refused_or_run() -> None:
    codes = [run(seed) for seed in range(200)]
    assert codes.count("") > 60 and len(set(codes)) > 6  # the changes neither break everything nor nothing


@pytest.mark.parametrize("reference", ["/data", "/other/rows", "nothing/at/all"])
def test_a_repeat_of_nothing_or_of_everything_is_a_group(reference: str) -> None:
    form = load_form(SMALL[0].replace('<repeat nodeset="/data/rows">', f'<repeat nodeset="{reference}">'))
    assert [form.root.kind, form.by_path["rows"].kind] == [Kind.GROUP, Kind.GROUP]
    operate(form, random.Random(1), 40)


def test_a_preload_of_a_group_makes_no_entry() -> None:
    form = load_form(SMALL[0].replace("<instanceID/>", "<instanceID><inner/></instanceID>"))
    operate(form, random.Random(2), 10)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_many_broken_xforms_are_refused_or_run(block: int) -> None:
    for seed in range(1000 + block * 1000, 2000 + block * 1000):
        run(seed)
