"""A clerk brings in a list of communities and the ledger of a network: found out by columns, checked cell by cell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.interop.register_sheets import sample_site_register
from cpdesk.interop.register_tables import REFERENCES, REGISTERS, choice_codes, is_choice, register
from cpdesk.interop.samples import sample_register
from cpdesk.model.records import RecordKind
from cpdesk.operations.families import FAMILIES, site_kind
from cpdesk.operations.register import Policy, import_register
from cpdesk.operations.register_files import write_template
from cpdesk.operations.sites import SiteQuery, site_counts, site_ids, site_lines
from cpdesk.store.lists import Query

NETWORK = ("substation", "well", "segment")


def sample(path: Path, *kinds: str) -> Path:
    path.write_bytes(sample_site_register(kinds))
    return path


def changed(path: Path, sheet: str, cell: str, value: Any) -> Path:
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)
    return path


def test_a_list_of_communities_goes_in_and_again_changes_nothing(desk: Context, tmp_path: Path) -> None:
    import_register(desk, sample(tmp_path / "n.xlsx", *NETWORK), family_id="heatnet")
    path = sample(tmp_path / "c.xlsx", "community")
    result, changes = import_register(desk, path, family_id="community", sample=True)
    assert [problem.message("zh") for problem in result.problems] == []
    assert (result.added, result.left_out) == (3, 0)
    assert changes.kinds == {RecordKind.COMMUNITY}
    lines = site_lines(desk, site_ids(desk, SiteQuery("community")))
    assert (lines[0].number, lines[0].name, lines[0].place) == ("X-001", "样例一区", "样例社区")
    assert lines[0].columns["build_year"] == 1984
    known = desk.store.records.get(lines[0].id)
    assert known.sample
    assert (known.answers["c_heat_source"], known.answers["c_registered_heat"]) == ("network", "yes")
    assert (known.answers["township_code"], known.answers["c_substation"]) == ("110114001", "U-01")
    again, _ = import_register(desk, path, family_id="community")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)


def test_a_network_ledger_goes_in_sheet_by_sheet(desk: Context, tmp_path: Path) -> None:
    result, _ = import_register(desk, sample(tmp_path / "n.xlsx", *NETWORK), family_id=None)
    assert [problem.message("zh") for problem in result.problems] == []
    assert [(one.kind, len(one.rows)) for one in result.readings] == [("substation", 1), ("well", 6), ("segment", 8)]
    assert (result.added, len(result.sites)) == (15, 15)
    counts = site_counts(desk, SiteQuery("heatnet"))
    assert counts.by_place == {"U-01": 14, "样例供热中心": 1}
    (segment,) = site_lines(desk, site_ids(desk, SiteQuery("heatnet", RecordKind.SEGMENT, text="S-04")))
    answers = desk.store.records.get(segment.id).answers
    assert (answers["s_dn"], answers["s_laying"], answers["s_insul"]) == ("dn200", "direct", "pu")
    assert (answers["s_from"], answers["s_to"], answers["s_length_m"]) == ("W-02", "W-04", "112")
    (well,) = site_lines(desk, site_ids(desk, SiteQuery("heatnet", RecordKind.WELL, text="W-02")))
    assert desk.store.records.get(well.id).answers["w_segments"] == "S-02 S-03 S-04"


def test_what_a_row_names_must_stand_in_a_register(desk: Context, tmp_path: Path) -> None:
    path = changed(sample(tmp_path / "n.xlsx", *NETWORK), "检查井", "D3", "没有这个站")
    result, _ = import_register(desk, path, family_id="heatnet")
    (problem,) = result.problems
    assert (problem.code, problem.sheet, f"{problem.column}{problem.row}") == ("CP-1126", "检查井", "D3")
    assert "没有这个站" in problem.message("zh")
    assert problem.remedy("zh")
    assert problem.remedy("en")
    assert (result.added, result.left_out) == (14, 1)
    named = changed(path, "检查井", "D3", "样例一站")
    result, _ = import_register(desk, named, family_id="heatnet")
    assert (result.problems, result.added) == ((), 1)
    (well,) = site_lines(desk, site_ids(desk, SiteQuery("heatnet", RecordKind.WELL, text="W-02")))
    assert well.place == "U-01", "a name means the number it belongs to"


def test_wrong_cells_and_double_numbers_are_named_and_all_or_none_takes_nothing(desk: Context, tmp_path: Path) -> None:
    path = sample(tmp_path / "n.xlsx", *NETWORK)
    changed(path, "管段", "J4", "很长")
    changed(path, "管段", "N5", "DN199")
    changed(path, "管段", "A7", "S-05")
    result, _ = import_register(desk, path, family_id="heatnet", policy=Policy.ALL_OR_NONE)
    found = {(one.code, f"{one.column}{one.row}") for one in result.problems}
    assert {("CP-1112", "J4"), ("CP-1118", "N5"), ("CP-1111", "A6"), ("CP-1111", "A7")} <= found
    assert (result.added, result.left_out) == (0, 15)
    assert desk.store.records.count(Query()) == 0
    for problem in result.problems:
        assert problem.message("zh")
        assert problem.message("en")
    dry, _ = import_register(desk, sample(tmp_path / "d.xlsx", *NETWORK), family_id="heatnet", dry_run=True)
    assert dry.added == 15
    assert desk.store.records.count(Query()) == 0


def test_the_family_is_found_out_by_the_columns(desk: Context, tmp_path: Path) -> None:
    village = tmp_path / "v.xlsx"
    village.write_bytes(sample_register(5))
    result, _ = import_register(desk, village, family_id=None)
    assert ([one.kind for one in result.readings], result.added) == (["household"], 5)
    with pytest.raises(InputFault) as caught:
        import_register(desk, village, family_id="heatnet")
    assert caught.value.code == "CP-1106"
    assert "管段编号" in caught.value.remedy("zh")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_that_is_filled_in_is_a_register(desk: Context, tmp_path: Path, family: Any, language: str) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, family.id, language)
    book = openpyxl.load_workbook(path)
    for sheet in book:
        sheet.append([f"A-{place}" if place == 1 else None for place in range(1, 3)])
    book.save(path)
    result, _ = import_register(
        desk, path, family_id=family.id, township_code="110114001", village="样例村", dry_run=True
    )
    assert sorted(one.kind for one in result.readings) == sorted(site.kind for site in family.sites)
    for reading in result.readings:
        assert list(reading.columns) == [field.name for field in register(reading.kind).fields]
        assert reading.unused == ()
    needed = {problem.code for problem in result.problems}
    assert needed <= {"CP-1109"}, "only the cells nobody filled in are missing"


def test_registers_are_those_of_the_declared_sites_and_speak_the_codes_of_the_forms(desk: Context) -> None:
    assert sorted(REGISTERS) == sorted(site.kind for family in FAMILIES for site in family.sites)
    offered = {
        (form, name): {one.text for item in node.children[0].children for one in item.children_named("name")}
        for form in ("community", "heatnet")
        for name, node in desk.forms.newest(form).instances.items()
    }
    for kind in REGISTERS:
        columns = register(kind)
        declared = site_kind(RecordKind(kind))
        assert declared is not None
        assert (columns.number, set(columns.scope)) == (declared.number, {"township_code", *declared.scope})
        assert {field.name for field in columns.fields if field.required} <= set(declared.needed) | {"k_kind"}
        form = next(family.id for family in FAMILIES if declared in family.sites)
        for field in columns.fields:
            if form != "farmhouse" and is_choice(field.kind):
                codes = set(choice_codes(field.kind).values())
                assert codes <= offered[form, field.kind], f"{kind}.{field.name}"
            assert field.kind not in REFERENCES or not field.rule
            if field.rule and field.kind in ("text", "code"):
                re.compile(field.rule)
