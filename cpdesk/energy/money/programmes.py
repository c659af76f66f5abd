"""Subsidy programmes: what each pays for which measure, for many combinations at once.

A programme pays, with C the cost of its measures in a combination and R what earlier programmes left of it,

    paid = min(wanted, cap, R, household cap - all paid before)
    wanted = rate x (C or R | heated area | 1 | installed kW), nothing where C = 0

and is split over its measures in proportion to what each has left. Programmes pay in their order; of an exclusive group
only the one that pays most in a combination is paid, the first of them where two pay the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.rows import Subsidy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.assessment import Quantity
from cpdesk.model.building import Building


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks for subsidies.

    Attributes:
        township: its code.
        kinds: kinds of household in the words of the survey (`dibao`, `low`, `wubao`, `none` ...); `None` where nobody
            asked.
        fuels: carriers that heat the house now.
    """

    township: str = ""
    kinds: frozenset[str] | None = None
    fuels: frozenset[str] = frozenset()


ANYONE = Applicant()


def applicant_of(building: Building) -> Applicant:
    """The household of a surveyed building."""
    facts = building.facts
    kinds = None if facts.support is None else frozenset(facts.support.value.split())
    return Applicant(facts.township_code, kinds, frozenset(system.carrier for system in building.systems))


def for_applicant(tables: EnergyTables, applicant: Applicant) -> EnergyTables:
    """The tables with the programmes that are for this applicant, their conditions met."""
    if not any(row.townships or row.households or row.fuels for row in tables.subsidies):
        return tables
    met = (replace(row, townships=(), households=(), fuels=()) for row in tables.subsidies if open_to(row, applicant))
    return replace(tables, subsidies=tuple(met))


def unanswered(tables: EnergyTables, applicant: Applicant) -> tuple[Subsidy, ...]:
    """Programmes that are left out only because nobody asked what kind of household it is."""
    if applicant.kinds is not None:
        return ()
    return tuple(row for row in tables.subsidies if row.households and open_to(replace(row, households=()), applicant))


@dataclass(frozen=True, slots=True)
class Grant:
    """One programme over N combinations: what it is reckoned on, what it wants to pay and pays, by measure."""

    row: Subsidy
    basis: Floats
    wanted: Floats
    total: Floats
    paid: dict[str, Floats]


def open_to(row: Subsidy, applicant: Applicant) -> bool:
    """Whether a programme is for this applicant; one with a condition is not for whom nothing is known of."""
    here = not row.townships or applicant.township in row.townships
    kind = not row.households or bool((applicant.kinds or frozenset()) & set(row.households))
    fuel = not row.fuels or bool(applicant.fuels & set(row.fuels))
    return here and kind and fuel


def granted(
    costs: Mapping[str, Floats],
    area_m2: float,
    tables: EnergyTables,
    applicant: Applicant = ANYONE,
    power_kw: Mapping[str, Floats] | None = None,
) -> list[Grant]:
    """What every programme in force pays; arguments as `prices.subsidies`.

    Raises:
        InputFault: CP-1373 a programme pays by power and the power is not given.
    """
    rows = [row for row in tables.subsidies if open_to(row, applicant) and any(code in costs for code in row.measures)]
    times = Counter(code for row in rows for code in row.measures)
    ledger = _Ledger(
        dict(costs),
        shared=frozenset(code for code, count in times.items() if count > 1),
        limited=any(row.household_cap_yuan is not None for row in rows),
    )
    found: list[Grant] = []
    done: set[str] = set()
    for row in rows:
        if row.id in done:
            continue
        rivals = [other for other in rows if row.exclusive_group and other.exclusive_group == row.exclusive_group]
        offers = [_offer(item, ledger, area_m2, power_kw) for item in rivals or [row]]
        if len(offers) > 1:
            offers = _best_only(offers)
        for offer in offers:
            done.add(offer.row.id)
            found.append(ledger.pay(offer))
    return found


@dataclass(frozen=True, slots=True)
class _Offer:
    row: Subsidy
    codes: tuple[str, ...]
    basis: Floats
    wanted: Floats
    rest: Floats
    total: Floats


class _Ledger:
    """What each measure still costs while programmes pay one after the other.

    What is left is kept only for measures that several programmes share, and the sum of all only where a household's
    total is limited: with 100,000 combinations every array counts.
    """

    def __init__(self, costs: dict[str, Floats], *, shared: frozenset[str], limited: bool) -> None:
        self.full = costs
        self.rest = dict(costs)
        self.shared = shared
        self.all_paid: Floats = np.zeros_like(next(iter(costs.values())))
        self.limited = limited

    def pay(self, offer: _Offer) -> Grant:
        share = np.divide(offer.total, offer.rest, out=np.zeros_like(offer.total), where=offer.rest > 0)
        paid = {code: self.rest[code] * share for code in offer.codes}
        for code in self.shared & paid.keys():
            self.rest[code] = self.rest[code] - paid[code]
        if self.limited:
            self.all_paid = self.all_paid + offer.total
        return Grant(offer.row, offer.basis, offer.wanted, offer.total, paid)


def _sum(parts: list[Floats]) -> Floats:
    if len(parts) == 1:
        return parts[0]
    result = parts[0] + parts[1]
    for part in parts[2:]:
        result += part
    return result


def _offer(row: Subsidy, ledger: _Ledger, area_m2: float, power_kw: Mapping[str, Floats] | None) -> _Offer:
    codes = tuple(code for code in row.measures if code in ledger.full)
    rest = _sum([ledger.rest[code] for code in codes])
    untouched = all(ledger.rest[code] is ledger.full[code] for code in codes)
    full = rest if untouched else _sum([ledger.full[code] for code in codes])
    held = full > 0
    if row.basis == "share_of_cost":
        basis: Floats = rest if row.applies_to == "rest" else full
    elif row.basis == "yuan_per_kw":
        missing = [code for code in codes if power_kw is None or code not in power_kw]
        if power_kw is None or missing:
            raise InputFault("CP-1373", programme=row.id, measures=", ".join(missing or codes))
        basis = _sum([power_kw[code] for code in codes]) * held
    else:
        basis = np.multiply(held, area_m2 if row.basis == "yuan_per_m2" else 1.0)
    wanted = row.rate * basis
    total: Floats = np.minimum(wanted, rest)
    if row.cap_yuan is not None:
        total = np.minimum(total, row.cap_yuan)
    if row.household_cap_yuan is not None:
        total = np.minimum(total, np.maximum(row.household_cap_yuan - ledger.all_paid, 0.0))
    return _Offer(row, codes, basis, wanted, rest, total)


def _best_only(offers: list[_Offer]) -> list[_Offer]:
    best = np.argmax(np.stack([offer.total for offer in offers]), axis=0)
    return [
        _Offer(offer.row, offer.codes, offer.basis, offer.wanted, offer.rest, np.where(best == at, offer.total, 0.0))
        for at, offer in enumerate(offers)
    ]


@dataclass(frozen=True, slots=True)
class Payment:
    """What one programme pays in one combination; `limit` says what held it: `rate`, `cap`, `cost`,
    `household_cap` or `other_programme`."""

    programme: str
    yuan: Quantity
    limit: str


_UNITS = {"yuan_per_m2": "m2", "share_of_cost": "CNY", "yuan_per_household": "", "yuan_per_kw": "kW"}


def payments(grants: list[Grant], at: int | tuple[int, ...]) -> tuple[Payment, ...]:
    """The payments of one combination with their proof, `at` its place in the arrays; programmes that pay nothing for
    want of measures are left out."""
    found = []
    for grant in grants:
        row, basis, total = grant.row, float(grant.basis[at]), float(grant.total[at])
        if basis <= 0:
            continue
        rate_unit = "" if row.basis == "share_of_cost" else f"CNY/{_UNITS[row.basis] or 'household'}"
        inputs: list[tuple[str, float | str, str]] = [
            ("energy.term.subsidy_rate", row.rate, rate_unit),
            ("energy.term.subsidy_basis", basis, _UNITS[row.basis]),
        ]
        if row.cap_yuan is not None:
            inputs.append(("energy.term.subsidy_cap", row.cap_yuan, "CNY"))
        yuan = Quantity(
            value=total, unit="CNY", formula=f"energy.formula.{row.basis}", inputs=tuple(inputs), source=row.source,
            status=row.status,
        )  # fmt: skip
        found.append(Payment(row.id, yuan, _limit(grant, at, total)))
    return tuple(found)


def _limit(grant: Grant, at: int | tuple[int, ...], total: float) -> str:
    wanted, cap = float(grant.wanted[at]), grant.row.cap_yuan
    edge = 1e-6
    if total >= wanted - edge:
        return "rate"
    if cap is not None and total >= cap - edge:
        return "cap"
    if total <= 0.0 and grant.row.exclusive_group:
        return "other_programme"
    return "household_cap" if grant.row.household_cap_yuan is not None else "cost"
