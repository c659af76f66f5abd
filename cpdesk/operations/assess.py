"""What a house loses and what pays: from the answers of a survey to an audit."""

from __future__ import annotations

from cpdesk.context import Context
from cpdesk.energy.audit import audit
from cpdesk.forms.form import Form
from cpdesk.model.assessment import Audit
from cpdesk.model.records import Answers
from cpdesk.operations.facts import building_facts, read_answers, wishes_of


def assess_answers(ctx: Context, form: Form, answers: Answers, *, record: str) -> Audit:
    """The audit of one survey as far as it is filled; whatever is not answered becomes a default that is named.

    Args:
        answers: those that count, as `Session.submission_answers` gives them.
        record: id of the survey; it seeds what is sampled, so a reprint is identical.

    Raises:
        InputFault: CP-13xx when answers contradict physics; the field, its range and the remedy are named.
    """
    reading = read_answers(form, answers)
    return audit(building_facts(reading), ctx.energy, wishes=wishes_of(reading, record=record))
