"""How sure the figures of an audit are and what else could be chosen, in words for the panel and the packages page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.energy.certainty.words import sentence, sentences
from cpdesk.forms.session import Session
from cpdesk.model.assessment import Audit, Package, PackageItem, Quantity
from cpdesk.model.certainty import Advice
from cpdesk.model.energy_uses import CapacityCheck
from cpdesk.model.retrofit import Best, Combination, Level
from cpdesk.ui.figure_views import ChoiceRow, ChoicesView, SureView
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.defaults import question_of
from cpdesk.ui.presenters.explanations import shown
from cpdesk.ui.presenters.result_money import money_view
from cpdesk.ui.presenters.words import number
from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.views import Fact, Tone

_MOST_ADVICE: Final = 3
_MOST_NAMED: Final = 4
_WARN: Final[Tone] = "warn"


def sure_view(audit: Audit, package: Package | None, session: Session, paths: Mapping[str, str]) -> SureView:
    """What the figures rest on. `paths`: key of an input → path of its question."""
    translator = Translator(language())
    told = audit.certainty.advice[:_MOST_ADVICE] if audit.certainty is not None else ()
    report = audit.calibration
    asked: tuple[PanelLine, ...] = ()
    bills = ""
    if report is not None:
        said = sentences(report, translator)
        bills = " ".join(said[: len(said) - len(report.questions)])
        asked = tuple(
            PanelLine(f"ask{at}", question_of(item.quantity, session), "", tr(item.text), tone="bad", icon="note")
            for at, item in enumerate(report.questions)
        )
    return SureView(
        bills=bills,
        bills_tone="mute" if report is None else "ok" if report.agrees and report.used else "warn",
        questions=asked,
        advice=tuple(_advice(item, at, audit, session, paths, translator) for at, item in enumerate(told)),
        more=_more(audit, package),
        notices=_notices(audit, package),
    )


def _advice(
    item: Advice, at: int, audit: Audit, session: Session, paths: Mapping[str, str], translator: Translator
) -> PanelLine:
    """One answer worth measuring; the input of its name and place knows the item of the repeat it stands in."""
    keys = [entry.key for entry in audit.inputs if (entry.name, entry.place) == (item.name, item.place)]
    path = next((paths[key] for key in keys if key in paths), "") or question_of(item.question, session)
    return PanelLine(f"advice{at}", path, "", sentence(item.text, item.fields, translator), icon="target", tone="info")


def _more(audit: Audit, package: Package | None) -> tuple[PanelLine, ...]:
    """Figures beside the saving, each with the name that opens it."""
    after = package.after if package is not None else None
    found: list[tuple[str, str, Quantity | None]] = []
    if package is not None and package.take_back_yuan.value >= 1.0:
        found.append((f"packages.{package.code}.take_back_yuan", "ui.sure.take_back", package.take_back_yuan))
    found.append(("baseline.design_load_kw", "ui.sure.load", audit.baseline.design_load_kw))
    found.append(("baseline.electric_peak_kw", "ui.sure.peak", audit.baseline.electric_peak_kw))
    if package is not None and after is not None:
        name = f"packages.{package.code}.after.electric_peak_kw"
        found.append((name, "ui.sure.peak_after", after.electric_peak_kw))
    return tuple(
        PanelLine(name, name, "", f"{tr(key)} {shown(figure.value, figure.unit)}", icon="function")
        for name, key, figure in found
        if figure is not None
    )


def _notices(audit: Audit, package: Package | None) -> tuple[tuple[Tone, str], ...]:
    if package is None:
        return _pump(audit.baseline.heat_pump)
    return (*_pump(package.after.heat_pump), *((_WARN, tr(key)) for key in package.notices))


def _pump(check: CapacityCheck | None) -> tuple[tuple[Tone, str], ...]:
    if check is None:
        return ()
    words = tr(
        f"ui.sure.pump.{check.verdict}",
        capacity=number(check.capacity_w / 1000, 1),
        load=number(check.design_load_w / 1000, 1),
        hours=number(check.short_hours),
        kwh=number(check.backup_kwh),
    )
    return (("ok" if check.verdict == "enough" else "warn", words),)


# what else could be chosen ------------------------------------------------------------------------------------------


def choices_view(audit: Audit) -> ChoicesView:
    """The best by each criterion, the levels, shares of measures, and who pays for each package."""
    names = {offer.code: tr(offer.name) for offer in audit.offers}
    return ChoicesView(
        criteria=tuple(_criterion(best, names) for best in audit.by_criterion),
        levels=tuple(_level(level, names) for level in audit.levels),
        shares=tuple(
            (tr("ui.explain.package", letter=package.code), tuple(_share(package, item) for item in package.items))
            for package in audit.packages
        ),
        money=tuple(money_view(package) for package in audit.packages),
    )


def _names(combination: Combination, names: Mapping[str, str]) -> str:
    found = [names.get(code, code) for code in combination.measures]
    shown_names = " + ".join(found[:_MOST_NAMED])
    more = len(found) - _MOST_NAMED
    return shown_names + (tr("ui.result.more_measures", n=more) if more > 0 else "")


def _criterion(best: Best, names: Mapping[str, str]) -> ChoiceRow:
    found, at = best.combination, f"by_criterion.{best.code}.combination"
    return ChoiceRow(
        title=tr(best.name),
        note=_names(found, names),
        figures=(
            _fact("ui.packages.own_short", found.own_cost_yuan, f"{at}.own_cost_yuan"),
            _fact("ui.packages.saving_short", found.saving_yuan, f"{at}.saving_yuan"),
            _fact("ui.packages.payback_short", found.payback_a, f"{at}.payback_a", 1),
            _fact("ui.packages.npv_short", found.npv_yuan, f"{at}.npv_yuan"),
        ),
        tone="mute" if best.within_budget else "warn",
        verdict="" if best.within_budget else tr("ui.packages.over_budget"),
    )


def _level(level: Level, names: Mapping[str, str]) -> ChoiceRow:
    at = f"levels.{level.code}"
    checks = tuple(
        Fact(
            tr(check.name),
            tr(
                "ui.packages.check",
                value=shown(check.value.value, ""),
                limit=shown(check.limit.value, check.value.unit),
            ),
            "ok" if check.met else "bad",
            f"{at}.checks.{place}.value",
        )
        for place, check in enumerate(level.checks)
    )
    own = _fact("ui.packages.own_short", level.combination.own_cost_yuan, f"{at}.combination.own_cost_yuan")
    missing = sum(not check.met for check in level.checks)
    return ChoiceRow(
        title=tr(level.name),
        note=_names(level.combination, names),
        figures=(*checks, own),
        tone="ok" if level.reached else "warn",
        verdict=tr("ui.packages.reached") if level.reached else tr("ui.packages.missing", n=missing),
    )


def _share(package: Package, item: PackageItem) -> ChoiceRow:
    at = f"packages.{package.code}.items.{item.code}"
    shared = item.share.saving_yuan if item.share is not None else None
    return ChoiceRow(
        title=tr(item.name),
        note="",
        figures=(
            _fact("ui.packages.in_order", item.saving_yuan, f"{at}.saving_yuan"),
            _fact("ui.packages.share_yuan", shared, f"{at}.share.saving_yuan"),
        ),
    )


def _fact(label: str, figure: Quantity | None, name: str, digits: int = 0) -> Fact:
    if figure is None:
        return Fact(tr(label), "—")
    return Fact(tr(label), number(figure.value, digits), figure=name)
