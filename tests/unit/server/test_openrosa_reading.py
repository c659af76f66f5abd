"""Pieces of the OpenRosa face that need no server: who reads which column, items of edits, languages, digests."""

from __future__ import annotations

import pytest

from cpdesk.base.errors import InputFault, IntegrityFault
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.xform import load_form
from cpdesk.server.openrosa.editing import aligned, difference
from cpdesk.server.openrosa.reading import Head, entities_of, head_of
from cpdesk.server.openrosa.registers import columns_read, csv_of, register_of
from cpdesk.server.openrosa.routes import language_of
from cpdesk.server.openrosa.users import password_digest

FORM = """
| survey   | type                                | name      | label | calculation |
|          | select_one_from_file households.csv | house     | House |             |
|          | calculate                           | village   |       | instance('households')/root/item[name=${house}]/village |
|          | calculate                           | area      |       | pulldata('areas', 'area_m2', 'name', ${house}) |
| settings | form_title                          | form_id   | version |
|          | Sample                              | sample    | 1     |
"""  # noqa: E501


def test_a_form_reads_only_the_columns_that_its_expressions_name() -> None:
    read = columns_read(compile_xlsform(FORM, name="sample").encode())
    assert {"village", "name", "label"} <= read["households"]
    assert "householder_phone" not in read["households"]
    assert "area_m2" in read["areas"]
    assert "area_m2" not in read["households"]
    rows = [{"name": "1", "label": "1", "__version": "7", "village": "样例村", "householder_phone": "139"}]
    assert csv_of(rows, read["households"]).decode() == "name,label,__version,village\n1,1,7,样例村\n"


def test_files_stand_for_registers_by_their_names() -> None:
    well = register_of("well.csv", "heatnet")
    assert well is not None
    assert well.by_id
    assert register_of("sites.csv", "sample") is None
    assert register_of("secrets.csv", "heatnet") is None


def test_items_of_an_edit_are_those_of_before_by_their_place() -> None:
    before = {"a": "1", "r[x]": "c", "r[x]/q": "one", "r[x]/s[p]": "i", "r[x]/s[p]/t": "deep", "r[y]": "m",
              "r[y]/q": "two"}  # fmt: skip
    now = {"a": "1", "r[1]": "i", "r[1]/q": "one", "r[1]/s[2]": "i", "r[1]/s[2]/t": "new", "r[3]": "q", "r[3]/q": "two",
           "r[4]": "z", "r[4]/q": "three"}  # fmt: skip
    result = aligned(before, now)
    assert difference(before, result) == {"r[x]/s[p]/t": "new", "r[4]": result["r[4]"], "r[4]/q": "three"}
    assert result["r[4]"] > "m"
    fewer = {"a": "1", "r[1]": "i", "r[1]/q": "one", "r[1]/s[2]": "i", "r[1]/s[2]/t": "deep"}
    assert difference(before, aligned(before, fewer)) == {"r[y]": None, "r[y]/q": None}


def test_an_item_taken_out_of_the_front_leaves_as_many_as_there_are() -> None:
    before = {"r[x]": "c", "r[x]/q": "one", "r[y]": "m", "r[y]/q": "two"}
    assert difference(before, aligned(before, {"r[1]": "i", "r[1]/q": "two"})) == {
        "r[x]/q": "two",
        "r[y]": None,
        "r[y]/q": None,
    }


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr,en;q=0.5,zh;q=0.4", "en"),
        ("de;q=1", "zh"),
        ("en;q=x", "zh"),
    ],
)
def test_the_language_is_the_preferred_of_the_two(header: str, language: str) -> None:
    assert language_of(header) == language


def test_a_digest_is_that_of_the_standard() -> None:
    """HA1 after RFC 7616 section 3.4.2, worked out by another program (md5sum) for these words."""
    assert password_digest("Mufasa", "Circle of Life") == "9bead985cbab5e7368ccd06dfa0d7852"


def test_entities_are_told_by_the_words_of_the_phone() -> None:
    source = """
| survey   | type  | name   | label | save_to | calculation |
|          | text  | w_name | Name  | w_name  |             |
| settings | form_title | form_id | version |
|          | Sample | sample | 1 |
| entities | list_name | label |
|          | well | ${w_name} |
"""
    form = load_form(compile_xlsform(source, name="sample"))
    answers = {"w_name": "A", "meta/entity/@id": "uuid:ABC", "meta/entity/label": "A"}
    (told,) = entities_of(form, answers)
    assert (told.dataset, told.id, told.mode, told.values) == ("well", "ABC", "create", {"w_name": "A"})
    assert entities_of(form, {"w_name": "A"}) == ()


def test_the_head_of_a_submission() -> None:
    meta = b"<o:meta><o:instanceID>uuid:1</o:instanceID><o:deprecatedID>uuid:0</o:deprecatedID></o:meta>"
    xml = b'<data id="f" version="2" xmlns:o="http://openrosa.org/xforms">' + meta + b"</data>"
    assert head_of(xml) == Head("f", "2", "uuid:1", "uuid:0")
    for wrong in (b"<data/>", b'<data id="f"/>', b'<data id="f"><meta><instanceID/></meta></data>'):
        with pytest.raises(InputFault, match="CP-1696"):
            head_of(wrong)
    with pytest.raises(IntegrityFault, match="CP-3205"):
        head_of(b" " * 4_000_000)
