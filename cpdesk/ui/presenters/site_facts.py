"""What the pane beside a list says of a community or a part of the network: its register, and the last visit."""

from __future__ import annotations

from typing import Final

from cpdesk.context import Context
from cpdesk.forms.form import Form
from cpdesk.model.records import Answers
from cpdesk.operations import sites
from cpdesk.operations.families import Family, SiteKind
from cpdesk.operations.sites import SiteLine
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.choices import choice_label, said
from cpdesk.ui.presenters.words import number, unit_words
from cpdesk.ui.views import Fact

_FIGURES: Final = {
    "community": ("c_households", "c_area_m2", "c_year_first"),
    "segment": ("s_length_m", "s_dn", "s_year"),
    "well": ("w_depth_m", "w_covers"),
    "component": ("k_dn", "k_year"),
    "substation": ("u_households", "u_area_m2", "u_year"),
}
"""Fields of the register that stand large: three at most."""
_FACTS: Final = {
    "community": ("c_management", "c_heat_source", "c_heat_provider", "c_metering", "c_substation"),
    "segment": ("s_laying", "s_level", "s_insul", "s_operator"),
    "well": ("w_kind", "w_operator"),
    "component": ("k_kind", "k_maker"),
    "substation": ("u_kind", "u_operator"),
}
_SHORT: Final = {
    "c_households": "ui.sites.column.households",
    "c_area_m2": "ui.sites.column.floor_area",
    "c_year_first": "ui.sites.column.build_year",
    "s_length_m": "ui.sites.column.length",
    "s_dn": "ui.sites.column.dn",
    "s_year": "ui.sites.column.build_year",
    "w_depth_m": "ui.sites.column.depth",
    "w_covers": "ui.sites.column.covers",
    "k_dn": "ui.sites.column.dn",
    "k_year": "ui.sites.column.build_year",
    "u_households": "ui.sites.column.households",
    "u_area_m2": "ui.sites.column.floor_area",
    "u_year": "ui.sites.column.build_year",
}
_YEARS: Final = frozenset({"c_year_first", "s_year", "k_year", "u_year"})
_GRADE_TONES: Final = {"3": "warn", "4": "bad", "5": "bad"}
_LEAKS: Final = ("leak_has", "leak_class")


def figures_of(ctx: Context, family: Family, kind: SiteKind, line: SiteLine) -> tuple[Fact, ...]:
    """The large figures: those of the register that are known."""
    form, of = ctx.forms.newest(family.id), _register(ctx, family, line)
    return tuple(
        Fact(tr(_SHORT[name]), _figure(form, name, of[name])) for name in _FIGURES[kind.kind.value] if of.get(name)
    )


def facts_of(ctx: Context, family: Family, kind: SiteKind, line: SiteLine) -> list[Fact]:
    """The register in words, then what the last visit found."""
    form, of = ctx.forms.newest(family.id), _register(ctx, family, line)
    facts = [Fact(_label(form, name), _words(form, name, of[name])) for name in _FACTS[kind.kind.value] if of.get(name)]
    return facts + _visit_facts(ctx, family, form, line)


def _register(ctx: Context, family: Family, line: SiteLine) -> Answers:
    """What the register knows, and what only the newest survey says."""
    known = dict(_by_name(ctx, line.survey)) if line.survey is not None else {}
    return known | {name: value for name, value in ctx.store.records.get(line.id).answers.items() if value}


def _by_name(ctx: Context, survey: str) -> dict[str, str]:
    """Answers outside of repeats by the name of their question."""
    answers = ctx.store.records.get(survey).answers
    return {
        path.rpartition("/")[2]: value
        for path, value in answers.items()
        if value and "[" not in path and "#" not in path
    }


def _visit_facts(ctx: Context, family: Family, form: Form, line: SiteLine) -> list[Fact]:
    before = sites.completed_visit(ctx, line.id, family.id)
    if before is None:
        return [Fact(tr("ui.preview.last_visit"), tr("ui.preview.never"), "warn")]
    visit = _by_name(ctx, before)
    facts = [Fact(tr("ui.preview.last_visit"), visit.get("survey_date") or "—")]
    grade = visit.get("worst_grade", "")
    if grade:
        found = tr("ui.preview.grade", grade=grade) if grade != "0" else tr("ui.preview.no_defect")
        facts.append(Fact(tr("ui.preview.worst"), found, _GRADE_TONES.get(grade, "ok")))  # type: ignore[arg-type]
    if visit.get("leak_has"):
        facts.append(_leak_fact(form, visit))
    return facts


def _leak_fact(form: Form, visit: Answers) -> Fact:
    words = tr("ui.sites.comma").join(_words(form, name, visit[name]) for name in _LEAKS if visit.get(name))
    if visit.get("leak_l_h"):
        words = tr("ui.preview.leak", words=words, n=_figure(form, "leak_l_h", visit["leak_l_h"]))
    return Fact(_label(form, "leak_has"), words, "ok" if visit["leak_has"] == "none" else "bad")


def _label(form: Form, name: str) -> str:
    node = form.by_name.get(name)
    return said(form, node.label, language()) if node is not None and node.label else name


def _words(form: Form, name: str, value: str) -> str:
    node = form.by_name.get(name)
    if node is None or not node.is_select:
        return value
    words = [choice_label(form, node, code, language()) or code for code in value.split()]
    return "、".join(words)


def _figure(form: Form, name: str, value: str) -> str:
    """A figure with its unit; what is no figure stays as it was written."""
    node = form.by_name.get(name)
    if node is not None and node.is_select:
        return _words(form, name, value)
    unit = unit_words(node.unit) if node is not None else ""
    try:
        figure = float(value)
    except ValueError:
        return value
    words = f"{figure:g}" if name in _YEARS else number(figure, 0 if figure.is_integer() else 1)
    return f"{words} {unit}".strip()
