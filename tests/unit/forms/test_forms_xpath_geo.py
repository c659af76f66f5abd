"""Areas, distances, fences and crossings. Reference figures of the longer lines: JavaRosa in ODK Validate 1.20."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath.values import Value, to_text

FIELD = (
    "38.253094215699576 21.756382658677467;38.25021274773806 21.756382658677467;38.25007793942195 21.763892843919166;"
    "38.25290886154963 21.763935759263404;38.25146813817506 21.758421137528785"
)
YARD = "0 0 0 0;0 1 0 0;1 1 0 0;1 0 0 0;0 0 0 0"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (f"distance('{FIELD}')", "1800.69"),
        (f"area('{FIELD}')", "151451.76"),
        ("distance('0 0;0 90')", "10018696.05"),
        ("distance('0 0', '0 1', '1 1')", "222637.69"),
        ("distance('0 0; 0 1 ;1 1;')", "222637.69"),
        ("distance('40.2 116.2 50 5;40.2 116.2 50 5')", "0"),
        ("distance(p)", "0"),
        ("distance(e)", "0"),
        ("distance(nothing)", "0"),
        ("distance(shape)", "445258.43"),
        ("enclosed-area(shape)", "12391256135.81"),
        ("area('90 0;90 1')", "0"),
        ("area(e)", "0"),
        ("geofence(p, shape)", "true"),
        ("geofence('2 0.5', shape)", "false"),
        ("geofence('0.5 -1 0 0', shape)", "false"),
        ("geofence(p, e)", "false"),
        ("geofence('0 0', '0 0;0 1;1 1;1 0;2 0')", "false"),
        ("intersects(shape)", "false"),
        ("intersects('0 0;1 1;0 1;1 0')", "true"),
        ("intersects('0 0;1 1;0 1;1 0;0 0')", "true"),
        ("intersects('0 0;0 2;0 1')", "true"),
        ("intersects('0 0;0 1;0 2')", "false"),
        ("intersects('0 0;0 2;1 2;0 1')", "true"),
        ("intersects('0 0;0 1;1 1;1 0;0 0;0 -1')", "true"),
        ("intersects('0 0;0 0;0 1')", "false"),
        ("intersects(e)", "false"),
        ("intersects(t)", "false"),
    ],
)
def test_places(source: str, text: str, worked_out: Callable[[str], Value]) -> None:
    assert to_text(worked_out(source)) == text


@pytest.mark.parametrize(
    "source", ["distance(t)", "area('1 2 3 4 5')", "geofence(e, shape)", "geofence('', '')", "area(a)"]
)
def test_what_is_no_place_is_refused(source: str, worked_out: Callable[[str], Value]) -> None:
    with pytest.raises(InputFault, match="CP-1218"):
        worked_out(source)
