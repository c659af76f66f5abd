"""Entities: which things a filled form makes and changes, in every version of the specification."""

# ruff: noqa: E501 -- the rows of an XLSForm are as long as they are

from __future__ import annotations

from collections.abc import Callable

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.forms.entities import CREATE, UPDATE, EntityChange
from cpdesk.forms.files.choice_files import read_csv
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form

Open = Callable[..., Session]
WELL = "0190a1b2-0000-7000-8000-000000000001"
REGISTER = read_csv("wells.csv", f"name,label,depth,__version\n{WELL},一号井,2.5,4\n".encode())


def old_form(version: str, attributes: str, binds: str) -> str:
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" '
        'xmlns:entities="http://www.opendatakit.org/xforms/entities"><h:head><h:title>T</h:title>'
        f'<model {f"entities:entities-version={chr(34)}{version}{chr(34)}" if version else ""}><instance><data id="t"><place/><depth/><hidden/>'
        f'<meta><instanceID/><entity dataset="wells" {attributes}><label/></entity></meta></data></instance>'
        '<bind nodeset="/data/depth" type="decimal" entities:saveto="depth"/><bind nodeset="/data/hidden" relevant="false()" entities:saveto="hidden"/>'
        f'<bind nodeset="/data/place" entities:saveto="place"/><bind nodeset="/data/meta/entity/label" calculate="/data/place"/>{binds}'
        '</model></h:head><h:body><input ref="/data/place"/><input ref="/data/depth"/></h:body></h:html>'
    )


NEW_ID = '<bind nodeset="/data/meta/entity/@id" type="string"/><setvalue event="odk-instance-first-load" ref="/data/meta/entity/@id" value="uuid()"/>'


def test_2022_makes_one_thing_from_relevant_answers(open_session: Open) -> None:
    form = load_form(old_form("2022.1.0", 'id="" create="1"', NEW_ID))
    session = open_session(form=form)
    session.set("place", "村口")
    session.set("depth", "2.5")
    (change,) = session.entities()
    assert (change.dataset, change.mode, change.label) == ("wells", CREATE, "村口")
    assert change.values == {"depth": "2.5", "place": "村口"} and len(change.id) == 36
    again = open_session(session.answers(), form=form)
    assert again.entities() == session.entities()


def test_2023_updates_when_its_condition_holds(open_session: Open) -> None:
    binds = (
        '<instance id="wells" src="jr://file-csv/wells.csv"/><bind nodeset="/data/meta/entity/@id" calculate="/data/place"/>'
        '<bind nodeset="/data/meta/entity/@update" calculate="/data/depth != \'\'"/>'
        '<bind nodeset="/data/meta/entity/@baseVersion" calculate="instance(\'wells\')/root/item[name = /data/place]/__version"/>'
    )
    form = load_form(old_form("2023.1.0", 'id="" update="" baseVersion=""', binds))
    session = open_session(form=form, files={"wells.csv": REGISTER})
    assert session.entities() == ()
    session.set("place", WELL)
    assert session.entities() == ()
    session.set("depth", "3")
    expected = EntityChange("wells", WELL, UPDATE, WELL, {"depth": "3", "place": WELL}, "4")
    assert session.entities() == (expected,)


def test_both_conditions_give_both(open_session: Open) -> None:
    form = load_form(old_form("2023.1", 'id="uuid:abc" create="true" update="1" baseVersion="2"', ""))
    made, changed = open_session(form=form).entities()
    assert (made.mode, made.base_version) == (CREATE, "") and (changed.mode, changed.base_version) == (UPDATE, "2")
    assert made.id == changed.id == "abc"


@pytest.mark.parametrize("version", ["2025.2.0", "2026.1.0", "", "new", "2023"])
def test_versions_nobody_knows_are_refused(version: str) -> None:
    with pytest.raises(InputFault) as caught:
        load_form(old_form(version, 'id="" create="1"', NEW_ID))
    assert caught.value.code == "CP-1240" and "2025.1" in caught.value.message("zh")


@pytest.mark.parametrize(
    "extra",
    [
        '<bind nodeset="/data/meta/instanceID" entities:saveto="depth"/>',
    ],
)
def test_two_questions_for_one_property_are_refused(extra: str) -> None:
    with pytest.raises(InputFault) as caught:
        load_form(old_form("2024.1.0", 'id="" create="1"', NEW_ID + extra))
    assert caught.value.code == "CP-1241"


def test_a_property_without_a_thing_is_refused() -> None:
    xml = (
        old_form("2024.1.0", 'id="" create="1"', NEW_ID)
        .replace("<entity dataset", "<thing dataset")
        .replace("</entity>", "</thing>")
    )
    with pytest.raises(InputFault) as caught:
        load_form(xml.replace("/entity/", "/thing/"))
    assert caught.value.code == "CP-1241"


SHEETS = """
| survey |
| | type | name | label | save_to |
| | text | site | Site | plants#place |
| | begin_repeat | found | Found | |
| | select_one_from_file wells.csv | well | Well | |
| | begin_group | data | Data | |
| | decimal | depth | Depth | wells#depth |
| | end_group | | | |
| | end_repeat | | | |
| entities |
| | list_name | entity_id | create_if | update_if | label |
| | plants | | ${site} != '' | | ${site} |
| | wells | coalesce(${well}, uuid()) | ${well} = '' and ${depth} != '' | ${well} != '' | concat('井', ${depth}) |
| settings |
| | form_title | form_id | version |
| | t | t | 1 |
"""


@pytest.fixture(scope="module")
def sheets() -> Form:
    return load_form(compile_xlsform(SHEETS, name="t"))


def test_2025_makes_and_changes_things_in_repeats(open_session: Open, sheets: Form) -> None:
    assert sheets.entities_version == "2025.1.0"
    session = open_session(form=sheets, files={"wells.csv": REGISTER})
    session.set("site", "热源厂")
    first = session.children("found")[0]
    second, _ = session.add_item("found")
    third, _ = session.add_item("found")
    session.set(f"{first}/well", WELL)
    session.set(f"{first}/data/depth", "3.1")
    session.set(f"{second}/data/depth", "1.8")
    changes = {(change.dataset, change.mode): change for change in session.entities()}
    assert len(changes) == len(session.entities()) == 3
    updated, made = changes["wells", UPDATE], changes["wells", CREATE]
    assert (updated.id, updated.label, updated.values, updated.base_version) == (WELL, "井3.1", {"depth": "3.1"}, "4")
    assert (made.label, made.values) == ("井1.8", {"depth": "1.8"}) and made.id != WELL
    assert changes["plants", CREATE].values == {"place": "热源厂"}
    session.remove_item(second)
    session.remove_item(third)
    assert [change.mode for change in session.entities() if change.dataset == "wells"] == [UPDATE]


def test_things_of_hidden_parts_are_left_alone(open_session: Open, sheets: Form) -> None:
    session = open_session(form=sheets, files={"wells.csv": REGISTER})
    assert session.entities() == ()  # no condition holds yet
    empty = load_form(
        compile_xlsform(
            SHEETS.replace("| begin_repeat | found | Found | |", "| begin_repeat | found | Found | |"), name="t"
        )
    )
    assert open_session(form=empty).entities() == ()
    relevant = SHEETS.replace(
        "| | type | name | label | save_to |", "| | type | name | label | save_to | relevant |"
    ).replace("| begin_group | data | Data | |", "| begin_group | data | Data | | ${site} = 'x' |")
    session = open_session(form=load_form(compile_xlsform(relevant, name="t")))
    session.set("site", "x")
    item = session.children("found")[0]
    session.set(f"{item}/data/depth", "2")
    assert [change.values for change in session.entities() if change.dataset == "wells"] == [{"depth": "2"}]
    session.set("site", "y")
    assert [change.dataset for change in session.entities()] == ["plants"]


def test_a_register_that_is_not_there_blocks_nothing(open_session: Open) -> None:
    source = SHEETS.replace("select_one_from_file wells.csv", "text")
    form = load_form(compile_xlsform(source, name="t"))
    assert form.externals["wells"].file == "wells.csv"
    session = open_session(form=form)
    session.set(f"{session.children('found')[0]}/well", WELL)
    assert session.validate() == []
    assert [(change.id, change.base_version) for change in session.entities()] == [(WELL, "")]
