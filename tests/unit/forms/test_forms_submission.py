"""Submissions: byte-stable, whole, and read back as they were written."""

# ruff: noqa: E501 -- XForms are as wide as they are

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import InputFault
from cpdesk.forms.session import Session
from cpdesk.forms.submission import answers_of_submission, submission_xml
from cpdesk.forms.tree import read_xml
from cpdesk.forms.xform import load_form

Open = Callable[..., Session]
FORM = load_form(
    """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>T</h:title><model><instance><data id="t" version="3" orx:kind="x"><name/><secret/>
 <yard note=""><area/><room jr:template=""><use/><window><w/></window></room></yard><total/><orx:meta><orx:instanceID/></orx:meta></data></instance>
 <bind nodeset="/data/secret" relevant="/data/name != 'open'"/><bind nodeset="/data/yard/area" type="decimal"/>
 <bind nodeset="/data/yard/@note" calculate="concat(/data/name, '&lt;&quot;')"/>
 <bind nodeset="/data/total" calculate="count(/data/yard/room)"/>
 <bind nodeset="/data/orx:meta/orx:instanceID" jr:preload="uid"/></model></h:head><h:body><input ref="/data/name"/><input ref="/data/secret"/>
 <input ref="/data/yard/area"/><repeat nodeset="/data/yard/room"><input ref="/data/yard/room/use"/><repeat nodeset="/data/yard/room/window"><input ref="/data/yard/room/window/w"/></repeat></repeat></h:body></h:html>"""
)


def opened(answers: dict[str, str] | None = None) -> Session:
    numbers = count(1)
    clock = FixedClock(datetime(2026, 11, 22, tzinfo=UTC))
    return Session(FORM, answers, clock=clock, new_id=lambda: f"n{next(numbers)}")


def read(xml: bytes) -> dict[str, str]:
    numbers = count(1)
    return answers_of_submission(FORM, xml, lambda: f"m{next(numbers)}")


def test_relevant_nodes_leave_in_document_order() -> None:
    session = opened()
    session.set("name", "open")
    session.set("secret", "no")
    room, _ = session.add_item("yard/room")
    session.set(f"{room}/use", "厅 & <卧>\r\n\u0001")
    assert submission_xml(FORM, session).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><data xmlns:orx="http://openrosa.org/xforms" id="t" version="3" orx:kind="x">'
        '<name>open</name><yard note="open&lt;&quot;"><area/><room><use>厅 &amp; &lt;卧&gt;&#13;\n\ufffd</use>'
        "<window><w/></window></room></yard><total>1</total><orx:meta><orx:instanceID>uuid:n1</orx:instanceID></orx:meta></data>"
    )


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("name"), st.one_of(st.just("open"), TEXTS)),
        st.tuples(st.just("secret"), TEXTS),
        st.tuples(st.just("area"), st.sampled_from(["1.5", "x", ""])),
        st.tuples(st.just("room"), TEXTS),
        st.tuples(st.just("window"), TEXTS),
        st.tuples(st.just("drop"), st.just("")),
    ),
    max_size=10,
)


def filled(steps: list[tuple[str, str]]) -> Session:
    session = opened()
    for what, text in steps:
        rooms = session.children("yard/room")
        if what in ("name", "secret"):
            session.set(what, text)
        elif what == "area":
            session.set("yard/area", text)
        elif what == "room":
            session.set(f"{session.add_item('yard/room')[0]}/use", text)
        elif what == "window" and rooms:
            session.set(f"{session.add_item(f'{rooms[-1]}/window')[0]}/w", text)
        elif what == "drop" and rooms:
            session.remove_item(rooms[0])
    return session


@given(STEPS)
def test_the_same_answers_give_the_same_bytes(steps: list[tuple[str, str]]) -> None:
    session = filled(steps)
    written = submission_xml(FORM, session)
    assert written == submission_xml(FORM, session) == submission_xml(FORM, opened(session.answers()))


@given(STEPS)
def test_what_was_written_is_read_and_written_alike(steps: list[tuple[str, str]]) -> None:
    written = submission_xml(FORM, filled(steps))
    answers = read(written)
    assert submission_xml(FORM, opened(answers)) == written
    assert {path: text for path, text in opened(answers).submission_answers().items() if "[" not in path} == {
        path: text for path, text in answers.items() if "[" not in path
    }


@given(st.recursive(st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_what_nobody_knows_is_kept(value: Any) -> None:
    def element(one: Any) -> str:
        inside = "".join(element(part) for part in one) if isinstance(one, list) else "v" * len(one)
        return f"<odd>{inside}</odd>"

    xml = f'<data id="t"><name>a</name>{element(value)}<yard><area>2</area><new><deep>1</deep></new></yard></data>'.encode()
    answers = read(xml)
    assert answers["name"] == "a" and answers["yard/area"] == "2" and answers["yard/new/deep"] == "1"
    leaves = [node.text for node in read_xml(xml)[0].walk() if node.local == "odd" and not node.children and node.text]
    assert sorted(text for path, text in answers.items() if "odd" in path and not path.endswith("]")) == sorted(leaves)
    assert opened(answers).answers().items() >= answers.items()


def test_a_namespace_may_have_another_prefix() -> None:
    xml = b'<data id="t"><meta xmlns="http://openrosa.org/xforms"><instanceID>uuid:q</instanceID></meta></data>'
    assert read(xml) == {"orx:meta/orx:instanceID": "uuid:q"}


def test_items_keep_their_order_and_get_new_ids() -> None:
    xml = b'<data id="t"><yard><room><use>a</use></room><area>1</area><room><use>b</use><window><w>1</w></window></room></yard></data>'
    answers = read(xml)
    items = sorted((rank, path) for path, rank in answers.items() if path.endswith("]") and "window" not in path)
    assert [answers[f"{path}/use"] for _, path in items] == ["a", "b"]
    assert opened(answers).value_at(f"{items[1][1]}/window[m3]/w") == "1"


def test_a_node_that_comes_twice_counts_once() -> None:
    assert read(b'<data id="t"><name>a</name><name>b</name><yard/></data>') == {"name": "a"}


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ('<other id="t"/>', "CP-1244"),
        ('<data id="u"/>', "CP-1244"),
        ('<data id="t" encrypted="yes"/>', "CP-1244"),
        ("<data", "CP-1201"),
        ("", "CP-1201"),
        ('<!DOCTYPE data [<!ENTITY a "b">]><data id="t"><name>&a;</name></data>', "CP-1202"),
        ('<data id="t">' + "<x>" * 1000 + "</x>" * 1000 + "</data>", "CP-1203"),
        (f'<data id="t"><name>{"x" * 200_001}</name></data>', "CP-1215"),
        ('<data id="t"><yard>' + "<room/>" * 10_001 + "</yard></data>", "CP-1220"),
        ('<data id="t"><name>' + "x" * 30_000_000 + "</name></data>", "CP-1203"),
    ],
)
def test_hostile_submissions_are_refused(xml: str, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        read(xml.encode())
    assert caught.value.code == code and caught.value.message("zh") and caught.value.remedy("zh")


def test_a_form_without_a_place_for_the_id_gets_one(open_session: Open) -> None:
    form = load_form(
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title><model>'
        '<instance><d xmlns="http://example.org/f" id="t"><a/></d></instance></model></h:head><h:body><input ref="/d/a"/></h:body></h:html>'
    )
    written = submission_xml(form, open_session(form=form), instance_id="uuid:1")
    assert written.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><d xmlns="http://example.org/f" xmlns:orx="http://openrosa.org/xforms" id="t"><a/>'
        "<orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta></d>"
    )
    assert answers_of_submission(form, written, lambda: "n") == {"orx:meta/orx:instanceID": "uuid:1"}
