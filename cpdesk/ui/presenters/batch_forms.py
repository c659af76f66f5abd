"""Form versions through the dialog: look over, publish, try on the surveys of this desk, migrate."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog

from cpdesk.context import Context
from cpdesk.forms.form import Form
from cpdesk.forms.lint.run import LintReport
from cpdesk.forms.versions.migration import Fate
from cpdesk.model.records import Changes, RecordKind, Status
from cpdesk.operations.families import FAMILIES
from cpdesk.operations.linting import lint_file
from cpdesk.operations.migrating import (
    OPEN_STATUSES,
    MigrationPreview,
    RecordPreview,
    apply_migration,
    preview_migration,
)
from cpdesk.operations.publishing import publish_form
from cpdesk.store.batches import BatchResult
from cpdesk.store.lists import Query
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.batch_forms import FormsDialog
from cpdesk.ui.presenters.batch_work import BatchWork
from cpdesk.ui.presenters.form_words import label_of
from cpdesk.ui.presenters.long_work import Course

_KINDS: Final = "XLSForm (*.xlsx *.md)"
_SHOWN_MAX: Final = 2000
_CHANGED: Final = (Fate.RENAMED, Fate.CONVERTED, Fate.RETURNED)
_ASIDE: Final = (Fate.ASIDE, Fate.UNFIT)
_EVERY: Final = tuple(status for status in Status if status is not Status.NONE)
_NAMED_MAX: Final = 3


class FormsPresenter(BatchWork):
    """One look at the forms; one file at a time."""

    def begin(self) -> None:
        """Show what is published here."""
        self._path = Path()
        self._form: Form | None = None
        self._preview: MigrationPreview | None = None
        self.dialog = FormsDialog(self.page)
        self.dialog.file_wanted.connect(self._ask_file)
        self.dialog.publish_wanted.connect(self._publish)
        self.dialog.preview_wanted.connect(self._look)
        self.dialog.migrate_wanted.connect(self._migrate)
        self.show(self.dialog)
        self._list()

    def _list(self) -> None:
        self.run(lambda: version_lines(self.ctx), self._show_versions, key="batch")

    def _show_versions(self, lines: list[tuple[str, ...]]) -> None:
        if self.is_open():
            self.dialog.show_versions(lines)

    def _ask_file(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self.dialog, tr("ui.forms.choose"), "", _KINDS)
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Look a form file over."""
        self._path, self._form, self._preview = path, None, None
        self.long(lambda _course: _linted(self.ctx, path, self.family.id), self._checked)

    def _checked(self, report: LintReport) -> None:
        if not self.is_open():
            return
        sound = report.sound and report.form is not None
        self._form = report.form if sound else None
        lines = [
            (
                one.where(language()),
                one.message(language()),
                one.remedy(language()),
                tr(f"lint.severity.{one.severity}"),
            )
            for one in report.findings
        ]
        tones = [{"error": "bad", "warning": "warn"}.get(str(one.severity), "info") for one in report.findings]
        if report.form is not None and sound:
            words = tr("ui.forms.sound", form=_form_name(report.form.id), version=report.form.version)
        else:
            words = tr("ui.forms.unsound", n=report.errors)
        self.dialog.show_checked(self._path.name, words, lines, tones, sound=sound)

    def _publish(self) -> None:
        path = self._path
        self.dialog.publish.setEnabled(False)
        self.long(lambda _course: publish_form(self.ctx, path), self._published)

    def _published(self, answer: tuple[Form, Changes]) -> None:
        form, changes = answer
        self.desk.tell(changes)
        if self.is_open():
            self.dialog.show_published(tr("ui.forms.published", form=_form_name(form.id), version=form.version))
            self._list()

    def _look(self) -> None:
        form = self._form
        if form is None:
            return
        statuses = _EVERY if self.dialog.filled.isChecked() else OPEN_STATUSES
        self.long(lambda course: preview_migration(self.ctx, form, statuses=statuses, look=course.look), self._looked)

    def _looked(self, preview: MigrationPreview) -> None:
        if not self.is_open():
            return
        self._preview = preview
        lines, tones = record_lines(preview)
        changing = sum(one.change is not None for one in preview.records)
        self.dialog.show_preview(preview_words(preview), lines, tones, changing)

    def _migrate(self) -> None:
        preview, path = self._preview, self._path
        if preview is None:
            return
        self.dialog.migrate.setEnabled(False)

        def work(course: Course) -> tuple[BatchResult, Changes]:
            _form, published = publish_form(self.ctx, path)  # the same file once more changes nothing
            result, changes = apply_migration(self.ctx, preview, course.step)
            return result, published | changes

        self.long(work, self.applied, len(preview.records))


def _linted(ctx: Context, path: Path, family_id: str) -> LintReport:
    """The findings, also those about older answers where this desk has a version of the form: most likely it is the
    form of the list, so that is tried first."""
    report = lint_file(path, previous=ctx.forms.newest(family_id))
    if report.form is None or report.form.id == family_id:
        return report
    known = {form for form, _version, _sha in ctx.store.forms.list()}
    return lint_file(path, previous=ctx.forms.newest(report.form.id) if report.form.id in known else None)


def _form_name(form_id: str) -> str:
    known = next((family for family in FAMILIES if family.id == form_id), None)
    return tr(known.name_key) if known is not None else form_id


def version_lines(ctx: Context) -> list[tuple[str, ...]]:
    """Form, version, how many surveys it has, and whether new ones are made with it; the newest first."""
    listed = [(form, version) for form, version, _sha in ctx.store.forms.list()]
    lines: list[tuple[str, ...]] = []
    for form in dict.fromkeys(form for form, _version in listed):
        counts = ctx.store.records.count_by_version(Query(kind=RecordKind.SURVEY, form=form))
        newest = ctx.forms.newest(form).version
        versions = {version for listed_form, version in listed if listed_form == form} | {newest}
        for version in sorted(versions, reverse=True):
            state = tr("ui.forms.in_use" if version == newest else "ui.forms.kept")
            lines.append((_form_name(form), version, f"{counts.get(version, 0):,}", state))
    return lines


def preview_words(preview: MigrationPreview) -> str:
    """The totals: answers by what becomes of them, and problems that are new."""
    parts = [tr("ui.forms.total", n=len(preview.records), version=preview.version)]
    fates = [(fate, count) for fate in Fate if (count := preview.counts.get(fate, 0))]
    if fates:
        named = tr("ui.list_separator").join(
            tr("ui.forms.fate", fate=tr(f"migration.fate.{fate}"), n=count) for fate, count in fates
        )
        parts.append(tr("ui.forms.fates", named=named))
    parts.append(tr("ui.forms.new_problems", n=preview.problems))
    if preview.stopped:
        parts.insert(0, tr("ui.batch.looked_until"))
    return "".join(parts)


def record_lines(preview: MigrationPreview) -> tuple[list[tuple[str, ...]], list[str]]:
    """A line a survey; those with new problems or left-aside answers first."""
    ranked = sorted(preview.records, key=lambda one: -_trouble(one))[:_SHOWN_MAX]
    lines: list[tuple[str, ...]] = []
    tones: list[str] = []
    for one in ranked:
        changed = sum(one.counts.get(fate, 0) for fate in _CHANGED)
        aside = sum(one.counts.get(fate, 0) for fate in _ASIDE)
        problems = str(len(one.new_problems)) if one.fault is None else one.fault.message(language())
        lines.append((one.record.title, one.record.version, str(changed), str(aside), _what(preview, one), problems))
        tones.append("bad" if one.new_problems or one.fault is not None else "mute")
    return lines, tones


def _trouble(one: RecordPreview) -> int:
    aside = sum(one.counts.get(fate, 0) for fate in _ASIDE)
    return (1_000_000 if one.fault is not None else 0) + 1_000 * len(one.new_problems) + aside


def _what(preview: MigrationPreview, one: RecordPreview) -> str:
    """The first answers that do not stay, and the first problem that is new."""
    change = preview.changes.get(one.record.version)
    if one.new_problems:
        return one.new_problems[0].message(language())
    if change is None:
        return ""
    told = [
        tr("ui.forms.one", label=label_of(change.old, _template(line.old_path)), fate=tr(f"migration.fate.{line.fate}"))
        for line in one.lines[:_NAMED_MAX]
    ]
    more = len(one.lines) - len(told)
    return tr("ui.list_separator").join(told) + (tr("ui.forms.more", n=more) if more > 0 else "")


def _template(path: str) -> str:
    parts = (part.partition("[")[0] for part in path.partition("#")[0].split("/"))
    return "/".join(parts)
