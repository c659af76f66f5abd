"""Choice files and the last visit: read whatever Excel wrote, asked by index, shown in the person's language."""

# ruff: noqa: E501 -- the rows of an XLSForm are as long as they are

from __future__ import annotations

import csv
import functools
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.forms.files.choice_files import read_choice_file, read_csv
from cpdesk.forms.files.external import ChoiceTable, MemoryTable, Row, external_instance
from cpdesk.forms.files.table_nodes import table_document
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_whole
from cpdesk.forms.session import Session
from cpdesk.forms.state import ProblemCode
from cpdesk.forms.tree import Node
from cpdesk.forms.xform import load_form

WELLS = """name,label,label::中文 (zh),label__en,town,image
w1,W1,一号井,Well one,a,w1.png
w2,W2,,,b,
w3,W3,三号井,,a,
"""
FORM = """
| survey |
| | type | name | label::中文 (zh) | label::English (en) | choice_filter | calculation |
| | text | town | 镇 | Town | | |
| | select_one_from_file wells.csv | well | 井 | Well | town = ${town} | |
| | select_multiple_from_file wells.csv | all | 全部 | All | | |
| | calculate | count | | | | count(instance('wells')/root/item[town = ${town} and name != 'w3']) |
| | calculate | second | | | | instance('wells')/root/item[2]/name |
| settings |
| | form_title | form_id | version | default_language |
| | 井 | wells | 1 | 中文 (zh) |
"""

Open = Callable[..., Session]


class CountingTable(MemoryTable):
    """Tells whether a look-up walked through all rows."""

    walks = 0

    def rows(self) -> Iterator[Row]:
        self.walks += 1
        return super().rows()


@pytest.fixture(scope="module")
def wells_form() -> Form:
    return load_form(compile_whole(FORM, name="wells").xml)


def code_of(action: Callable[[], object]) -> InputFault:
    with pytest.raises(InputFault) as caught:
        action()
    assert caught.value.message("zh") and caught.value.remedy("zh") and caught.value.message("en")
    return caught.value


def test_a_select_from_a_file_follows_its_filter_and_the_language(open_session: Open, wells_form: Form) -> None:
    session = open_session(form=wells_form, files={"wells.csv": read_csv("wells.csv", WELLS.encode())})
    assert session.state("well").choices == ()
    session.set("town", "a")
    shown = [(choice.value, choice.label, dict(choice.media)) for choice in session.state("well").choices]
    assert shown == [("w1", "一号井", {"image": "w1.png"}), ("w3", "三号井", {})]
    session.set_language("en")
    assert [choice.label for choice in session.state("well").choices] == ["Well one", "W3"]
    assert [choice.label for choice in session.state("all").choices] == ["Well one", "W2", "W3"]
    assert session.value_at("count") == "1" and session.value_at("second") == "w2"


def test_a_filter_asks_the_index_and_walks_through_nothing(open_session: Open, wells_form: Form) -> None:
    plain = read_csv("wells.csv", WELLS.encode())
    table = CountingTable(plain.columns, list(plain.rows()))
    root = table_document(table).children[0]
    assert [node.text for node in root.children_where("item", [("town", "a"), ("name", "w3")])] == ["w3W3三号井a"]
    assert [item.children_named("name")[0].text for item in root.children_by_value("item", "town")["b"]] == ["w2"]
    assert table.walks == 0
    first, again = root.children_where("item", [("town", "b")]), root.children_where("item", [("name", "w2")])
    assert first[0] is again[0] is root.children[1]
    assert root.children_where("well", [("town", "a")]) == [] and root.children_named("row") == []


def test_an_answer_to_a_whole_table_is_looked_up(open_session: Open) -> None:
    source = FORM.replace(
        "count(instance('wells')/root/item[town = ${town} and name != 'w3'])", "jr:choice-name(${one}, '${one}')"
    )
    source = source.replace(
        "| | calculate | second | | | | instance('wells')/root/item[2]/name |",
        "| | select_one_from_file wells.csv | one | 一个 | One | | |",
    )
    plain = read_csv("wells.csv", WELLS.encode())
    table = CountingTable(plain.columns, list(plain.rows()))
    session = open_session(form=load_form(compile_whole(source, name="wells").xml), files={"wells.csv": table})
    session.set("one", "w3")
    assert session.value_at("count") == "三号井"
    session.set("one", "w9")
    assert session.value_at("count") == "" and session.value_at("one") == ""
    assert table.walks == 0
    problem = session.state("one").problem
    assert problem is not None and problem.code is ProblemCode.CHOICE
    session.set("all", "w3 w1 w9")
    assert session.state("all").accepted == "w1 w3"  # in the order of the file
    assert session.state("all").choices is session.state("all").choices


class AskedTable(CountingTable):
    """Tells how many rows its look-ups gave."""

    given = 0

    def rows_where(self, column: str, value: str) -> Sequence[Row]:
        found = super().rows_where(column, value)
        self.given += len(found)
        return found

    def rows_where_all(self, conditions: Sequence[tuple[str, str]]) -> Sequence[Row]:
        found = [row for row in self._rows if all(row.get(column, "") == text for column, text in conditions)]
        self.given += len(found)
        return found


def test_an_answer_to_a_filtered_table_is_looked_up(open_session: Open, wells_form: Form) -> None:
    rows = [{"name": f"w{n}", "label": f"井 {n}", "town": "ab"[n % 2]} for n in range(2_000)]
    table = AskedTable(("name", "label", "town"), rows)
    session = open_session(form=wells_form, files={"wells.csv": table})
    session.set("town", "a")
    table.given = 0
    session.set("well", "w1998")
    assert session.value_at("well") == "w1998" and table.given < 10
    session.set("well", "w1999")  # of the other town
    assert session.value_at("well") == "" and table.given < 10
    assert [problem.code for problem in session.validate()] == [ProblemCode.CHOICE]
    assert table.given < 10
    session.set("town", "b")
    assert session.value_at("well") == "w1999" and session.validate() == []
    choices = session.state("well").choices
    assert len(choices) == 1_000 and choices is session.state("well").choices
    session.set("town", "a")
    assert [choice.value for choice in session.state("well").choices[:2]] == ["w0", "w2"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.fixed_dictionaries({}, optional={"name": st.sampled_from("xyz"), "town": st.sampled_from("ab")})),
    st.sampled_from(["", "a", "b"]),
    st.lists(st.sampled_from(["x", "y", "z", "q"]), max_size=4),
)
def test_looked_up_offers_are_those_of_going_through(
    open_session: Open, rows: list[dict[str, str]], town: str, answer: list[str]
) -> None:
    """The same lists with the filter written so that no index can answer it."""
    taken = []
    for condition in ("town = ${town}", "string(town) = ${town}"):
        source = FORM.replace("| town = ${town} |", f"| {condition} |").replace(
            "select_one_from", "select_multiple_from"
        )
        files = {"wells.csv": MemoryTable(("name", "town"), rows)}
        session = open_session(form=_form(source), files=files)
        session.set("town", town)
        session.set("well", " ".join(answer))
        state = session.state("well")
        taken.append((session.value_at("well"), state.problem, state.choices))
    assert taken[0] == taken[1]


@functools.cache
def _form(source: str) -> Form:
    return load_form(compile_whole(source, name="wells").xml)


def test_opening_a_form_asks_no_table(open_session: Open) -> None:
    class Untouched(MemoryTable):
        def __getattribute__(self, name: str) -> Any:
            assert name in ("__class__", "__dict__"), name
            return super().__getattribute__(name)

    source = FORM.replace("count(instance('wells')/root/item[town = ${town} and name != 'w3'])", "1").replace(
        "instance('wells')/root/item[2]/name", "2"
    )
    form = load_form(compile_whole(source, name="wells").xml)
    assert open_session(form=form, files={"wells.csv": Untouched((), ())}).value_at("second") == "2"


def test_a_missing_file_is_an_empty_list_and_a_problem_that_names_it(open_session: Open, wells_form: Form) -> None:
    session = open_session(form=wells_form)
    session.set("town", "a")
    session.set("well", "w1")
    problem = session.state("well").problem
    assert problem is not None and problem.code is ProblemCode.FILE and not problem.blocks
    assert "wells.csv" in problem.message("zh") and "wells.csv" in problem.message("en")
    assert session.state("well").choices == () and session.state("well").accepted == "w1"
    assert {one.path for one in session.validate()} == {"well", "all", "count", "second"}
    assert session.value_at("count") == "0"


def test_lists_of_the_sheet_external_choices_are_kept_apart(open_session: Open) -> None:
    compiled = compile_whole(
        """
| survey |
| | type | name | label | choice_filter |
| | text | town | Town | |
| | select_one_external villages | village | Village | town = ${town} |
| external_choices |
| | list_name | name | label | town |
| | villages | v1 | One | a |
| | villages | v2 | Two | b |
| | roads | r1 | Road | a |
""",
        name="v",
    )
    form = load_form(compiled.xml)
    files = {name: read_choice_file(name, content) for name, content in compiled.files.items()}
    assert list(files) == ["itemsets.csv"] and form.externals["villages"].list_name == "villages"
    session = open_session(form=form, files=files)
    session.set("town", "a")
    assert [(choice.value, choice.label) for choice in session.state("village").choices] == [("v1", "One")]
    session.set("village", "r1")
    problem = session.state("village").problem
    assert problem is not None and problem.code is ProblemCode.CHOICE


def test_the_last_visit_is_seen_with_its_repeats_in_order(open_session: Open) -> None:
    xml = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t</h:title>
    <model><instance><data id="t"><a/><r><b/></r><last/><sum/></data></instance>
    <instance id="__last-saved" src="jr://instance/last-saved"/>
    <bind nodeset="/data/last" calculate="instance('__last-saved')/data/a"/>
    <bind nodeset="/data/sum" calculate="concat(instance('__last-saved')/data/r[2]/b, count(instance('__last-saved')/data/r))"/>
    <setvalue ref="/data/a" event="odk-instance-first-load" value="instance('__last-saved')/data/a"/>
    </model></h:head><h:body><input ref="/data/a"/><repeat nodeset="/data/r"><input ref="/data/r/b"/></repeat></h:body></h:html>"""
    form = load_form(xml)
    last = {
        "a": "9",
        "r[x]": "m",
        "r[x]/b": "second",
        "r[y]": "c",
        "r[y]/b": "first",
        "r[x]/b#note": "?",
        "@status": "complete",
    }
    session = open_session(form=form, last_saved=last)
    assert session.value_at("a") == "9" and session.value_at("last") == "9" and session.value_at("sum") == "second2"
    assert open_session(form=form).value_at("sum") == "0"


def test_xlsforms_ask_the_last_visit_and_name_columns(open_session: Open) -> None:
    source = """
| survey |
| | type | name | label | default | parameters | choice_filter |
| | text | town | Town | ${last-saved#town} | | |
| | select_one_from_file p.geojson | place | Place | | value=code label=said | town = ${town} |
"""
    form = load_form(compile_whole(source, name="x").xml)
    points = [
        {"type": "Feature", "properties": {"code": 1, "said": "One", "town": "a"}, "geometry": None},
        {"type": "Feature", "properties": {"code": 2, "said": "Two", "town": "b"}, "geometry": None},
    ]
    files = {"p.geojson": read_choice_file("p.geojson", geojson(points))}
    session = open_session(form=form, files=files, last_saved={"town": "b"})
    assert session.value_at("town") == "b"
    assert [(choice.value, choice.label) for choice in session.state("place").choices] == [("2", "Two")]


@pytest.mark.parametrize(
    "content",
    [
        "name,label\r\nw1,一号井\r\n".encode("utf-8-sig"),
        "name,label\nw1,一号井\n".encode("gbk"),
        "name,label\nw1,一号井".encode("utf-16"),
        "name;label\n\nw1;一号井\n".encode(),
        "name\tlabel\nw1\t一号井\n".encode(),
        "name|label\nw1|一号井\n".encode(),
        '"name","label"\r"w1","一号井"\r'.encode(),
        "name,label,,\nw1,一号井,,\n,,,\n".encode(),
    ],
)
def test_csv_is_read_as_excel_writes_it(content: bytes) -> None:
    table = read_csv("wells.csv", content)
    assert list(table.columns) == ["name", "label"] and list(table.rows()) == [{"name": "w1", "label": "一号井"}]


def test_cells_keep_blanks_commas_and_line_breaks() -> None:
    table = read_csv("w.csv", b'a,b\n" x ","1,2\n""3"""\n')
    assert list(table.rows()) == [{"a": " x ", "b": '1,2\n"3"'}]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "CP-1234", 1),
        (b"a,b,a\n1,2,3\n", "CP-1234", 1),
        (b"a,b\n1,2\n1\n", "CP-1235", 3),
        (b"a,b\n1,2,3\n", "CP-1235", 2),
        (b"a,,b\n1,x,3\n", "CP-1236", 2),
        (b'a,b\n"1,2\n3,4\n', "CP-1233", 3),
        (b'a,b\n"1"2,3\n', "CP-1233", 2),
        (b"\xff\xfe\x00\xd8", "CP-1232", None),
        (b"a,b\n\x00,\x01\n", "CP-1232", None),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "CP-1233", 2),
    ],
)
def test_a_wrong_csv_names_its_line(content: bytes, code: str, line: int | None) -> None:
    fault = code_of(lambda: read_csv("wells.csv", content))
    assert fault.code == code and fault.fields["file"] == "wells.csv"
    assert fault.fields.get("line") == line


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8))
def test_what_a_csv_writer_writes_is_read(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b", "c"], *rows])
    read = [list(row.values()) for row in read_csv("x.csv", text.getvalue().encode()).rows()]
    assert read == [row for row in rows if any(row)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.fixed_dictionaries({}, optional={name: st.sampled_from(["", "a", "b"]) for name in "xyz"}), max_size=8),
    st.lists(st.tuples(st.sampled_from("wxyz"), st.sampled_from(["", "a", "b"])), min_size=1, max_size=3),
)
def test_an_index_finds_what_a_walk_finds(rows: list[dict[str, str]], conditions: list[tuple[str, str]]) -> None:
    table = MemoryTable("xyz", rows)
    found = table_document(table).children[0].children_where("item", conditions)
    expected = [row for row in table.rows() if all(row.get(column, "") == text for column, text in conditions)]
    assert [node.row for node in found] == expected  # type: ignore[attr-defined]


def test_geojson_gives_properties_and_geometry_as_odk_writes_it() -> None:
    features = [
        {
            "type": "Feature",
            "id": 7,
            "properties": {"name": "a", "deep": 1.50, "dry": True, "none": None},
            "geometry": {"type": "Point", "coordinates": [116.2, 40.2]},
        },
        {
            "type": "Feature",
            "properties": {"name": "b"},
            "geometry": {"type": "LineString", "coordinates": [[1, 2, 3], [4, 5]]},
        },
        {
            "type": "Feature",
            "properties": None,
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0]], [[9, 9]]]},
        },
        {"type": "Feature", "properties": {}, "geometry": None},
    ]
    rows = list(read_choice_file("x.geojson", geojson(features)).rows())
    assert rows[0] == {"geometry": "40.2 116.2 0 0", "name": "a", "deep": "1.5", "dry": "true", "id": "7"}
    assert [row["geometry"] for row in rows[1:]] == ["2 1 3 0; 5 4 0 0", "0 0 0 0; 0 1 0 0; 0 0 0 0", ""]


def geojson(features: list[Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "CP-1237"),
        (b"[" * 100_000, "CP-1237"),
        (b"[]", "CP-1237"),
        (b'{"type": "Feature"}', "CP-1237"),
        (b'{"type": "FeatureCollection", "features": {}}', "CP-1237"),
        (geojson([3]), "CP-1238"),
        (geojson([{"type": "Feature", "properties": {"a": [1]}}]), "CP-1238"),
        (
            geojson([{"type": "Feature", "properties": [], "geometry": None}, {"type": "Feature", "properties": [1]}]),
            "CP-1238",
        ),
        (geojson([{"type": "Feature", "geometry": {"type": "MultiPoint", "coordinates": []}}]), "CP-1238"),
        (geojson([{"type": "Feature", "geometry": {"type": "Point", "coordinates": [40.2]}}]), "CP-1238"),
        (geojson([{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 116.2]}}]), "CP-1238"),
        (geojson([{"type": "Feature", "geometry": {"type": "Point", "coordinates": ["x", 1]}}]), "CP-1238"),
    ],
)
def test_a_wrong_geojson_names_its_feature(content: bytes, code: str) -> None:
    assert code_of(lambda: read_choice_file("x.geojson", content)).code == code


def test_an_xml_file_keeps_its_own_shape(open_session: Open) -> None:
    xml = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t</h:title>
    <model><instance><data id="t"><q/></data></instance><instance id="p" src="jr://file/places.xml"/></model></h:head>
    <h:body><select1 ref="/data/q"><itemset nodeset="instance('p')/places/place[kind = 'x']"><value ref="code"/><label ref="said"/></itemset></select1></h:body></h:html>"""
    places = b"<places><place><code>1</code><said>One</said><kind>x</kind></place><place><code>2</code><kind>y</kind></place></places>"
    table = read_choice_file("places.xml", places)
    session = open_session(form=load_form(xml), files={"places.xml": table})
    assert [(choice.value, choice.label) for choice in session.state("q").choices] == [("1", "One")]
    assert [dict(row) for row in table.rows_where("kind", "y")] == [{"code": "2", "kind": "y"}]
    assert code_of(lambda: read_choice_file("p.xml", b"<!DOCTYPE x []><x/>")).code == "CP-1202"


@pytest.mark.parametrize(
    "src", ["http://example.org/x.csv", "jr://file-csv/", "jr://images/x.csv", "jr://instance/session", "x.csv"]
)
def test_unknown_sources_are_refused(src: str) -> None:
    assert code_of(lambda: external_instance("x", src, "here")).code == "CP-1230"


def test_tables_of_other_rooms_need_the_protocol_only(open_session: Open, wells_form: Form) -> None:
    class Registered:
        columns: Sequence[str] = ("name", "label", "town")
        _rows: Sequence[Mapping[str, str]] = (
            {"name": "1", "label": "A", "town": "a"},
            {"name": "2", "label": "B", "town": "b"},
        )

        def rows(self) -> Iterator[Mapping[str, str]]:
            return iter(self._rows)

        def rows_where(self, column: str, value: str) -> Sequence[Mapping[str, str]]:
            return [row for row in self._rows if row.get(column, "") == value]

        def __len__(self) -> int:
            return len(self._rows)

    table: ChoiceTable = Registered()
    session = open_session(form=wells_form, files={"wells.csv": table})
    session.set("town", "b")
    assert [choice.label for choice in session.state("well").choices] == ["B"]
    root: Node = table_document(table).children[0]
    assert len(root.children_where("item", [("town", "b"), ("name", "1")])) == 0
    assert len(root.children_where("item", [("town", "b"), ("name", "2")])) == 1


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpdesk.forms.files.choice_files.ROWS_MAX", 2)
    assert code_of(lambda: read_csv("x.csv", b"a\n1\n2\n3\n")).code == "CP-1231"
    monkeypatch.setattr("cpdesk.forms.files.choice_files.BYTES_MAX", 2)
    assert code_of(lambda: read_choice_file("x.csv", b"a\n1\n")).code == "CP-1231"
