"""Workbooks and XForms made to break the reading end in a coded error, soon."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.forms.publish import compile_whole
from cpdesk.forms.xform import load_form

SURVEY = [["type", "name", "label", "choice_filter"], ["text", "town", "Town", ""]]
SURVEY.append(["select_one_external villages", "village", "Village", "town = ${town}"])
EXTERNAL = [["list_name", "name", "label", "town"], ["villages", "v1", "村一", "a"]]


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < 4  # twice what is promised, on a machine that does other things


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(InputFault) as caught:
        action()
    assert caught.value.message("zh") and caught.value.remedy("zh")
    return caught.value.code


def workbook(**sheets: list[list[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def changed(source: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one member replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return target.getvalue()


@pytest.fixture(scope="module")
def book() -> bytes:
    return workbook(survey=SURVEY, external_choices=EXTERNAL)


def test_a_workbook_gives_the_form_and_its_files(book: bytes) -> None:
    compiled = compile_whole(book, name="v")
    assert load_form(compiled.xml).externals["villages"].file == "itemsets.csv"
    assert list(compiled.files) == ["itemsets.csv"] and "村一" in compiled.files["itemsets.csv"].decode()


def test_a_workbook_that_unpacks_without_end_is_refused(book: bytes) -> None:
    assert (
        code_of(lambda: compile_whole(changed(book, "xl/sharedStrings.xml", b" " * 40_000_000), name="v")) == "CP-1203"
    )


def test_a_workbook_with_entities_is_refused(book: bytes) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'
    assert code_of(lambda: compile_whole(changed(book, "xl/sharedStrings.xml", laughs), name="v")) == "CP-1202"
    wide = laughs.decode().encode("utf-16")
    assert code_of(lambda: compile_whole(changed(book, "xl/sharedStrings.xml", wide), name="v")) == "CP-1202"


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"no workbook",
        b"PK\x03\x04" + b"\0" * 500,
        b"\xd0\xcf\x11\xe0" + b"\0" * 5000,
        b"\xff" * 10_000_000,
        "",
        "| survey |\n" * 1000,
        "\0",
        "| survey |\n| | type | name | label |\n| | text | a" + "\\|" * 1000,
    ],
)
def test_what_is_no_xlsform_is_refused(source: bytes | str) -> None:
    assert code_of(lambda: compile_whole(source, name="x")) == "CP-1216"


def test_a_cut_workbook_is_refused(book: bytes) -> None:
    assert code_of(lambda: compile_whole(book[: len(book) // 2], name="x")) == "CP-1216"
    assert code_of(lambda: compile_whole(changed(book, "xl/workbook.xml", b"<workbook>"), name="x")) == "CP-1216"


def test_a_huge_source_is_refused() -> None:
    assert code_of(lambda: compile_whole("| survey |" * 3_000_000, name="x")) == "CP-1203"
    assert code_of(lambda: compile_whole(b"PK" + b"\0" * 21_000_000, name="x")) == "CP-1203"


def test_groups_nested_a_thousand_deep_are_refused() -> None:
    rows = ["| survey |", "| | type | name | label |"]
    rows += [f"| | begin_group | g{depth} | G |" for depth in range(1000)]
    rows += ["| | text | a | A |", *("| | end_group | | |" for _ in range(1000))]
    assert code_of(lambda: load_form(compile_whole("\n".join(rows), name="x").xml)) in ("CP-1203", "CP-1216")


def form_of(data: str, model: str = "", body: str = "") -> str:
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t</h:title>'
        f'<model><instance><data id="t">{data}</data></instance>{model}</model></h:head>'
        f"<h:body>{body}</h:body></h:html>"
    )


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b'<?xml version="1.0" encoding="x-unknown"?><a/>', "CP-1201"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "CP-1201"),
        ("<a>\ud800</a>", "CP-1201"),
        (b"<a>\xff\xfe</a>", "CP-1201"),
        (b"<a xmlns:b=''/>", "CP-1201"),
        (
            form_of("<a/>", "<itext><translation/></itext>" * 2 + '<bind nodeset="/data/a" jr:constraintMsg="x"/>'),
            "CP-1201",
        ),
        (form_of("<a/>" * 20_001), ""),
        (form_of("".join(f"<a{n}/>" for n in range(20_001))), "CP-1203"),
        (form_of("<a>" + "x" * 10_000_000 + "</a>"), ""),
        (form_of("<a/>", "", "<group>" * 90 + "</group>" * 90), ""),
        (form_of("<a/>", "", "<group>" * 1000 + "</group>" * 1000), "CP-1203"),
        (form_of("<a " + " ".join(f'x{n}=""' for n in range(10_000)) + "/>"), ""),
        (form_of("<a/>", "".join(f'<instance id="i{n}"/>' for n in range(5000))), ""),
        (
            form_of(
                "".join(f"<a{n}/>" for n in range(5000)),
                "".join(f'<bind nodeset="/data/b{n}"/>' for n in range(20_000)),
            ),
            "",
        ),
        (form_of("<a/>", '<bind nodeset="' + "/a" * 100_000 + '"/>'), ""),
        (form_of("<a/>", '<bind nodeset="/data/a/@' + "x" * 100_000 + '"/>'), ""),
        (
            form_of(
                "<a/>",
                '<bind nodeset="/data/a" type=""/><bind/><bind nodeset=""/>',
                "<input/><select1><item/></select1>",
            ),
            "",
        ),
        (form_of("<a/>", "", '<select1 ref="/data/a"><itemset/></select1>'), "CP-1205"),
    ],
)
def test_odd_xforms_load_or_are_refused(xml: str | bytes, code: str) -> None:
    if code:
        assert code_of(lambda: load_form(xml)) == code
    else:
        assert load_form(xml).id == "t"


@pytest.mark.parametrize("encoding", ["gbk", "GB2312", "utf-16", "windows-1251", "utf-8"])
def test_encodings_of_other_tools_are_read(encoding: str) -> None:
    title = "t" if encoding == "windows-1251" else "院子"
    xml = f'<?xml version="1.0" encoding="{encoding}"?>' + form_of("<a/>").replace(">t<", f">{title}<")
    assert load_form(xml.encode(encoding)).title() == title
    assert load_form(xml).title() == title  # decoded by whoever read the file


def test_a_broken_encoding_names_its_line() -> None:
    with pytest.raises(InputFault) as caught:
        load_form(b'<?xml version="1.0" encoding="gbk"?>\n<a>\n\xff</a>')
    assert caught.value.code == "CP-1201" and caught.value.fields["line"] == 3
