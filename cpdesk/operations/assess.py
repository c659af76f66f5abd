"""What a house loses and what pays: from the answers of a survey to an audit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from cpdesk.context import Context
from cpdesk.energy.audit.household import assess_baseline, audit
from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.forms.form import Form
from cpdesk.model.assessment import Assessment, Audit
from cpdesk.model.building import Building
from cpdesk.model.certainty import VillageUse
from cpdesk.model.oplog import canonical_json
from cpdesk.model.records import Answers, Changes
from cpdesk.operations.facts import Reading, building_facts, read_answers, wishes_of
from cpdesk.operations.households import LOSS_PARTS
from cpdesk.operations.surveys import open_survey
from cpdesk.operations.village_use import figures_of_use, use_of_neighbours
from cpdesk.operations.weather_files import weather_for, weather_stamp
from cpdesk.store.shelf import Cell

_AUDITS_KEPT: Final = 200


def assess_answers(ctx: Context, form: Form, answers: Answers, *, record: str) -> Audit:
    """The audit of one survey as far as it is filled; whatever is not answered becomes a default that is named.

    Args:
        answers: those that count, as `Session.counting_answers` gives them.
        record: id of the survey; it seeds what is sampled, so a reprint is identical.

    Raises:
        InputFault: CP-13xx when answers contradict physics; the field, its range and the remedy are named.
    """
    reading = read_answers(form, answers)
    tables, building = _house(ctx, reading)
    village = _village(ctx, building, tables, record)
    made_of = _made_of(ctx, form, answers, record, village)
    found = ctx.audits.get(made_of)
    if found is None:
        weather = weather_for(ctx, building.terrain, building.height_m)
        wishes = wishes_of(reading, record=record)
        found = audit(building, tables, weather=weather, wishes=wishes, village=village)
        ctx.audits[made_of] = found
        while len(ctx.audits) > _AUDITS_KEPT:
            ctx.audits.popitem(last=False)
    return found


def assess_first(ctx: Context, form: Form, answers: Answers, *, record: str) -> Assessment | None:
    """The house as it is, without measures and ranges: what stands in the panel until the audit is there.

    `None` where the audit of these answers is known already.

    Raises:
        InputFault: as `assess_answers`.
    """
    tables, building = _house(ctx, read_answers(form, answers))
    village = _village(ctx, building, tables, record)
    if _made_of(ctx, form, answers, record, village) in ctx.audits:
        return None
    weather = weather_for(ctx, building.terrain, building.height_m)
    return assess_baseline(building, tables, weather=weather, village=village)


def _village(ctx: Context, building: Building, tables: EnergyTables, record: str) -> tuple[VillageUse, ...]:
    """What the neighbours use, for a household without a bill of a fuel it heats with."""
    carriers = {system.carrier for system in building.systems}
    if any(bill.carrier in carriers for bill in building.bills):
        return ()
    return use_of_neighbours(ctx, record, tables)


def _made_of(ctx: Context, form: Form, answers: Answers, record: str, village: Sequence[VillageUse]) -> str:
    parts = [record, form.id, form.version, dict(answers), weather_stamp(ctx), repr(village)]
    return hashlib.sha256(canonical_json(parts)).hexdigest()


def _house(ctx: Context, reading: Reading) -> tuple[EnergyTables, Building]:
    """Tables of the day of the survey, and the building as surveyed."""
    tables = priced_on(ctx.energy, reading.text("survey.date"))
    return tables, build(building_facts(reading), tables)


def priced_on(tables: EnergyTables, survey_date: str) -> EnergyTables:
    """Prices, subsidies and factors of the day of the survey, so that a reprint years later shows what was said then.

    Without a day the latest stand.
    """
    try:
        day = date.fromisoformat(survey_date[:10])
    except ValueError:
        return tables
    return tables.on(day)


def assess_survey(ctx: Context, survey: str) -> tuple[Audit, Changes]:
    """The audit of a stored survey; its leading figures are remembered for the lists of this desk."""
    opened = open_survey(ctx, survey)
    answers = opened.session.counting_answers()
    found = assess_answers(ctx, opened.form, answers, record=survey)
    return found, remember_figures(ctx, survey, found, use_figures(ctx, opened.form, answers))


def use_figures(ctx: Context, form: Form, answers: Answers) -> dict[str, Cell]:
    """What a survey with bills tells its neighbours, to be remembered beside it."""
    reading = read_answers(form, answers)
    tables, building = _house(ctx, reading)
    return figures_of_use(building, tables, reading.text("survey.date"))


def remember_figures(ctx: Context, survey: str, found: Audit, use: Mapping[str, Cell]) -> Changes:
    """Keep what lists show of an audit beside the survey, and what its neighbours need, on this desk only."""
    area = found.floor_area_m2.value
    package = next((one for one in found.packages if one.code == found.recommended), None)
    figures: dict[str, Cell] = {
        "area_m2": round(area, 1),
        "heat_kwh": round(found.baseline.heat_need_kwh.value),
        "heat_kwh_m2": round(found.baseline.heat_need_kwh.value / area),
        "cost_yuan": round(found.baseline.cost_yuan.value),
        "saving_yuan": round(package.saving_yuan.value) if package else None,
        "own_cost_yuan": round(package.own_cost_yuan.value) if package else None,
        "co2_saving_t": round(package.co2_saving_t.value, 2) if package else None,
        **{f"loss_{part}_pct": found.baseline.loss_shares_pct.get(part, 0) for part in LOSS_PARTS},
        **use,
    }
    return ctx.store.records.remember(survey, figures)
