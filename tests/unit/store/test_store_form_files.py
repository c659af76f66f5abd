"""Files that travel with form versions: kept once, kept for good, answered from an index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault, IntegrityFault
from cpdesk.forms.files.choice_files import read_csv
from cpdesk.forms.files.table_nodes import table_document
from cpdesk.store import Store
from cpdesk.store.form_files import StoredTable

WELLS = "name,label,town\nw1,一号井,a\nw2,,b\nw3,三号井,a\n".encode()
XML = "<h:html/>"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "desk", bytes(32)) as one:
        yield one


def test_a_version_keeps_its_files(store: Store) -> None:
    picture = b"\x89PNG\0\xff"
    assert store.forms.add("f", "1", XML, "f.xlsx", {"wells.csv": WELLS, "a.png": picture}).forms
    assert not store.forms.add("f", "1", XML, "f.xlsx", {"wells.csv": WELLS}).forms
    assert store.forms.add("f", "2", XML, "f.xlsx", {"wells.csv": WELLS + b"w4,,c\n"}).forms
    files = store.forms.files
    assert list(files.names("f", "1")) == ["a.png", "wells.csv"] and files.names("f", "3") == {}
    assert files.content("f", "1", "a.png") == picture and files.content("f", "1", "wells.csv") == WELLS
    assert files.content("f", "1", "b.png") is None
    assert [len(files.tables("f", version)["wells.csv"]) for version in ("1", "2")] == [3, 4]
    assert list(files.tables("f", "1")) == ["wells.csv"]


def test_files_may_come_after_the_form_but_not_change(store: Store) -> None:
    store.forms.add("f", "1", XML, "")
    assert store.forms.add("f", "1", XML, "", {"wells.csv": WELLS}).forms
    with pytest.raises(InputFault) as caught:
        store.forms.add("f", "1", XML, "", {"other.csv": WELLS, "wells.csv": WELLS + b"w4,,\n"})
    assert caught.value.code == "CP-1243" and "wells.csv" in caught.value.message("zh")
    assert list(store.forms.files.names("f", "1")) == ["wells.csv"]  # the whole publication failed


def test_a_wrong_file_keeps_the_form_out(store: Store) -> None:
    with pytest.raises(InputFault) as caught:
        store.forms.add("f", "1", XML, "", {"wells.csv": b"a,b\n1\n"})
    assert caught.value.code == "CP-1235" and store.forms.get("f", "1") is None
    with pytest.raises(InputFault) as caught:
        store.forms.add("f", "1", XML, "", {f"{number}.png": b"" for number in range(501)})
    assert caught.value.code == "CP-1231"


def test_a_shared_file_lies_there_once(store: Store) -> None:
    for version in ("1", "2"):
        store.forms.add("f", version, XML, "", {"wells.csv": WELLS, "copy.csv": WELLS})
    assert store._readers.one("SELECT count(*) FROM file_contents") == (1,)
    assert store._readers.one("SELECT count(*) FROM file_rows") == (3,)


def test_look_ups_use_the_index(store: Store) -> None:
    store.forms.add("f", "1", XML, "", {"wells.csv": WELLS})
    table = store.forms.files.tables("f", "1")["wells.csv"]
    assert isinstance(table, StoredTable)
    assert [row["name"] for row in table.rows_where("town", "a")] == ["w1", "w3"]
    assert [row["name"] for row in table.rows_where_all((("town", "a"), ("name", "w3")))] == ["w3"]
    assert table.rows_where("name", "w1")[0] is table.rows_where("town", "a")[0] is next(table.rows())
    assert table.rows_where("county", "x") == [] and len(table.rows_where("county", "")) == 3
    plan = store._readers.all(
        "EXPLAIN QUERY PLAN SELECT k.row, r.cells FROM file_keys AS k JOIN file_rows AS r ON r.file = k.file"
        " AND r.row = k.row WHERE k.file = 1 AND k.place = 2 AND k.value = 'a' ORDER BY k.row"
    )
    assert all(step[3].startswith("SEARCH") for step in plan)


def test_long_texts_are_no_keys_but_found(store: Store) -> None:
    long = "长" * 300
    store.forms.add("f", "1", XML, "", {"w.csv": f"a,b\n{long},1\nx,2\n".encode()})
    table = store.forms.files.tables("f", "1")["w.csv"]
    assert [row["b"] for row in table.rows_where("a", long)] == ["1"]
    assert store._readers.one("SELECT count(*) FROM file_keys") == (3,)


def test_geojson_and_xml_are_tables_too(store: Store) -> None:
    point = (
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "p"},'
        b' "geometry": {"type": "Point", "coordinates": [116, 40]}}, {"type": "Feature", "id": 3, "geometry": null}]}'
    )
    store.forms.add("f", "1", XML, "", {"p.geojson": point, "x.xml": b"<r><i><a>1</a></i><i><a>2</a></i></r>"})
    tables = store.forms.files.tables("f", "1")
    assert dict(tables["p.geojson"].rows_where("name", "p")[0])["geometry"] == "40 116 0 0"
    assert dict(tables["p.geojson"].rows_where("name", "")[0]) == {"geometry": "", "id": "3"}
    assert [row["a"] for row in tables["x.xml"].rows()] == ["1", "2"]


@given(
    st.lists(st.lists(st.sampled_from(["", "a", "b", "a b"]), min_size=3, max_size=3), max_size=10),
    st.lists(st.tuples(st.sampled_from("wxyz"), st.sampled_from(["", "a", "b"])), min_size=1, max_size=3),
)
def test_the_store_finds_what_memory_finds(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], conditions: list[tuple[str, str]]
) -> None:
    content = "\n".join(["x,y,z", *(",".join(row) for row in rows)]).encode()
    with Store.create(tmp_path_factory.mktemp("desk") / "desk", bytes(32)) as store:
        store.forms.add("f", "1", XML, "", {"t.csv": content})
        stored = store.forms.files.tables("f", "1")["t.csv"]
        memory = read_csv("t.csv", content)
        assert [dict(row) for row in stored.rows()] == [dict(row) for row in memory.rows()]
        found = [
            [node.text for node in table_document(table).children[0].children_where("item", conditions)]
            for table in (stored, memory)
        ]
        assert found[0] == found[1]


def test_a_damaged_file_is_named(store: Store) -> None:
    store.forms.add("f", "1", XML, "", {"wells.csv": WELLS})
    store._writer.do(lambda db: db.execute("UPDATE file_contents SET content = x'00'").rowcount)
    with pytest.raises(IntegrityFault) as caught:
        store.forms.files.content("f", "1", "wells.csv")
    assert caught.value.code == "CP-3108" and "wells.csv" in caught.value.message("zh")
