"""Content of page 4: photos, agreements, consents, what could change the result."""

from __future__ import annotations

from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.model.assessment import Audit, Package
from cpdesk.reports.household_build.money import PackageMoney
from cpdesk.reports.household_build.words import (
    advised,
    groups_of,
    said,
    short_name,
    signed,
    unique,
    whole,
    worth_measuring,
)
from cpdesk.reports.household_content import (
    Agreement,
    Change,
    Closing,
    Consent,
    Contact,
    Photo,
    Signature,
)
from cpdesk.reports.rounding import to_step

_MOST_CHANGES: Final = 5
_ORDER: Final = {code: n for n, code in enumerate(("price_high", "price_low", "colder", "worst_default", "no_subsidy"))}
_MOST_AGREEMENTS: Final = 5


def build(
    audit: Audit,
    package: Package | None,
    money: PackageMoney | None,
    translate: Translator,
    *,
    photos: tuple[Photo, ...],
    consents: tuple[Consent, ...],
    agreements: tuple[Agreement, ...],
    contact: Contact,
    surveyor: str,
    co_risk: bool = False,
    signatures: tuple[Signature, ...] = (),
) -> Closing:
    """Page 4."""
    safety = Agreement("do", translate("report.agree.co"), translate("report.household_acts"))
    agreed = agreements or _proposed(audit, package, translate, office=contact.office, surveyor=surveyor)
    return Closing(
        photos=photos,
        photos_note=translate("report.photos_note"),
        agreements=((safety,) if co_risk else ()) + agreed[: _MOST_AGREEMENTS - co_risk],
        consents=consents,
        data_note=translate("report.data_note" if contact.phone else "report.data_note_office"),
        changes=_changes(audit, package, money, translate),
        contact=contact,
        signatures=signatures,
    )


def _proposed(
    audit: Audit, package: Package | None, translate: Translator, *, office: str, surveyor: str
) -> tuple[Agreement, ...]:
    """What is open as long as nothing was agreed at the table."""
    household = translate("report.household_acts")
    if package is None:
        return (Agreement("open", translate("report.agree.look_again"), office),)
    groups = groups_of(audit)
    names = unique(short_name(translate, groups, item.code, item.name) for item in package.items)
    work = translate("report.comma").join(names)
    rows = [Agreement("open", translate("report.agree.decide", letter=package.code, work=work), household)]
    if package.subsidy_yuan.value > 0:
        rows.append(Agreement("open", translate("report.agree.subsidy"), office))
    told = worth_measuring(audit)[:1]
    defaults = audit.quality_counts.get("D", 0)
    for one in told:
        text = translate(
            "report.agree.advice", what=advised(one, translate), before=whole(one.half_yuan),
            after=whole(one.half_after_yuan), n=defaults,
        )  # fmt: skip
        rows.append(Agreement("open", text, surveyor))
    if defaults and not told:
        rows.append(Agreement("open", translate("report.agree.measure", n=defaults), surveyor))
    return tuple(rows)


def _changes(
    audit: Audit, package: Package | None, money: PackageMoney | None, translate: Translator
) -> tuple[Change, ...]:
    if package is None or money is None:
        return ()
    rows = []
    for case in sorted(audit.what_ifs, key=lambda one: _ORDER.get(one.code, len(_ORDER))):
        moved = to_step(case.saving_yuan - package.saving_yuan.value, 10)
        if moved:
            rows.append(Change(said(translate, case.name), translate("report.change.saving", yuan=signed(moved))))
        elif case.code == "no_subsidy" and money.all.subsidy:
            effect = translate("report.change.own", yuan=f"{money.all.total:,}")
            rows.append(Change(said(translate, case.name), effect))
    return tuple(rows[:_MOST_CHANGES])
