"""Opening a printed figure: formula, values, units, sources, factor versions, and the figures it was made of.

A figure has a dotted name: fields of `Audit`, with entries of a tuple by their code, carrier or month:
`baseline.cost_yuan`, `packages.A.items.wall_eps80.saving_yuan`, `levels.zero_carbon.checks.0.value`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from cpdesk.base.errors import InputFault
from cpdesk.model.assessment import Audit, FactorUse, Quantity
from cpdesk.model.building import Input
from cpdesk.model.explanation import Explanation, Operand
from cpdesk.model.year import YearUse

_ANSWERS: Final = 5
_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "factors.csv": ("calorific_value", "carbon"),
    "GB/T 2589": ("calorific_value", "standard_coal"),
    "tariffs.csv": ("calorific_value", "price"),
    "subsidies.csv": ("subsidy",),
}
"""Kinds of factors behind a source, by the end of their text key."""
_ALIKE: Final = 1e-9


def names(audit: Audit) -> Iterator[tuple[str, Quantity]]:
    """Every figure of an audit with its dotted name."""
    return _walk(audit, "")


def _walk(value: Any, name: str) -> Iterator[tuple[str, Quantity]]:
    if isinstance(value, Quantity):
        yield name, value
    elif is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            yield from _walk(getattr(value, item.name), _joined(name, item.name))
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from _walk(item, _joined(name, _key(item, at)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, _joined(name, str(key)))


def _joined(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part


def _key(item: Any, at: int) -> str:
    """What an entry of a tuple is called: its code, its carrier, its month, else its place."""
    for field in ("code", "carrier", "month"):
        value = getattr(item, field, None)
        if value is not None:
            return str(value)
    return str(at)


def explain(audit: Audit, name: str) -> Explanation:
    """The proof of one figure.

    Raises:
        InputFault: CP-1379 no figure of the audit has this name.
    """
    known = dict(names(audit))
    figure = known.get(name)
    if figure is None:
        raise InputFault("CP-1379", name=name)
    parents = [name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1)]
    operands = tuple(
        Operand(key, value, unit, _opens(known, name, parents, key, value)) for key, value, unit in figure.inputs
    )
    return Explanation(
        name=name, figure=figure, formula=figure.formula, source=figure.source, status=figure.status,
        operands=operands, factors=_factors(audit, figure, name), answers=_answers(audit),
        qualities=audit.quality_counts,
    )  # fmt: skip


def _opens(known: Mapping[str, Quantity], name: str, parents: list[str], key: str, value: float | str) -> str:
    """The figure that an operand is: of the same part of the audit if it can be, with the same value in any case."""
    if isinstance(value, str):
        return ""
    term = key.rsplit(".", 1)[-1]
    for one in [*(f"{parent}." for parent in parents), ""]:
        fitting = [
            candidate
            for candidate, figure in known.items()
            if candidate != name and candidate.startswith(one) and _same(figure, value)
            and _meant(term, candidate.removeprefix(one))
        ]  # fmt: skip
        if fitting:
            return min(fitting, key=lambda candidate: candidate.count("."))
    return ""


_TERMS: Final[Mapping[str, tuple[str, ...]]] = {
    "cost_before": ("baseline.cost_yuan",),
    "cost_after": ("after.cost_yuan",),
    "area": ("floor_area_m2",),
    "saving": ("saving_yuan", "saving_alone_yuan"),
    "energy": ("energy_kwh",),
    "sun_generated": ("generated_kwh",),
    "sun_used": ("used_kwh",),
    "sun_heating": ("heating_kwh",),
    "sun_sold": ("sold_kwh",),
    "sun_sale": ("sale_yuan",),
}
"""Figures that a term may stand for where it has not their name."""


def _meant(term: str, rest: str) -> bool:
    """Whether a name, from the common part on, is that of a term: `investment` of `investment_yuan`."""
    if rest.endswith(f"carriers.{term}.energy_kwh"):
        return True
    if term in _TERMS:
        return any(rest == one or rest.endswith(f".{one}") for one in _TERMS[term])
    last = rest.rsplit(".", 1)[-1]
    # A part of a sum: `heating` of `uses.heating.cost_yuan`, `electricity` of `carriers.electricity.amount`.
    return last == term or last.rsplit("_", 1)[0] == term or f".{term}." in f".{rest}"


def _same(figure: Quantity, value: float) -> bool:
    return abs(figure.value - value) <= _ALIKE * max(1.0, abs(value))


def _factors(audit: Audit, figure: Quantity, name: str) -> tuple[FactorUse, ...]:
    """Factors of the carriers that this part of the audit uses, as far as the figure's source names their table."""
    wanted = {kind for source, kinds in _SOURCES.items() if source in figure.source for kind in kinds}
    carriers = {item.carrier for item in audit.baseline.carriers}
    for package in audit.packages:
        if name.startswith(f"packages.{package.code}."):
            carriers |= {item.carrier for item in package.after.carriers}
    used = audit.factors
    if audit.year is not None and name.startswith("year."):
        used = (*used, *audit.year.factors)
        carriers = _of_year(audit.year, name)
    found = []
    for factor in used:
        kind = factor.name.rsplit(".", 1)[-1]
        of = factor.code.split(".", 1)[0]
        ours = any(
            of == carrier or of.startswith("elec" if carrier == "electricity" else carrier) for carrier in carriers
        )
        if kind in wanted and (ours or kind == "subsidy"):
            found.append(factor)
    return tuple(found)


def _of_year(year: YearUse, name: str) -> set[str]:
    """Carriers of one use in one of the years, or of the whole year; the sun is measured by the grid's electricity."""
    parts = name.split(".")
    among = (year.now,) if parts[1] == "now" else year.packages if parts[1] == "packages" else year.criteria
    one = next(item for item in among if item.code in parts)
    if "sun" in parts:
        return {"electricity"}
    return {item.carrier for line in one.uses if "uses" not in parts or line.code in parts for item in line.carriers}


def _answers(audit: Audit) -> tuple[Input, ...]:
    """The answers that move the saving most, then any that are defaults."""
    by_key = {item.key: item for item in audit.inputs}
    strongest = [by_key[item.key] for item in audit.influences if item.key in by_key]
    return tuple(strongest[:_ANSWERS])
