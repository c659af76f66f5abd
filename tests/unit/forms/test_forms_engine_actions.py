"""Actions: which node they fill, and when."""

from __future__ import annotations

from collections.abc import Callable

from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form

Open = Callable[..., Session]


def form_of(data: str, body: str, model: str = "") -> Form:
    return load_form(
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms"><h:head><h:title>t'
        f'</h:title><model><instance><data id="t">{data}</data></instance>{model}</model></h:head>'
        f"<h:body>{body}</h:body></h:html>"
    )


def action(target: str, value: str, event: str = "xforms-value-changed") -> str:
    return f'<setvalue event="{event}" ref="{target}" value="{value}"/>'


def test_a_target_picked_among_the_items(open_session: Open) -> None:
    form = form_of(
        "<a/><r><d/><s/></r>",
        f'<input ref="/data/a">{action("/data/r[position() = 2]/d", "/data/a")}</input>'
        '<repeat nodeset="/data/r"><input ref="/data/r/s">'
        f"{action('/data/r[position() = position(current()/..) - 1]/d', 'concat(., position(..))')}</input></repeat>",
    )
    session = open_session(form=form)
    assert session.set("a", "x").values == {"a": "x"}  # there is no second item yet
    for _ in range(2):
        session.add_item("r")
    first, second, third = session.children("r")
    assert session.set("a", "y").values == {"a": "y", f"{second}/d": "y"}
    assert session.set(f"{third}/s", "s").values == {f"{third}/s": "s", f"{second}/d": "y2"}
    assert session.set(f"{first}/s", "s").values == {f"{first}/s": "s"}


def test_a_target_in_the_same_item(open_session: Open) -> None:
    form = form_of(
        "<r><a/><b/><q><c/></q></r>",
        '<repeat nodeset="/data/r"><input ref="/data/r/a">'
        f"{action('/data/r/b', '../a * 2')}{action('/data/r/q/c', '../../a')}</input>"
        '<repeat nodeset="/data/r/q"><input ref="/data/r/q/c"/></repeat></repeat>',
    )
    session = open_session(form=form)
    item, _ = session.add_item("r")
    for _ in range(2):
        session.add_item(f"{item}/q")
    touched = session.set(f"{item}/a", "3")
    inner = session.children(f"{item}/q")
    assert touched.values == {f"{item}/a": "3", f"{item}/b": "6"} | {f"{one}/c": "3" for one in inner}


def test_actions_start_each_other_but_no_node_twice(open_session: Open) -> None:
    form = form_of(
        "<a/><b/><c/>",
        f'<input ref="/data/a">{action("/data/b", "/data/a + 1")}</input>'
        f'<input ref="/data/b">{action("/data/c", "/data/b + 1")}</input>'
        f'<input ref="/data/c">{action("/data/a", "/data/c + 1")}</input>',
    )
    session = open_session(form=form)
    assert session.set("a", "1").values == {"a": "4", "b": "2", "c": "3"}


def test_events_of_loading_and_of_new_items(open_session: Open) -> None:
    both = "odk-instance-first-load odk-new-repeat"
    form = form_of(
        "<n>7</n><stamp/><r><x/><y/></r>",
        f'<repeat nodeset="/data/r">{action("/data/r/x", "/data/n", both)}'
        f'{action("/data/r/y", "position(..)", "odk-new-repeat")}<input ref="/data/r/x"/></repeat>',
        action("/data/stamp", "coalesce(/data/stamp, 0) + 1", "odk-instance-load"),
    )
    session = open_session(form=form)
    (first,) = session.children("r")
    assert session.answers() == {"n": "7", "stamp": "1", first: session.state(first).value, f"{first}/x": "7"}
    second, touched = session.add_item("r")
    assert touched.values == {second: session.state(second).value, f"{second}/x": "7", f"{second}/y": "2"}
    again = open_session(session.answers(), form=form)
    assert again.opened.values == {"stamp": "2"}


def test_a_hidden_target_is_left_alone(open_session: Open) -> None:
    form = form_of(
        "<a/><b/>",
        f'<input ref="/data/a">{action("/data/b", "/data/a")}</input><input ref="/data/b"/>',
        '<bind nodeset="/data/b" relevant="/data/a &gt; 5" readonly="true()"/>',
    )
    session = open_session(form=form)
    assert session.set("a", "1").values == {"a": "1"}
    assert session.set("a", "7").values == {"a": "7", "b": "7"}


def test_an_event_in_an_item_may_fill_a_question_outside(open_session: Open) -> None:
    form = form_of(
        "<latest/><r><a/></r>",
        f'<repeat nodeset="/data/r"><input ref="/data/r/a">{action("/data/latest", "/data/r/a")}</input></repeat>',
    )
    session = open_session(form=form)
    item, _ = session.add_item("r")
    assert session.set(f"{item}/a", "x").values == {f"{item}/a": "x", "latest": "x"}


def test_blanks_between_outputs_stay(open_session: Open) -> None:
    form = form_of(
        "<a>1</a><b/>",
        '<input ref="/data/b"><label> From <output value="../a"/> <output value="/data/a"/>,\n'
        ' <output value="../a"/> </label></input>',
    )
    assert open_session(form=form).state("b").label.split() == ["From", "1", "1,", "1"]


def test_what_lies_in_a_group_is_read_only_with_it(open_session: Open) -> None:
    form = form_of(
        "<a/><g><b/><r><c/></r></g>",
        '<input ref="/data/a"/><group ref="/data/g"><input ref="/data/g/b"/><repeat nodeset="/data/g/r">'
        '<input ref="/data/g/r/c"/></repeat></group>',
        '<bind nodeset="/data/g" readonly="/data/a = 1"/>',
    )
    session = open_session(form=form)
    (item,) = session.children("g/r")
    inside = {"g", "g/b", "g/r", item, f"{item}/c"}
    assert inside <= session.set("a", "1").states
    assert all(session.state(path).readonly for path in inside)
