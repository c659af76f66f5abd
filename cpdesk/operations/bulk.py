"""Changing one answer in many surveys at once, checked by the rules of their forms: first a preview, then one batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.base.progress import Look
from cpdesk.context import Context
from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import Problem
from cpdesk.forms.xpath.compile import compile_expression
from cpdesk.model.records import Changes, Quality, Record, Status
from cpdesk.operations.surveys import session_for
from cpdesk.store.batches import BatchChange, BatchResult, Step

BATCH_KIND: Final = "bulk_edit"
EDITABLE: Final = (Status.DRAFT, Status.RETURNED, Status.COMPLETE)
"""What has been handed in is the district's; it comes back by being returned."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be changed.

    Attributes:
        question: name or template path of the question; in a repeat it is changed in every item.
        value: the new answer as the form stores it; None takes the answer back.
        where: an XPath condition worked out at the question (`.` is its answer, `../b_era = 'pre1960'` a neighbour's);
            "" = everywhere.
        only_empty: leave answers that are there.
        quality: how the new answer is known; None leaves the mark.
    """

    question: str
    value: str | None
    where: str = ""
    only_empty: bool = False
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class EditLine:
    """One answer that changes; `follows` when a calculation changed it, not the edit itself."""

    path: str
    label: str
    before: str
    after: str
    follows: bool = False


@dataclass(frozen=True)
class EditPreview:
    """What an edit does to one survey.

    Attributes:
        refused: why it is not done there: what it would break, or a fault.
        change: what to write, None when nothing changes or it is refused.
    """

    record: Record
    lines: tuple[EditLine, ...] = ()
    refused: tuple[Problem, ...] = ()
    fault: CpdeskError | None = None
    change: BatchChange | None = None


@dataclass(frozen=True)
class BulkPreview:
    """What an edit does to all surveys chosen."""

    edit: Edit
    label: str
    records: tuple[EditPreview, ...]
    stopped: bool = False

    @property
    def changing(self) -> int:
        return sum(one.change is not None for one in self.records)

    @property
    def refused(self) -> int:
        return sum(bool(one.refused) or one.fault is not None for one in self.records)


def preview_edit(
    ctx: Context, records: Sequence[str], edit: Edit, look: Look = lambda done, total: True
) -> BulkPreview:
    """What an edit would do to surveys, each by the rules of its own form version. Changes nothing.

    A survey where it would make an answer wrong that was right is refused and says which.

    Raises:
        InputFault: CP-1531 none of the surveys' forms has the question; CP-1205 to CP-1209 the condition is wrong.
    """
    if edit.where:
        compile_expression(edit.where, "where")
    found: list[EditPreview] = []
    label = ""
    for number, record_id in enumerate(records):
        if not look(number, len(records)):
            return BulkPreview(edit, label, tuple(found), stopped=True)
        record = ctx.store.records.get(record_id)
        try:
            form = ctx.forms.version(record.form, record.version)
            node = _question(form, edit.question)
            if node is None:
                continue
            session = session_for(ctx, form, record, record.answers)
            label = label or _label(session, node)
            found.append(_previewed(ctx, record, session, node, edit))
        except CpdeskError as fault:
            found.append(EditPreview(record, fault=fault))
    if records and not found:
        raise InputFault("CP-1531", question=edit.question)
    look(len(records), len(records))
    return BulkPreview(edit, label or edit.question, tuple(found))


def apply_edit(ctx: Context, preview: BulkPreview, step: Step = lambda done: True) -> tuple[BatchResult, Changes]:
    """Do what a preview said, as one batch that can be taken back; surveys changed since are left alone."""
    changes = [one.change for one in preview.records if one.change is not None]
    value = preview.edit.value or ctx.text("bulk.nothing")
    title = ctx.text("bulk.title", label=preview.label, value=value)
    return ctx.store.batches.apply(BATCH_KIND, title, changes, ctx.actor, step)


def _question(form: Form, text: str) -> NodeDef | None:
    node = form.by_path.get(text) or form.by_name.get(text)
    return node if node is not None and node.kind is Kind.QUESTION else None


def _label(session: Session, node: NodeDef) -> str:
    path = next(iter(paths_of(session, node)), None)
    return session.state(path).label if path is not None else node.name


def paths_of(session: Session, node: NodeDef) -> Iterator[str]:
    """The paths of a question in all items of the repeats around it, in order."""
    line: list[NodeDef] = []
    step: NodeDef | None = node
    while step is not None and step.parent is not None:
        line.append(step)
        step = step.parent
    yield from _below(session, "", list(reversed(line)))


def _below(session: Session, path: str, line: Sequence[NodeDef]) -> Iterator[str]:
    if not line:
        yield path
        return
    below = f"{path}/{line[0].name}".lstrip("/")
    if line[0].kind is Kind.REPEAT:
        for item in session.children(below):
            yield from _below(session, item, line[1:])
    else:
        yield from _below(session, below, line[1:])


def _previewed(ctx: Context, record: Record, session: Session, node: NodeDef, edit: Edit) -> EditPreview:
    if record.status not in EDITABLE:
        status = ctx.text(f"status.{record.status}")
        return EditPreview(record, fault=InputFault("CP-1532", title=record.title, status=status))
    before, known = session.answers(), {(one.path, one.code) for one in session.validate()}
    targets = [path for path in paths_of(session, node) if _is_meant(session, path, edit)]
    session.set_many(_answers(targets, edit))
    refused = [one for one in session.validate() if one.blocks and (one.path, one.code) not in known]
    change = BatchChange.between(record.id, before, session.answers())
    stored = {path: record.answers.get(path) for path in change.values}  # opening may have worked out more
    change = replace(change, seen=stored)
    if refused or not change.values:
        return EditPreview(record, refused=tuple(refused))
    lines = tuple(
        EditLine(path, session.state(path).label, before.get(path, ""), value or "", follows=path not in targets)
        for path, value in change.values.items()
        if "#" not in path and not path.endswith("]")
    )
    return EditPreview(record, lines, change=change)


def _answers(targets: Sequence[str], edit: Edit) -> dict[str, str | None]:
    answers: dict[str, str | None] = dict.fromkeys(targets, edit.value)
    if edit.quality is not None:
        mark = edit.quality.value if edit.value else None
        answers.update({f"{path}#quality": mark for path in targets})
    return answers


def _is_meant(session: Session, path: str, edit: Edit) -> bool:
    state = session.state(path)
    if not state.relevant or state.readonly or (edit.only_empty and state.value):
        return False
    return not edit.where or session.evaluate(f"boolean({edit.where})", path) == "true"
