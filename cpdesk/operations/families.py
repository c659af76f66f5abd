"""The families of surveys: which form each has, what kinds of sites it is made of, and what lists show of them.

A site's fields carry the names of the form's questions (`c_code`, `s_length_m`), so a register, a prefill
(`reg.c_code`) and a `save_to` all mean the same thing by one name. An entity list of a form is called as the kind of
the sites it makes: `household`, `community`, `segment`, `well`, `component`, `substation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.model.records import Record, RecordKind

SITE_VERSION: Final = "1"
"""Sites are no filled forms; their records carry this as the version of their form, which is called as their kind."""


@dataclass(frozen=True, slots=True)
class SiteKind:
    """One kind of site. The texts are names of its fields.

    Attributes:
        file: the choice file that forms read these sites from.
        number: what tells the site from others of its kind in the township.
        name: what people call it; shown beside the number.
        place: what lists group and filter by: a village, a residents' committee, a substation.
        scope: fields that with the number make it unique; besides them it is the township.
        needed: fields without which there is no site, in the order they are asked for.
        searched: further fields people search by.
        columns: column of lists to field; figures become numbers.
    """

    kind: RecordKind
    file: str
    number: str
    name: str
    place: str
    needed: tuple[str, ...]
    scope: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def dataset(self) -> str:
        """The entity list of forms that makes and changes sites of this kind."""
        return self.kind.value

    @property
    def name_key(self) -> str:
        """Key of what people call one such site."""
        return f"site_kind.{self.kind}"


@dataclass(frozen=True, slots=True)
class Family:
    """One family: a form and the sites it is filled for.

    Attributes:
        id: the id of the form.
        sites: the kinds of its sites; the first is the one the list opens with.
        survey_number, survey_name, survey_place: questions that say in a survey what lists show of it; the first one
            that is answered counts.
    """

    id: str
    sites: tuple[SiteKind, ...]
    survey_number: tuple[str, ...]
    survey_name: tuple[str, ...]
    survey_place: tuple[str, ...]

    @property
    def name_key(self) -> str:
        """Key of the family's name."""
        return f"family.{self.id}"


HOUSEHOLD: Final = SiteKind(
    kind=RecordKind.HOUSEHOLD,
    file="households.csv",
    number="household_no",
    name="householder_name",
    place="village",
    needed=("township_code", "village", "household_no", "householder_name"),
    scope=("village",),
    searched=("door_no", "householder_phone"),
    columns={"door": "door_no", "heating": "heating_last", "residents": "residents", "build_year": "build_year"},
)
COMMUNITY: Final = SiteKind(
    kind=RecordKind.COMMUNITY,
    file="communities.csv",
    number="c_code",
    name="c_name",
    place="c_committee",
    needed=("township_code", "c_code", "c_name"),
    searched=("c_address", "c_heat_provider"),
    columns={
        "address": "c_address",
        "build_year": "c_year_first",
        "households": "c_households",
        "floor_area_m2": "c_area_m2",
        "heating": "c_heat_source",
        "heat_provider": "c_heat_provider",
    },
)
SEGMENT: Final = SiteKind(
    kind=RecordKind.SEGMENT,
    file="segments.csv",
    number="s_code",
    name="s_name",
    place="substation_code",
    needed=("township_code", "s_code"),
    searched=("s_operator", "s_owner"),
    columns={
        "length_m": "s_length_m",
        "dn": "s_dn",
        "build_year": "s_year",
        "laying": "s_laying",
        "level": "s_level",
        "grade": "worst_grade",
        "last_visit": "last_visit",
    },
)
WELL: Final = SiteKind(
    kind=RecordKind.WELL,
    file="wells.csv",
    number="w_code",
    name="w_name",
    place="substation_code",
    needed=("township_code", "w_code"),
    columns={"type": "w_kind", "depth_m": "w_depth_m", "grade": "worst_grade", "last_visit": "last_visit"},
)
COMPONENT: Final = SiteKind(
    kind=RecordKind.COMPONENT,
    file="components.csv",
    number="k_code",
    name="k_name",
    place="substation_code",
    needed=("township_code", "k_code"),
    searched=("k_maker",),
    columns={"type": "k_kind", "dn": "k_dn", "build_year": "k_year", "maker": "k_maker"},
)
SUBSTATION: Final = SiteKind(
    kind=RecordKind.SUBSTATION,
    file="substations.csv",
    number="u_code",
    name="u_name",
    place="u_operator",
    needed=("township_code", "u_code", "u_name"),
    searched=("u_address",),
    columns={
        "address": "u_address",
        "build_year": "u_year",
        "households": "u_households",
        "floor_area_m2": "u_area_m2",
        "grade": "worst_grade",
        "last_visit": "last_visit",
    },
)

FARMHOUSE: Final = Family(
    id="farmhouse",
    sites=(HOUSEHOLD,),
    survey_number=("household_no",),
    survey_name=("householder_name",),
    survey_place=("village",),
)
OLD_COMMUNITY: Final = Family(
    id="community",
    sites=(COMMUNITY,),
    survey_number=("c_code",),
    survey_name=("c_name",),
    survey_place=("c_committee",),
)
HEATING_NETWORK: Final = Family(
    id="heatnet",
    sites=(SEGMENT, WELL, COMPONENT, SUBSTATION),
    survey_number=("s_code", "w_code", "k_code", "u_code"),
    survey_name=("s_name", "w_name", "u_name", "t_label"),
    survey_place=("substation_code",),
)
INSPECTED: Final = frozenset({RecordKind.SEGMENT, RecordKind.WELL, RecordKind.SUBSTATION})
"""Sites of the network that a visit inspects; a component is looked at with its well, a visit to it is its register."""

FAMILIES: Final = (FARMHOUSE, OLD_COMMUNITY, HEATING_NETWORK)
"""All families, in the order people see them."""

SITE_KINDS: Final = frozenset(site.kind for each in FAMILIES for site in each.sites)
_BY_ID: Final = {family.id: family for family in FAMILIES}
_BY_KIND: Final = {site.kind: (family, site) for family in FAMILIES for site in family.sites}


def family(family_id: str) -> Family:
    """A family by the id of its form.

    Raises:
        InputFault: CP-1518 there is no such family.
    """
    found = _BY_ID.get(family_id)
    if found is None:
        raise InputFault("CP-1518", family=family_id, known="、".join(_BY_ID))
    return found


def family_of(record: Record) -> Family | None:
    """The family of a site or a survey; None for records of a newer program and of other forms."""
    if record.kind is RecordKind.SURVEY:
        return _BY_ID.get(record.form)
    found = _BY_KIND.get(record.kind)
    return found[0] if found else None


def site_kind(kind: RecordKind) -> SiteKind | None:
    """What is declared of a kind of site; None for surveys and kinds of a newer program."""
    found = _BY_KIND.get(kind)
    return found[1] if found else None


def site_kind_of_dataset(dataset: str) -> SiteKind | None:
    """The kind of site an entity list makes; None for lists that make none."""
    return site_kind(RecordKind(dataset))
