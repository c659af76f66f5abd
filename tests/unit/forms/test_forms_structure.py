"""What an XForm can say is read: media, guidance, ranges, actions, attributes, and the dialects of other tools."""

# ruff: noqa: E501 -- XForms are as wide as they are

from __future__ import annotations

from collections.abc import Callable

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import RECORDAUDIO, SETGEOPOINT, SETVALUE, Form, Kind
from cpdesk.forms.loading.texts import media_files
from cpdesk.forms.publish import compile_whole, compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form

SPACES = (
    'xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" '
    'xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:ev="http://www.w3.org/2001/xml-events"'
)
Open = Callable[..., Session]


def xform(data: str, model: str = "", body: str = "", *, spaces: str = SPACES, root: str = '<data id="t">') -> str:
    name = root[1:].split(maxsplit=1)[0]
    return (
        f"<h:html {spaces}><h:head><h:title>T</h:title><model><instance>{root}{data}</{name}></instance>{model}</model>"
        f"</h:head><h:body>{body}</h:body></h:html>"
    )


def read(data: str, model: str = "", body: str = "", **more: str) -> Form:
    return load_form(xform(data, model, body, **more))


def code_of(xml: str) -> str:
    with pytest.raises(InputFault) as caught:
        load_form(xml)
    assert caught.value.message("zh") and caught.value.remedy("zh") and caught.value.message("en")
    return caught.value.code


ITEXT = """
<itext><translation lang="中文 (zh)" default="true()">
  <text id="q"><value>墙 <output value="/data/n"/></value><value form="short">墙</value><value form="image">jr://images/wall.png</value><value form="audio">jr://audio/wall.mp3</value></text>
  <text id="h"><value>量三处</value><value form="guidance">取平均</value></text>
  <text id="pic"><value form="big-image">jr://images/only.png</value></text>
  <text id="long"><value form="long">长标签</value><value form="short">短</value></text>
  <text id="c1"><value>砖 **粗**</value><value form="image">jr://images/brick.png</value></text>
</translation></itext>
<itext><translation lang="English (en)">
  <text id="q"><value>Wall</value><value form="image">-</value></text><text id="h"><value>-</value><value form="guidance">Mean</value></text>
</translation></itext>"""
BODY = """<input ref="/data/a"><label ref="jr:itext('q')"/><hint ref="jr:itext('h')"/></input>
<input ref="/data/b"><label ref="jr:itext('pic')"/></input><input ref="/data/c"><label ref="jr:itext('long')"/></input>
<select1 ref="/data/d"><label ref="jr:itext('none')">写在里面</label><item><label ref="jr:itext('c1')"/><value>brick</value></item></select1>"""


def test_texts_have_forms_media_and_guidance(open_session: Open) -> None:
    form = read("<n>1</n><a/><b/><c/><d/>", ITEXT, BODY)
    assert form.languages == ("zh", "en") and form.default_language == "中文 (zh)"
    session = open_session(form=form)
    wall = session.state("a")
    assert (wall.label, wall.short, wall.hint, wall.guidance) == ("墙 1", "墙", "量三处", "取平均")
    assert dict(wall.media) == {"image": "wall.png", "audio": "wall.mp3"}
    assert session.state("b").label == "" and dict(session.state("b").media) == {"big-image": "only.png"}
    assert (session.state("c").label, session.state("c").short) == ("长标签", "短")
    assert session.state("d").label == "写在里面"
    choice = session.state("d").choices[0]
    assert (choice.label, dict(choice.media)) == ("砖 **粗**", {"image": "brick.png"})
    session.set_language("en")
    wall = session.state("a")
    assert (wall.label, wall.hint, wall.guidance, wall.media["image"]) == ("Wall", "量三处", "Mean", "wall.png")
    assert media_files(form) == ["wall.png", "wall.mp3", "only.png", "brick.png"]


def test_a_text_that_is_nowhere_is_refused() -> None:
    assert code_of(xform("<a/>", "", '<input ref="/data/a"><label ref="jr:itext(\'no\')"/></input>')) == "CP-1204"


@pytest.mark.parametrize(
    ("attributes", "kind", "expected"),
    [
        ('start="1" end="5" step="0.5"', "decimal", (1, 5, 0.5)),
        ('start="5" end="-5" step="-2"', "int", (5, -5, 2)),
        ("", "int", (1, 10, 1)),
    ],
)
def test_ranges_have_bounds(attributes: str, kind: str, expected: tuple[float, float, float]) -> None:
    form = read("<r/>", f'<bind nodeset="/data/r" type="{kind}"/>', f'<range ref="/data/r" {attributes}/>')
    bounds = form.node("r").range
    assert bounds is not None and (bounds.start, bounds.end, bounds.step) == expected
    assert bounds.holds(expected[0]) and bounds.holds(
        expected[0] + expected[2] * (1 if expected[1] > expected[0] else -1)
    )
    assert not bounds.holds(bounds.high + expected[2]) and not bounds.holds(bounds.low + expected[2] / 3)


@pytest.mark.parametrize("attributes", ['start="x"', 'step="0"', 'end="1.5"', 'start="NaN"', 'end="inf"'])
def test_wrong_ranges_are_refused(attributes: str) -> None:
    xml = xform("<r/>", '<bind nodeset="/data/r" type="int"/>', f'<range ref="/data/r" {attributes}/>')
    assert code_of(xml) == "CP-1239"


def test_actions_stand_anywhere() -> None:
    form = read(
        "<a/><b/><g><c/></g><r><d/><e/></r>",
        '<setvalue ref="/data/a" event="odk-instance-first-load" value="1 + 1"/><odk:setgeopoint ref="/data/b" event="odk-instance-first-load odk-instance-load"/>'
        '<odk:recordaudio ref="/data/b" event="odk-instance-load" odk:quality="low"/>',
        '<input ref="/data/a"><setvalue ref="/data/g/c" ev:event="xforms-value-changed">ten</setvalue></input>'
        '<group ref="/data/g"><setvalue ref="/data/g/c" event="odk-instance-first-load">x</setvalue><input ref="c"/></group>'
        '<repeat nodeset="/data/r"><setvalue ref="/data/r/d" event="odk-new-repeat" value="position(..)"/>'
        '<input ref="/data/r/d"><setvalue ref="/data/r/e" event="odk-new-repeat xforms-value-changed">y</setvalue></input></repeat>',
    )
    loads = [(action.kind, action.target) for action in form.first_load]
    assert loads == [(SETVALUE, "a"), (SETGEOPOINT, "b"), (RECORDAUDIO, "b"), (SETVALUE, "g/c")]
    assert [(action.target, action.literal) for action in form.node("a").actions] == [("g/c", "ten")]
    assert [action.target for action in form.node("r").actions] == ["r/d", "r/e"]
    assert [action.target for action in form.node("r/d").actions] == ["r/e"]


def test_actions_of_repeats_happen_for_new_items(open_session: Open) -> None:
    form = read(
        '<r jr:template=""><d/><e/></r>',
        "",
        '<repeat nodeset="/data/r"><input ref="/data/r/d"><setvalue ref="/data/r/e" event="odk-new-repeat xforms-value-changed">y</setvalue></input></repeat>',
    )
    session = open_session(form=form)
    item, _ = session.add_item("r")
    assert session.value_at(f"{item}/e") == "y"
    session.set(f"{item}/e", "z")
    session.set(f"{item}/d", "1")
    assert session.value_at(f"{item}/e") == "y"


@pytest.mark.parametrize("reference", ['ref="/data/zz"', 'ref="/data/g"', 'ref="/data"', ""])
def test_an_action_on_nothing_that_takes_a_value_is_refused(reference: str) -> None:
    assert code_of(xform("<g><a/></g>", f'<setvalue {reference} event="odk-instance-load"/>')) == "CP-1210"


def test_controls_keep_what_they_say() -> None:
    form = read(
        "<a/><p/><k/>",
        '<bind nodeset="/data/p" type="binary" orx:max-pixels="800"/><bind nodeset="/data/k" type="odk:rank"/><submission action="https://example.org/x" orx:auto-send="true"/>',
        '<input ref="/data/a" appearance="multiline w4 ex:app(x)" rows="5" accuracyThreshold="2.5" odk:tick-interval="2"/>'
        '<upload ref="/data/p" mediatype="image/*" accept=".jpg" intent="app"/><odk:rank ref="/data/k"><item><label>A</label><value>a</value></item></odk:rank>',
    )
    a, p, k = form.node("a"), form.node("p"), form.node("k")
    assert a.appearance == "multiline w4 ex:app(x)"
    assert a.parameters == {"rows": "5", "accuracyThreshold": "2.5", "tick-interval": "2"}
    assert (p.mediatype, p.parameters, p.attributes) == (
        "image/*",
        {"accept": ".jpg", "intent": "app"},
        {"max-pixels": "800"},
    )
    assert (k.control, k.type, k.is_select, k.items[0].value) == ("rank", "rank", True, "a")
    assert form.submission == {"action": "https://example.org/x", "auto-send": "true"}


def test_namespaces_may_have_any_prefix(open_session: Open) -> None:
    spaces = 'xmlns:x="http://www.w3.org/2002/xforms" xmlns="http://www.w3.org/1999/xhtml" xmlns:rosa="http://openrosa.org/javarosa" xmlns:o="http://www.opendatakit.org/xforms" xmlns:e="http://www.w3.org/2001/xml-events"'
    xml = f"""<html {spaces}><head><title>T</title><x:model><x:instance><data xmlns="" id="t"><n/><r rosa:template=""><a/></r><u/></data></x:instance>
    <x:bind nodeset="/data/u" rosa:preload="uid"/></x:model></head><body><x:input ref="/data/n"><x:setvalue ref="/data/u" e:event="xforms-value-changed">q</x:setvalue></x:input>
    <x:group ref="/data/r"><x:repeat nodeset="/data/r" rosa:count="/data/n" rosa:noAddRemove="true()"><x:input ref="/data/r/a"/></x:repeat></x:group></body></html>"""
    session = open_session(form=load_form(xml))
    assert session.value_at("u").startswith("uuid:") and session.children("r") == []
    session.set("n", "2")
    assert len(session.children("r")) == 2 and session.value_at("u") == "q"


def test_attributes_may_have_rules_and_values(open_session: Open) -> None:
    form = read(
        '<a kind="old"/><g stamp=""><b/></g><r><c size=""/></r>',
        '<bind nodeset="/data/a"/><bind nodeset="/data/g/@stamp" calculate="concat(/data/a, \'!\')"/><bind nodeset="/data/g" relevant="/data/a != \'hide\'"/>'
        '<bind nodeset="/data/r/c/@size" calculate="string-length(..)"/><bind nodeset="/data/g/b" calculate="concat(/data/a/@kind, ../@stamp)"/>',
        '<input ref="/data/a"/><repeat nodeset="/data/r"><input ref="/data/r/c"/></repeat>',
    )
    session = open_session(form=form)
    session.set("a", "x")
    assert session.value_at("g/b") == "oldx!" and session.answers()["g/@stamp"] == "x!"
    item = session.children("r")[0]
    session.set(f"{item}/c", "abc")
    assert session.answers()[f"{item}/c/@size"] == "3"
    again = open_session(session.answers(), form=form)
    assert again.answers() == session.answers()
    session.set("a", "hide")
    assert "g/@stamp" not in session.submission_answers()


def test_secondary_instances_have_names_of_their_own() -> None:
    twice = '<instance id="x"><root/></instance><instance id="x"><root/></instance>'
    assert code_of(xform("<a/>", twice)) == "CP-1242"
    mixed = '<instance id="x"><root/></instance><instance id="x" src="jr://file-csv/x.csv"/>'
    assert code_of(xform("<a/>", mixed)) == "CP-1242"


def test_strays_do_nothing_and_are_named(open_session: Open) -> None:
    form = read(
        "<a/>",
        '<bind nodeset="/data/zz" type="int"/>',
        '<input ref="/data/yy"/><group ref="/data/xx"><input ref="/data/a"/></group>',
    )
    assert form.strays == (("bind", "/data/zz"), ("input", "/data/yy"), ("group", "/data/xx"))
    assert open_session(form=form).definition("a").kind is Kind.QUESTION


def test_groups_without_a_node_pass_their_questions_on(open_session: Open) -> None:
    form = read(
        "<g><a/></g><b/>",
        "",
        '<group appearance="field-list"><label>Page</label><input ref="/data/b"/><group ref="/data/g"><group><input ref="a"/></group></group></group>',
    )
    assert [form.node(path).control for path in ("g", "g/a", "b")] == ["group", "input", "input"]


def test_preloads_that_nobody_knows_do_nothing(open_session: Open) -> None:
    form = read(
        "<a/><b/><c/>",
        '<bind nodeset="/data/a" jr:preload="context"/><bind nodeset="/data/b" jr:preload="timestamp"/><bind nodeset="/data/c" jr:preload="date" jr:preloadParams="today"/>',
    )
    assert [form.node(path).preload for path in "abc"] == [("", ""), ("", ""), ("date", "today")]
    session = open_session(form=form)
    assert (session.value_at("a"), session.value_at("b"), session.value_at("c")) == ("", "", "2026-11-22")
    assert "preload" not in [reason.rule for reason in session.explain("a").reasons]


def test_references_may_be_relative(open_session: Open) -> None:
    form = read(
        '<g><r jr:template=""><a/><s><b/></s></r></g>',
        "",
        '<group ref="/data/g"><group><repeat nodeset="r"><input ref="a"/><repeat nodeset="s"><input ref="b"/></repeat></repeat></group></group>',
    )
    session = open_session(form=form)
    item, _ = session.add_item("g/r")
    inner, _ = session.add_item(f"{item}/s")
    session.set(f"{inner}/b", "1")
    assert form.node("g/r/s").kind is Kind.REPEAT and session.value_at(f"{inner}/b") == "1"


def test_a_form_of_odk_build(open_session: Open) -> None:
    """Types named after controls, options in the body, `orx:meta`, messages as itext."""
    form = read(
        "<orx:meta><orx:instanceID/></orx:meta><name/><fuel/><kinds>coal wood</kinds>",
        '<itext><translation lang="eng"><text id="/data/name:label"><value>Name</value></text><text id="/data/name:constraintMsg"><value>Too short</value></text></translation></itext>'
        '<bind nodeset="/data/orx:meta/orx:instanceID" type="string" readonly="true()" jr:preload="uid"/>'
        '<bind nodeset="/data/name" type="string" constraint="(string-length(.) &gt; 2)" jr:constraintMsg="jr:itext(\'/data/name:constraintMsg\')"/>'
        '<bind nodeset="/data/fuel" type="select1"/><bind nodeset="/data/kinds" type="select"/>',
        '<input ref="/data/name"><label ref="jr:itext(\'/data/name:label\')"/></input>'
        '<select1 ref="/data/fuel"><item><label>Coal</label><value>coal</value></item></select1><select ref="/data/kinds"><item><label>Coal</label><value>coal</value></item><item><label>Wood</label><value>wood</value></item></select>',
    )
    session = open_session(form=form)
    assert session.value_at("orx:meta/orx:instanceID").startswith("uuid:") and session.value_at("kinds") == "coal wood"
    session.set("name", "ab")
    problem = session.state("name").problem
    assert problem is not None and problem.message("eng") == "Too short"
    session.set("fuel", "coal")
    assert session.state("fuel").problem is None


def test_a_form_of_kobo(open_session: Open) -> None:
    """`formhub/uuid`, `__version__`, several translations without codes, a null language."""
    form = read(
        "<formhub><uuid/></formhub><start/><q/><__version__/><meta><instanceID/></meta>",
        '<itext><translation lang="English"><text id="q"><value>Q</value></text></translation><translation lang="中文"><text id="q"><value>问</value></text></translation></itext>'
        '<bind nodeset="/data/formhub/uuid" type="string" calculate="\'abc\'"/><bind nodeset="/data/start" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>'
        '<bind nodeset="/data/__version__" type="string" calculate="\'v1\'"/><bind nodeset="/data/meta/instanceID" type="string" calculate="concat(\'uuid:\', uuid())" readonly="true()"/>',
        '<input ref="/data/q"><label ref="jr:itext(\'q\')"/></input>',
        root='<data id="aBcD" version="1 (2026-01-01 00:00:00)">',
    )
    session = open_session(form=form, language="中文")
    assert session.state("q").label == "问" and session.value_at("formhub/uuid") == "abc"
    assert form.version == "1 (2026-01-01 00:00:00)" and session.value_at("start")


def test_a_form_of_enketo(open_session: Open) -> None:
    """`orx:version`, a root with a namespace, instances with an attribute-laden list, `xsd:` types."""
    form = read(
        "<a/><b/>",
        '<instance id="c"><root xmlns=""><item lang="zh"><name>1</name><label>一</label></item></root></instance><bind nodeset="/data/a" type="xsd:int"/><bind nodeset="/data/b" type="xsd:string" odk:length="5"/>',
        '<input ref="/data/a"/><select1 ref="/data/b" appearance="minimal"><label>B</label><itemset nodeset="instance(\'c\')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>',
        root='<data xmlns="http://example.org/f" id="e" orx:version="7">',
    )
    assert form.version == "7" and form.node("a").type == "int" and form.node("b").attributes == {"length": "5"}
    assert [choice.label for choice in open_session(form=form).state("b").choices] == ["一"]


XLSFORM = """
| survey |
| | type | name | label | parameters | trigger | calculation | relevant | guidance_hint | image | appearance |
| | range | r | R | start=0 end=1 step=0.1 | | | | | | |
| | rank walls | k | K | randomize=true seed=1 | | | | | | |
| | select_one walls or_other | w | W | | | | | | | minimal |
| | select_one ${owner} | head | Head | | | | | | | |
| | begin_repeat | people | P | | | | | | | |
| | text | owner | O | | | | | take care | o.png | |
| | end_repeat | | | | | | | | | |
| | dateTime | at | At | | ${w} | now() | | | | |
| | image | photo | Photo | max-pixels=640 | | | | | | |
| | text | story | S | rows=3 | | | | | | multiline |
| | geopoint | place | Pl | capture-accuracy=3 warning-accuracy=20 | | | | | | |
| | start-geopoint | begun | | | | | | | | |
| | background-audio | sound | | | | | | | | |
| | audit | audit | | track-changes=true | | | | | | |
| choices |
| | list_name | name | label | image |
| | walls | brick | Brick | b.png |
| | walls | stone | Stone | |
| settings |
| | form_title | form_id | version |
| | t | t | 1 |
"""


def test_xlsforms_say_all_this(open_session: Open) -> None:
    form = load_form(compile_xlsform(XLSFORM, name="t"))
    bounds = form.node("r").range
    assert bounds is not None and bounds.holds(0.3) and not bounds.holds(0.25)
    assert form.node("k").control == "rank" and form.node("w_other").relevant is not None
    assert form.node("people/owner").media.keys() == {"image"} and form.node("people/owner").guidance
    assert form.node("story").parameters == {"rows": "3"} and form.node("photo").attributes["max-pixels"] == "640"
    assert form.node("place").parameters == {"accuracyThreshold": "3", "unacceptableAccuracyThreshold": "20"}
    assert [(action.kind, action.target) for action in form.first_load] == [
        (SETGEOPOINT, "begun"),
        (RECORDAUDIO, "sound"),
    ]
    session = open_session(form=form)
    session.set("w", "brick")
    assert session.value_at("at").startswith("2026-11-22T01:00")
    session.set(f"{session.children('people')[0]}/owner", "李四")
    assert [choice.value for choice in session.state("head").choices] == ["李四"]
    assert dict(session.state("w").choices[0].media) == {"image": "b.png"}


def test_the_osm_sheet_compiles() -> None:
    source = """
| survey |
| | type | name | label |
| | osm building_tags | building | Building |
| osm |
| | list_name | name | label |
| | building_tags | name | Name |
"""
    compiled = compile_whole(source, name="o")
    form = load_form(compiled.xml)
    assert form.node("building").control == "upload" and form.node("building").mediatype == "osm/*"
