"""What the tests of the heating-network form work with: a little register, and words for driving a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from cpdesk.base.resources import resource_path
from cpdesk.forms.entities import EntityChange
from cpdesk.forms.files.external import MemoryTable
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form

Begin = Callable[..., Session]
SEGMENT = {
    "name": "J12-J13", "label": "J12-J13 东门段", "id": "segment-1", "kind": "segment", "s_code": "J12-J13",
    "s_dn": "dn200", "s_od_mm": "219", "s_wall_mm": "6", "s_length_m": "104", "s_year": "1998", "s_repairs_5y": "1",
    "s_design_supply_c": "75", "s_design_return_c": "50", "substation_code": "U03",
}  # fmt: skip
WELL = {"name": "J12", "label": "J12", "id": "well-1", "kind": "well", "w_code": "J12", "w_depth_m": "2.4"}
STATION = {
    "name": "U03", "label": "U03 建材城西站", "id": "station-1", "kind": "substation", "u_code": "U03",
    "u_area_m2": "98000", "u_households": "1150", "u_volume_m3": "180",
}  # fmt: skip
CHECKS = (
    "fence", "traffic", "open_air", "ventilate", "detector", "harness", "light", "watcher", "isolated", "rescue",
)  # fmt: skip
PLACES = ("top", "mid", "low")
CLEAN_AIR = {"o2_pct": "20.8", "lel_pct": "0", "co_mg_m3": "2", "h2s_mg_m3": "0"}
SAFE_WELL = {
    "i_well_air_c": "24", "i_well_water_cm": "8", "i_leak_above": "no", "i_enter_plan": "yes", "i_permit": "permit.jpg",
    **{f"i_ck_{check}": "yes" for check in CHECKS},
    "i_detector_no": "G-07", "i_detector_due": "2027-04-01",
    **{f"i_gas_{place}_{gas}": value for place in PLACES for gas, value in CLEAN_AIR.items()},
}  # fmt: skip


@cache
def form() -> Form:
    return load_form(resource_path("forms/heatnet.xml").read_text(encoding="utf-8"))


def table(*rows: Mapping[str, str]) -> MemoryTable:
    return MemoryTable(tuple(dict.fromkeys(name for row in rows for name in row)), rows)


def path(name: str) -> str:
    return form().by_name[name].path


def answer(session: Session, **answers: object) -> None:
    for name, value in answers.items():
        session.set(path(name), str(value))


def value(session: Session, name: str) -> str:
    return session.value_at(path(name))


def shown(session: Session, name: str) -> bool:
    return session.state(path(name)).relevant


def said(session: Session, name: str) -> str:
    return session.state(path(name)).label


def offered(session: Session, name: str) -> str:
    return session.evaluate(form().by_name[name].attributes["suggest"], path(name))


def refused(session: Session, name: str) -> dict[str, str]:
    problem = session.state(path(name)).problem
    return dict(problem.words) if problem is not None and problem.blocks else {}


def add_defect(session: Session, **answers: object) -> str:
    """One more defect; gives the path of its item."""
    answer(session, i_defects="yes")
    items = session.children(path("defect"))
    blank = [item for item in items if not session.value_at(f"{item}/d_code")]
    item = blank[0] if blank else session.add_item(path("defect"))[0]
    for name, text in answers.items():
        session.set(f"{item}/{name}", str(text))
    return item


def only_entity(session: Session) -> EntityChange:
    (change,) = session.entities()
    return change
