"""The shipped heating-network form: compiled as shipped, accepted by phones, every quantity declared."""

from __future__ import annotations

import re
import shutil

import pytest
from pyxform.xls2json_backends import md_to_dict
from pyxform.xls2xform import convert

from cpdesk.base import tables
from cpdesk.base.resources import resource_path
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.xform import load_form
from cpdesk.operations.families import HEATING_NETWORK

SHARED = {"survey.date", "survey.surveyor"}
"""Quantities that every form has; they stand in `quantities.csv`."""


@pytest.fixture(scope="module")
def source() -> str:
    return resource_path("forms/heatnet.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sheets(source: str) -> dict[str, list[dict[str, str]]]:
    return dict(md_to_dict(source))


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(resource_path("forms/heatnet.xml").read_text(encoding="utf-8"))


def test_the_shipped_xform_is_the_compiled_source(source: str) -> None:
    assert compile_xlsform(source, name="heatnet") == resource_path("forms/heatnet.xml").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
def test_phones_accept_the_form(source: str) -> None:
    warnings: list[str] = []
    convert(source, warnings=warnings, file_type=".md", validate=True)
    assert warnings == []


def test_form_and_table_of_quantities_agree(form: Form) -> None:
    rows = tables.read_table(
        resource_path("tables/quantities_heatnet.csv"),
        {
            "name": tables.text,
            "unit": tables.maybe_text,
            "kind": tables.one_of("number", "code", "codes", "text", "date", "time", "image", "place"),
            "where": tables.one_of(
                "survey", "segment", "well", "component", "substation", "visit", "defect", "wall_point", "gas_round"
            ),
            "zh": tables.text,
            "en": tables.text,
        },
    )
    declared = {row["name"]: row["unit"] or "" for row in rows}
    assert len(declared) == len(rows)
    bound = {one.quantity: one.unit for one in form.quantities.values() if one.quantity not in SHARED}
    assert len(bound) == len([one for one in form.quantities.values() if one.quantity not in SHARED])
    assert bound == declared


def test_every_mark_of_doubt_is_a_status_that_tables_know(sheets: dict[str, list[dict[str, str]]]) -> None:
    marks = [row["bind::cpdesk:status"] for row in sheets["survey"] if "bind::cpdesk:status" in row]
    marks += [row["status"] for row in sheets["choices"] if "status" in row]
    assert len(marks) > 150
    assert set(marks) <= set(tables.STATUSES)
    in_doubt = {
        row["name"] for row in sheets["choices"] if row["list_name"] == "limit" and row["status"] == "to_confirm"
    }
    assert in_doubt == {"lel", "air_c", "makeup_pct_h"}


def test_each_kind_of_site_of_the_family_is_written_by_questions_of_its_names(form: Form) -> None:
    written = {entity.dataset: entity.properties for entity in form.entities}
    assert set(written) == {site.dataset for site in HEATING_NETWORK.sites}
    for site in HEATING_NETWORK.sites:
        properties = written[site.dataset]
        assert {*site.needed} - {"township_code"} <= set(properties), site.dataset
        assert site.number in properties
        for name, node in properties.items():
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
            if node.control:
                assert name in (node.name, "substation_code"), node.path


def test_no_safety_or_condition_answer_has_a_default(sheets: dict[str, list[dict[str, str]]]) -> None:
    rows = {row["name"]: row for row in sheets["survey"] if "name" in row}
    careful = [name for name in rows if re.match(r"i_ck_|i_gas_|d_|i_well_|gr_", name)]
    careful += ["i_leak_above", "i_permit", "i_insul_wet", "i_defects", "leak_has", "cover_closed", "kit_gas4_bump"]
    assert len(careful) > 50
    assert [name for name in careful if "default" in rows[name] or "bind::cpdesk:prefill" in rows[name]] == []
