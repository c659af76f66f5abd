"""Content of page 1 when nothing pays."""

from __future__ import annotations

from dataclasses import dataclass

from cpdesk.base.i18n import Translator
from cpdesk.model import assessment
from cpdesk.model.assessment import Audit
from cpdesk.reports.household_build.money import payback, years
from cpdesk.reports.household_build.page1 import now_tile
from cpdesk.reports.household_build.words import said, unit, worded
from cpdesk.reports.household_content import Figure, FreeAct, NearMiss, Occasion, Tile
from cpdesk.reports.rounding import rounded, to_step

_MISSES = 3
_OCCASIONS = ("window", "roof", "price")


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What page 1 says."""

    answer: str
    tiles: tuple[Tile, ...]
    free_acts: tuple[FreeAct, ...]
    near_misses: tuple[NearMiss, ...]
    occasions: tuple[Occasion, ...]
    notes: tuple[str, ...]


def build(audit: Audit, translate: Translator) -> FirstPage:
    """Page 1 for a household that is advised to spend nothing."""
    acts = tuple(
        FreeAct(
            said(translate, act.name), worded(translate, "free", act.code), Figure(to_step(act.saving_yuan.value, 10))
        )
        for act in audit.free_acts[:3]
        if to_step(act.saving_yuan.value, 10) > 0
    )
    cost = to_step(audit.baseline.cost_yuan.value, 10)
    per_m2 = rounded(cost / audit.floor_area_m2.value)
    return FirstPage(
        answer=translate("report.answer.nothing", yuan=f"{cost:,}", per_m2=per_m2),
        tiles=_tiles(audit, acts, per_m2, translate),
        free_acts=acts,
        near_misses=tuple(near_miss(miss, translate) for miss in audit.near_misses[:_MISSES]),
        occasions=tuple(
            Occasion(translate(f"report.again.{code}"), translate(f"report.again.{code}_what")) for code in _OCCASIONS
        ),
        notes=(quality_note(audit, translate),),
    )


def near_miss(miss: assessment.NearMiss, translate: Translator) -> NearMiss:
    """A measure with its payback from the printed figures."""
    own, saving = to_step(miss.own_cost_yuan.value, 10), to_step(miss.saving_yuan.value, 10)
    return NearMiss(
        name=said(translate, miss.name),
        own=Figure(own),
        saving=Figure(saving),
        payback_years=years(payback(own, saving)),
        life_years=Figure(rounded(miss.life_a)),
    )


def quality_note(audit: Audit, translate: Translator) -> str:
    """How much of the data was measured or read from bills."""
    counts = audit.quality_counts
    total = sum(counts.values()) or 1
    sure = counts.get("M", 0) + counts.get("B", 0)
    return translate("report.note.quality", percent=rounded(100 * sure / total), grade=grade(audit))


def grade(audit: Audit) -> str:
    """A where four fifths of the inputs were measured or read from bills, B where half were, else C (own rule)."""
    counts = audit.quality_counts
    total = sum(counts.values()) or 1
    share = (counts.get("M", 0) + counts.get("B", 0)) / total
    return "A" if share >= 0.8 else "B" if share >= 0.5 else "C"


def _tiles(audit: Audit, acts: tuple[FreeAct, ...], per_m2: int, translate: Translator) -> tuple[Tile, ...]:
    cost = now_tile(audit, translate)
    coldest = Figure(rounded(audit.baseline.coldest_days_c.value, 1), 1)
    tiles = [
        Tile(cost.title, cost.figure, cost.unit, (*cost.lines[:1], translate("report.tile.per_m2", yuan=per_m2))),
        Tile(
            translate("report.tile.coldest"),
            coldest,
            "℃",
            (translate("report.tile.coldest_days"), translate("report.tile.as_heated_now")),
        ),
        Tile(
            translate("report.tile.computed"),
            Figure(audit.combinations),
            translate("report.tile.ways"),
            (translate("report.tile.none_pays"), translate("report.tile.before_worn")),
        ),
    ]
    if acts:
        total = sum(act.saving.scaled or 0 for act in acts)
        a_year = unit("CNY/a", translate)
        lines = (translate("report.tile.free_lines", n=len(acts)), translate("report.tile.free_below"))
        tiles.append(Tile(translate("report.tile.free"), Figure(total), a_year, lines, strong=True))
    else:
        index = Figure(rounded(audit.baseline.heat_index_w_m2.value, 1), 1)
        tiles.append(Tile(translate("report.tile.index"), index, "W/m²", (translate("report.tile.index_line"),)))
    return tuple(tiles)
