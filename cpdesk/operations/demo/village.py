"""The made-up village: its register, and surveys of some of its households, made as a surveyor makes them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from cpdesk.base.clock import today_beijing
from cpdesk.base.progress import Step
from cpdesk.context import Context
from cpdesk.forms.session import Session
from cpdesk.interop.samples import sample_register
from cpdesk.model.records import Changes, Quality
from cpdesk.operations.demo.answers import MadeUpVisit, fill, make_up_visit
from cpdesk.operations.demo.photos import draw_photo, draw_signature
from cpdesk.operations.photos import keep_photo
from cpdesk.operations.register import RegisterImport, import_register
from cpdesk.operations.surveys import (
    begin_survey,
    complete_survey,
    open_survey,
    remember_progress,
    save_answers,
    submit_survey,
)

_VARIANTS: Final = 3
"""Different drawings a subject; the store keeps each once, however many surveys show it."""
_HEATING: Final = ("coal_boiler", "coal_boiler", "coal_boiler", "ashp_water", "storage_heater", "coal_stove")
_MEASURED: Final = ("b_length_m", "b_depth_m", "b_storey_height_m", "b_roof_insul_mm")


def import_sample_village(ctx: Context, workbook: Path, *, households: int) -> tuple[RegisterImport, Changes]:
    """Write a register of made-up households as an .xlsx and import it like any other."""
    workbook.parent.mkdir(parents=True, exist_ok=True)
    workbook.write_bytes(sample_register(households))
    return import_register(ctx, workbook, sample=True)


def survey_household(ctx: Context, household: str, *, seed: int, finish: bool = True) -> str:
    """Make up a visit to one household and enter it field by field, with photographs and signatures.

    Args:
        finish: also mark the survey as complete and submit it.

    Raises:
        ValueError: the form found the made-up answers wanting; the message says which questions.
    """
    survey, _ = begin_survey(ctx, household)
    session = open_survey(ctx, survey).session

    def save(values: object) -> None:
        if isinstance(values, dict) and values:
            save_answers(ctx, survey, values)

    register = ctx.store.records.get(household).answers
    visit = make_up_visit(
        seed=seed,
        build_year=int(register.get("build_year") or 1994),
        residents=int(register.get("residents") or 3),
        heating=random.Random(seed).choice(_HEATING),  # noqa: S311 - sample data
        on=today_beijing(ctx.clock),
    )
    fill(session, visit, save=save)
    _add_pictures(ctx, session, visit, seed, save)
    _mark_measured(session, save)
    if finish:
        problems, _ = complete_survey(ctx, survey)
        if problems:
            raise ValueError("; ".join(f"{problem.path}: {problem.message('en')}" for problem in problems))
        submit_survey(ctx, survey)
    else:
        remember_progress(ctx, survey, session.progress())
    return survey


def survey_some(ctx: Context, households: list[str], *, step: Step = lambda done, total: None) -> list[str]:
    """Survey a list of households; gives the ids of the surveys."""
    surveys = []
    for number, household in enumerate(households, 1):
        surveys.append(survey_household(ctx, household, seed=number))
        step(number, len(households))
    return surveys


def _add_pictures(
    ctx: Context, session: Session, visit: MadeUpVisit, seed: int, save: Callable[[object], None]
) -> None:
    for path in _all_paths(session):
        name = session.definition(path).name
        if name in visit.photos and session.state(path).relevant:
            picture = keep_photo(ctx, _photo(visit.photos[name], seed % _VARIANTS), name=name)
            save(dict(session.set(path, picture).values))
        elif name.startswith("sign_") and session.state(path).relevant:
            signature = keep_photo(ctx, _signature((seed + len(name)) % _VARIANTS), name=name)
            save(dict(session.set(path, signature).values))


def _mark_measured(session: Session, save: Callable[[object], None]) -> None:
    """The tape was used for these."""
    for path in _all_paths(session):
        if session.definition(path).name in _MEASURED and session.state(path).value:
            save(dict(session.set(f"{path}#quality", Quality.MEASURED.value).values))


def _all_paths(session: Session, parent: str = "") -> list[str]:
    found = []
    for path in session.children(parent):
        below = _all_paths(session, path)
        found += below or [path]
    return found


@cache
def _photo(subject: str, variant: int) -> bytes:
    return draw_photo(subject, variant)


@cache
def _signature(variant: int) -> bytes:
    return draw_signature(variant)
