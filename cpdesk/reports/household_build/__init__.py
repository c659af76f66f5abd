"""Makes the content of a household's report from its audit and its visit.

Figures are rounded here and only here: parts are made to sum, and whatever is a sum, a difference or a ratio of printed
figures is computed from the printed ones, so that a reader with a pencil finds no mistake.
"""

from __future__ import annotations

from dataclasses import dataclass

from cpdesk.base.i18n import Translator
from cpdesk.model.assessment import Audit, Package
from cpdesk.reports.household_build import page1, page1_nothing, page2, page3, page4, year
from cpdesk.reports.household_build.money import PackageMoney
from cpdesk.reports.household_content import (
    COMFORT,
    NOTHING,
    RETROFIT,
    Agreement,
    Consent,
    Contact,
    HouseholdContent,
    Identity,
    Photo,
    Signature,
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What the survey says beside its figures.

    Attributes:
        wish_c: temperature the household wishes to have, if it was asked.
        co_risk: a fire burns indoors with a leaking flue or without an alarm; said before everything else.
        leaving: rebuild or relocate when the house is to go soon, else empty; then only measures up to
            `cost_limit_yuan` were looked at, and the answer says so.
        signatures: taken on the screen at the end of the visit.
        photos: in the order in which they are to be printed; those that a household does not want printed come with
            that reason and without their SHA-256.
        agreements: what was agreed at the table; when empty, the recommended package is put down as open.
    """

    identity: Identity
    contact: Contact
    photos: tuple[Photo, ...] = ()
    consents: tuple[Consent, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    wish_c: float | None = None
    co_risk: bool = False
    leaving: str = ""
    cost_limit_yuan: float | None = None
    signatures: tuple[Signature, ...] = ()


def household_content(audit: Audit, visit: Visit, *, language: str = "zh") -> HouseholdContent:
    """The content of the report, in one language; equal for equal audits and visits."""
    translate = Translator(language)
    package = _package_to_show(audit)
    money = PackageMoney.of(package, audit) if package else None
    kind = NOTHING if package is None else COMFORT if audit.only_comfort else RETROFIT
    first = page1.build(audit, visit.wish_c, package, money, translate) if package and money else None
    without = page1_nothing.build(audit, translate) if first is None else None
    lead = first or without
    assert lead is not None
    return HouseholdContent(
        identity=visit.identity,
        kind=kind,
        answer=_answer(lead.answer, visit, translate),
        tiles=lead.tiles,
        losses=first.losses if first else (),
        steps=first.steps if first else (),
        comfort=first.comfort if first else None,
        free_acts=without.free_acts if without else (),
        near_misses=without.near_misses if without else (),
        occasions=without.occasions if without else (),
        notes=lead.notes,
        choices=page2.build(audit, package, money, translate),
        method=page3.build(audit, translate, program=visit.identity.program),
        steps_note=first.steps_note if first else "",
        warning=translate("report.warning.co") if visit.co_risk else "",
        year=year.build(audit, package, money, translate),
        closing=page4.build(
            audit,
            package,
            money,
            translate,
            photos=visit.photos,
            consents=visit.consents,
            agreements=visit.agreements,
            contact=visit.contact,
            surveyor=visit.identity.surveyor,
            co_risk=visit.co_risk,
            signatures=visit.signatures,
        ),
    )


def _answer(answer: str, visit: Visit, translate: Translator) -> str:
    """The one sentence; a house that is soon rebuilt or left says first why only cheap things were looked at."""
    if not visit.leaving or visit.cost_limit_yuan is None:
        return answer
    return translate(f"report.answer.{visit.leaving}", limit=f"{visit.cost_limit_yuan:,.0f}", answer=answer)


def _package_to_show(audit: Audit) -> Package | None:
    if audit.nothing_pays or not audit.packages:
        return None
    named = [package for package in audit.packages if package.code == audit.recommended]
    return (named or list(audit.packages))[0]
