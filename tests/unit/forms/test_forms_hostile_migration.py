"""Any answers under any two versions of a form: nothing is lost, no two entries meet, forth and back is whole."""

# ruff: noqa: E501 -- strategies read best on one line

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from cpdesk.forms.form import Form
from cpdesk.forms.versions.migration import Fate, compare_forms, migrate_answers
from cpdesk.forms.xform import load_form

TYPES = ("string", "int", "decimal", "date", "select1")
UNITS = ("", "", "m", "mm", "kg", "°C")
VALUES = (
    "1",
    "2.5",
    "x",
    "one",
    "one two",
    "2026-11-22",
    "长",
    "\u202e\U0001f468\u200d\U0001f469",
    "1e400",
    "-0",
    "9" * 400,
)


@dataclass(frozen=True)
class Row:
    """A question, group or repeat of a made-up form."""

    name: str
    type: str
    unit: str = ""
    formerly: str = ""
    below: tuple[Row, ...] = ()


NAMES = st.sampled_from("abcde")
LEAVES = st.builds(
    Row, NAMES, st.sampled_from(TYPES), st.sampled_from(UNITS), st.sampled_from(["", "", "a", "b", "g/a", "r/c", "r"])
)


def _holding(below: st.SearchStrategy[Row]) -> st.SearchStrategy[Row]:
    inside = st.lists(below, min_size=1, max_size=3, unique_by=lambda row: row.name).map(tuple)
    return st.builds(
        Row,
        st.sampled_from("grsa"),
        st.sampled_from(["group", "repeat"]),
        st.just(""),
        st.sampled_from(["", "", "r", "g", "s"]),
        inside,
    )


FORMS = st.lists(
    st.recursive(LEAVES, _holding, max_leaves=6), min_size=1, max_size=5, unique_by=lambda row: row.name
).map(tuple)


def form_of(rows: tuple[Row, ...], version: str) -> Form:
    binds: list[str] = []

    def data(row: Row) -> str:
        return f"<{row.name}>{''.join(map(data, row.below))}</{row.name}>"

    def body(row: Row, above: str) -> str:
        path = f"{above}/{row.name}"
        rules = f' cpdesk:unit="{row.unit}"' * bool(row.unit) + f' cpdesk:formerly="{row.formerly}"' * bool(
            row.formerly
        )
        kind = "string" if row.type in ("select1", "group", "repeat") else row.type
        binds.append(f'<bind nodeset="{path}" type="{kind}"{rules}/>')
        if row.type in ("group", "repeat"):
            where = "nodeset" if row.type == "repeat" else "ref"
            return f'<{row.type} {where}="{path}">{"".join(body(one, path) for one in row.below)}</{row.type}>'
        if row.type == "select1":
            items = "".join(f"<item><value>{code}</value><label>{code}</label></item>" for code in ("one", "two"))
            return f'<select1 ref="{path}"><label>{row.name}</label>{items}</select1>'
        return f'<input ref="{path}"><label>{row.name}</label></input>'

    controls = "".join(body(row, "/data") for row in rows)
    return load_form(
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:cpdesk="urn:x">'
        f'<h:head><h:title>t</h:title><model><instance><data id="f" version="{version}">{"".join(map(data, rows))}</data>'
        f"</instance>{''.join(binds)}</model></h:head><h:body>{controls}</h:body></h:html>"
    )


def places(rows: tuple[Row, ...], above: str = "") -> list[str]:
    """Entries that answers of a form could have, two items in each repeat."""
    found: list[str] = []
    for row in rows:
        path = f"{above}/{row.name}".lstrip("/")
        if row.type == "repeat":
            for item in ("i1", "i2"):
                found += [f"{path}[{item}]", *places(row.below, f"{path}[{item}]")]
        else:
            found += places(row.below, path) if row.type == "group" else [path]
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[Row, ...], tuple[Row, ...], dict[str, str]]:
    old, new = draw(FORMS), draw(FORMS)
    entries = [*places(old), *places(new)]
    entries += [f"{path}.aside" for path in entries if not path.endswith("]")]
    entries += ["@x", "gone", "r/a", "a[i1]", "a[i1]/b", "g[i1]/a[i2]/b.aside.aside"]
    chosen = draw(st.lists(st.sampled_from(entries), unique=True, max_size=14))
    answers = {path: draw(st.sampled_from(VALUES)) for path in chosen}
    for path in chosen:
        if not path.startswith("@") and draw(st.booleans()):
            answers[f"{path}#note"] = draw(st.sampled_from(VALUES))
    return old, new, answers


@given(cases())
def test_no_entry_is_lost_and_no_two_meet(case: tuple[tuple[Row, ...], tuple[Row, ...], dict[str, str]]) -> None:
    old, new, answers = case
    migrated = migrate_answers(compare_forms(form_of(old, "1"), form_of(new, "2")), answers)
    assert len(migrated.answers) == len(answers)
    said = {line.old_path: line for line in migrated.lines}
    assert set(said) == {path for path in answers if "#" not in path and not path.startswith("@")}
    for path, line in said.items():
        assert (line.before, migrated.answers[line.new_path]) == (answers[path], line.after)
        if line.fate is not Fate.CONVERTED:
            assert line.after == line.before
        if f"{path}#note" in answers:
            assert migrated.answers[f"{line.new_path}#note"] == answers[f"{path}#note"]
    notes = Counter(value for path, value in answers.items() if path.endswith("#note"))
    assert Counter(value for path, value in migrated.answers.items() if path.endswith("#note")) == notes


@given(cases())
def test_what_is_left_aside_is_not_read_by_the_new_form(
    case: tuple[tuple[Row, ...], tuple[Row, ...], dict[str, str]],
) -> None:
    old, new, answers = case
    read = set(places(new))
    for line in migrate_answers(compare_forms(form_of(old, "1"), form_of(new, "2")), answers).lines:
        if line.fate is Fate.ASIDE and not line.new_path.endswith("]"):
            assert line.new_path not in read, line


def _plain(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(Row(row.name, row.type if row.below else "string", below=_plain(row.below)) for row in rows)


@given(FORMS, st.data())
def test_renamed_forth_and_back_is_the_same(rows: tuple[Row, ...], data: st.DataObject) -> None:
    old = _plain(rows)
    answers = {path: data.draw(st.sampled_from(VALUES)) for path in places(old)}

    def renamed(rows: tuple[Row, ...], above: str) -> tuple[Row, ...]:
        found = []
        for row in rows:
            path = f"{above}/{row.name}".lstrip("/")
            found.append(Row(f"new_{row.name}", row.type, formerly=path, below=renamed(row.below, path)))
        return tuple(found)

    def returned(rows: tuple[Row, ...], above: str) -> tuple[Row, ...]:
        found = []
        for row in rows:
            path = f"{above}/new_{row.name}".lstrip("/")
            found.append(Row(row.name, row.type, formerly=path, below=returned(row.below, path)))
        return tuple(found)

    first, second, third = form_of(old, "1"), form_of(renamed(old, ""), "2"), form_of(returned(old, ""), "3")
    forth = migrate_answers(compare_forms(first, second), answers)
    assert {line.fate for line in forth.lines} <= {Fate.RENAMED}
    assert dict(migrate_answers(compare_forms(second, third), forth.answers).answers) == answers
