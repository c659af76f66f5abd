"""From an audit to the live panel. The work runs off the GUI thread; making the view is words and rounding only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cpdesk.base.errors import CpdeskError
from cpdesk.context import Context
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.model.assessment import Assessment, Audit, Package, Quantity
from cpdesk.model.records import Answers, Changes
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.defaults import assumptions, questions
from cpdesk.ui.presenters.explanations import LOSS_SHARE, MONTH
from cpdesk.ui.presenters.result_sure import choices_view, sure_view
from cpdesk.ui.presenters.result_year import year_view
from cpdesk.ui.presenters.words import number
from cpdesk.ui.views import Fact, NowAfter, PackageView, ResultView, Share, StatusView, Tone


@dataclass(frozen=True)
class Answered:
    """The answers of one moment. `left_out`: how many cannot be used as they are."""

    record: str
    form: Form
    answers: Answers
    left_out: int


@dataclass(frozen=True)
class WorkedOut:
    """The audit of those answers, or the fault that stood in its way; and what lists have to show anew."""

    audit: Audit | None
    fault: CpdeskError | None
    left_out: int
    changes: Changes = field(default_factory=Changes)


def work_out(ctx: Context, answered: Answered) -> WorkedOut:
    """Audit the answers; for a worker thread. A fault in the answers is an outcome, not a failure of the panel."""
    from cpdesk.operations.assess import assess_answers, remember_figures, use_figures  # late: numpy and the tables

    try:
        audit = assess_answers(ctx, answered.form, answered.answers, record=answered.record)
    except CpdeskError as fault:
        return WorkedOut(None, fault, answered.left_out)
    use = use_figures(ctx, answered.form, answered.answers)
    return WorkedOut(audit, None, answered.left_out, remember_figures(ctx, answered.record, audit, use))


def first_figures(ctx: Context, answered: Answered) -> Assessment | None:
    """The house as it is, while its audit is not there yet; for a worker thread. Faults are left to the audit."""
    from cpdesk.operations.assess import assess_first  # late: numpy and the tables

    try:
        return assess_first(ctx, answered.form, answered.answers, record=answered.record)
    except CpdeskError:
        return None


def first_view(found: Assessment, last: ResultView) -> ResultView:
    """The panel with the new present figures; what was said of packages stays until the audit is there."""
    after = {bar.title: bar for bar in last.bars}
    bars = []
    for bar in _now_bars(found):
        old = after.get(bar.title)
        kept = replace(bar, after=old.after, shown_after=old.shown_after, figures=old.figures) if old else bar
        bars.append(kept)
    return replace(
        last,
        bars=tuple(bars),
        heat_note=tr("ui.result.season", n=number(found.heat_need_kwh.value)),
        shares=_shares(found),
        missing=tr("ui.result.packages_working"),
    )


def _now_bars(found: Assessment) -> tuple[NowAfter, ...]:
    """Present figures without any after."""
    return tuple(
        replace(bar, after=0.0, shown_after="…", change="", figures=("", "")) for bar in _pairs(found, found, ("", ""))
    )


def result_view(outcome: WorkedOut, session: Session) -> tuple[ResultView, dict[str, str]]:
    """The panel, and the sentence of the visible default for each question that has none of its own."""
    if outcome.audit is None:
        words = outcome.fault.message(language()) if outcome.fault is not None else ""
        return ResultView(missing=words or tr("ui.result.nothing_yet")), {}
    audit = outcome.audit
    chosen = next((package for package in audit.packages if package.code == audit.recommended), None)
    chosen = chosen or (audit.packages[0] if audit.packages else None)
    view = ResultView(
        quality=_quality(audit),
        bars=_bars(audit, chosen),
        heat_note=tr("ui.result.season", n=number(audit.baseline.heat_need_kwh.value)),
        shares=_shares(audit.baseline),
        packages=tuple(_package(package) for package in audit.packages),
        left_out=tr("ui.result.left_out", n=outcome.left_out) if outcome.left_out else "",
        notes=_notes(audit),
        frontier=tuple((point.own_cost_yuan, point.co2_saving_t) for point in audit.frontier),
        cloud=tuple((point.own_cost_yuan, point.co2_saving_t) for point in audit.cloud),
        monthly=_months(audit),
        combinations=audit.combinations,
        heat_figure="baseline.heat_need_kwh",
        month_figures=tuple(f"{MONTH}.{month.month}" for month in audit.baseline.months),
        sure=sure_view(audit, chosen, session, questions(audit, session, causes=True)),
        choices=choices_view(audit),
        year=year_view(audit),
    )
    return view, assumptions(audit, session)


def _quality(audit: Audit) -> StatusView:
    counts = audit.quality_counts
    assumed = int(counts.get("D", 0))
    total = sum(counts.values()) or 1
    tone: Tone = "warn" if assumed / total > 0.5 else "mute"
    return StatusView(tr("ui.result.quality", n=assumed, total=total), tone)


def _bars(audit: Audit, package: Package | None) -> tuple[NowAfter, ...]:
    after = package.after if package is not None else audit.baseline
    return _pairs(audit.baseline, after, ("baseline", f"packages.{package.code}.after" if package else "baseline"))


def _pairs(before: Assessment, after: Assessment, where: tuple[str, str]) -> tuple[NowAfter, ...]:
    def opens(name: str) -> tuple[str, str]:
        return f"{where[0]}.{name}", f"{where[1]}.{name}"

    return (
        _pair(
            tr("ui.result.cost"), tr("ui.result.yuan_year"), before.cost_yuan, after.cost_yuan, 0, opens("cost_yuan")
        ),
        _pair("CO₂", tr("ui.result.tonnes_year"), before.co2_t, after.co2_t, 1, opens("co2_t")),
    )


def _pair(title: str, unit: str, before: Quantity, after: Quantity, digits: int, figures: tuple[str, str]) -> NowAfter:
    change = (after.value / before.value - 1) * 100 if before.value else 0.0
    return NowAfter(
        title + (tr("ui.result.to_confirm") if "to_confirm" in (before.status, after.status) else ""),
        unit,
        before.value,
        after.value,
        number(before.value, digits),
        number(after.value, digits),
        f"{change:+.0f}%".replace("-", "−"),
        figures,
    )


def _shares(found: Assessment) -> tuple[Share, ...]:
    parts: Mapping[str, int] = found.loss_shares_pct
    shares = [Share(tr(f"ui.part.{part}"), percent / 100, f"{LOSS_SHARE}.{part}") for part, percent in parts.items()]
    return tuple(sorted(shares, key=lambda share: -share.share))


def _package(package: Package) -> PackageView:
    saving = package.saving_yuan
    low = saving.low if saving.low is not None else saving.value
    high = saving.high if saving.high is not None else saving.value
    names = [tr(item.name) for item in package.items]
    shown = " + ".join(names[:3]) + (tr("ui.result.more_measures", n=len(names) - 3) if len(names) > 3 else "")
    own, saved = number(package.own_cost_yuan.value), number(saving.value)
    return PackageView(
        id=package.code,
        letter=package.code,
        title=f"{package.code}  {shown}",
        note=tr("ui.result.package_note", own=own, saving=saved),
        low=low,
        middle=saving.value,
        high=high,
        own_cost_yuan=package.own_cost_yuan.value,
        co2_saved_t=package.co2_saving_t.value,
        figures=_figures(package),
        measures=tuple(names),
        figure=f"packages.{package.code}.saving_yuan",
    )


def _figures(package: Package) -> tuple[Fact, ...]:
    payback = package.payback_a
    saving = package.saving_yuan
    low, high = number(saving.low), number(saving.high)
    at = f"packages.{package.code}"
    return (
        Fact(tr("ui.packages.own"), number(package.own_cost_yuan.value), figure=f"{at}.own_cost_yuan"),
        Fact(tr("ui.packages.subsidy"), number(package.subsidy_yuan.value), figure=f"{at}.subsidy_yuan"),
        Fact(tr("ui.packages.cost_after"), number(package.after.cost_yuan.value), figure=f"{at}.after.cost_yuan"),
        Fact(tr("ui.packages.saving"), number(saving.value), figure=f"{at}.saving_yuan"),
        Fact("P10–P90", f"{low}–{high}", figure=f"{at}.saving_yuan"),
        Fact(tr("ui.packages.co2"), number(package.co2_saving_t.value, 1), figure=f"{at}.co2_saving_t"),
        Fact(tr("ui.packages.coldest"), number(package.coldest_days_c.value, 1), figure=f"{at}.coldest_days_c"),
        Fact(
            tr("ui.packages.payback"),
            number(payback.value if payback is not None else None, 1),
            figure=f"{at}.payback_a" if payback is not None else "",
        ),
        Fact(tr("ui.packages.npv"), number(package.npv_yuan.value), figure=f"{at}.npv_yuan"),
    )


def _notes(audit: Audit) -> tuple[str, ...]:
    notes = []
    if audit.nothing_pays:
        notes.append(tr("ui.result.only_comfort" if audit.only_comfort else "ui.result.nothing_pays"))
        if any(best.code == "npv" and best.combination.npv_yuan.value > 0 for best in audit.by_criterion):
            notes.append(tr("ui.result.other_pays"))
    if any(factor.status == "to_confirm" for factor in audit.factors):
        notes.append(tr("ui.result.unconfirmed"))
    return tuple(notes)


def _months(audit: Audit) -> tuple[tuple[str, float, float], ...]:
    return tuple(
        (tr("ui.month", n=month.month), month.heating_kwh, month.sun_kwh + month.internal_kwh)
        for month in audit.baseline.months
    )
