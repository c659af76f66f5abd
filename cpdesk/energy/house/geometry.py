"""A building of the yard: what its answers are, its measures, and where its sides look.

Directions follow the survey: front faces the yard, left and right are those of a person in the yard facing the house,
so a house facing south has its left gable to the west and its right gable to the east.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from cpdesk.energy.house.ledger import Ledger, fault
from cpdesk.energy.rows import Archetype
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import BlockFacts, Code, Number

_FRONT_AZIMUTH: Final = {
    "a180": 180, "a135": 135, "a225": 225, "a090": 90, "a270": 270, "a000": 0, "a045": 45, "a315": 315,
}  # fmt: skip
_TURN: Final = {"front": 0, "back": 180, "left": 90, "right": -90}
_USUAL_FACING: Final = {"east_wing": "a270", "west_wing": "a090", "south_row": "a000"}
_EXPOSURES: Final = ("outdoor", "own_heated", "own_cold", "neighbour_heated", "neighbour_cold", "earth")
PITCHED: Final = ("pitched_tile", "pitched_steel", "mixed")
SUNSPACES: Final = ("none", "single", "double", "plastic", "roofed")


@dataclass(frozen=True, slots=True)
class Size:
    """Outside measures of a building and which part of it is heated.

    Attributes:
        heated_share: heated bays over all bays.
        area_m2: heated net floor area.
    """

    bays: float
    length_m: float
    depth_m: float
    height_m: float
    storeys: float
    gross_m2: float
    heated_share: float
    area_m2: float


@dataclass(slots=True)
class Maker:
    """What every step needs: the answers, the tables, the ledger, the archetype, the place's name and terrain.

    Attributes:
        local_heaters: how many heaters there are, where all of them stand in the room they heat (kang, stove).
        place: text key of the building's name.
    """

    facts: BlockFacts
    tables: EnergyTables
    ledger: Ledger
    archetype: Archetype
    name: str
    terrain: str = "plain"
    local_heaters: int = 0

    place: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.place = (f"energy.block.{self.kind}",)

    @property
    def kind(self) -> str:
        """Code `building_kind`; a second building of a kind carries a number in its name."""
        return self.name.rstrip("0123456789")

    def number(
        self, field: str, answer: Number | None, default: float, unit: str, limits: tuple[float, float], rule: str = ""
    ) -> float:
        """A number of this building; `rule` names the rule whose range a default has."""
        spread = (1.0, 1.0)
        if rule and self.tables.rule(rule):
            row = self.tables.rules[rule]
            spread = (row.low / row.value, row.high / row.value)
        return self.ledger.number(
            f"{self.name}.{field}", answer, default, unit, limits=limits, place=self.place, spread=spread,
            reason="energy.default.archetype", reason_fields={"archetype": self.archetype.id},
        )  # fmt: skip

    def code(self, field: str, answer: Code | None, default: str, allowed: Collection[str]) -> str:
        """A choice code of this building."""
        return self.ledger.code(
            f"{self.name}.{field}", answer, default, allowed, place=self.place,
            reason="energy.default.archetype", reason_fields={"archetype": self.archetype.id},
        )  # fmt: skip


def measure(maker: Maker) -> Size:
    """Outside measures and the heated part.

    Raises:
        InputFault: CP-1301 implausible number, CP-1305 heated area larger than the building.
    """
    facts, archetype, tables = maker.facts, maker.archetype, maker.tables
    bays = maker.number("bays", facts.bays, archetype.bays, "", (1, 15))
    length = maker.number("length_m", facts.length_m, bays * tables.rule("bay_m"), "m", (2, 60), "bay_m")
    depth = maker.number("depth_m", facts.depth_m, archetype.depth_m, "m", (2, 20))
    height = maker.number("storey_height_m", facts.storey_height_m, archetype.height_m, "m", (2, 6))
    storeys = maker.number("storeys", facts.storeys, 1, "", (1, 4))
    gross = length * depth * storeys
    part = facts.heated is not None and facts.heated.value == "part"
    some = min(bays, maker.local_heaters or max(1.0, round(bays * tables.rule("heated_bays_share"))))
    rooms = maker.number("heated_rooms", facts.heated_rooms, some if part else bays, "", (1, 15))
    share = min(1.0, rooms / bays) if part or facts.heated_rooms is not None else 1.0
    area = maker.number(
        "heated_area_m2", facts.heated_area_m2, gross * tables.rule("net_share") * share, "m2", (4, 2000), "net_share"
    )
    if area > gross:
        raise fault("CP-1305", place=maker.place, value=f"{area:g}", gross_m2=f"{gross:.1f}")
    if area > 60.0 * rooms * storeys:
        name = "energy.input.heated_area_m2"
        low, high = round(4.0 * rooms * storeys), round(60.0 * rooms * storeys)
        raise fault("CP-1301", place=maker.place, name=name, value=f"{area:g}", unit="m2", low=low, high=high)
    return Size(bays, length, depth, height, storeys, gross, share, area)


def ridge_rise_m(maker: Maker, size: Size) -> float:
    """How much higher the ridge is than the eaves; 0 under a flat roof."""
    shape = maker.code("roof_shape", maker.facts.roof_shape, maker.archetype.roof_shape, maker.tables.roofs)
    if shape not in PITCHED:
        return 0.0
    usual = size.depth_m * maker.tables.rule("ridge_share")
    return maker.number("ridge_rise_m", maker.facts.ridge_rise_m, usual, "m", (0, 4), "ridge_share")


def azimuth(maker: Maker, side: str) -> float:
    """Where a side looks, in degrees clockwise from north."""
    facing = maker.code("facing", maker.facts.facing, _USUAL_FACING.get(maker.kind, "a180"), _FRONT_AZIMUTH)
    return float((_FRONT_AZIMUTH[facing] + _TURN[side]) % 360)


def exposure(maker: Maker, side: str) -> float:
    """Temperature factor b of what lies behind a side (ISO 13789); 1 before a sunspace, which has its own balance."""
    if side == "front":
        return 1.0
    answer: Code | None = getattr(maker.facts, f"{side}_adjacent")
    code = maker.code(f"{side}_adjacent", answer, "outdoor", _EXPOSURES)
    if code in ("own_heated", "neighbour_heated"):
        return 0.0
    if code == "earth":
        return maker.tables.rule("factor_earth")
    return 1.0 if code == "outdoor" else maker.tables.rule("factor_unheated")


def behind(maker: Maker, side: str) -> str:
    """Kind of the buffer that stands before a side, or nothing."""
    if side != "front":
        return ""
    return "" if maker.code("sunspace", maker.facts.sunspace, "none", SUNSPACES) == "none" else "sunspace"


def side_share(size: Size, side: str) -> float:
    """Share of a side's windows that belongs to heated rooms."""
    if side in ("front", "back"):
        return size.heated_share
    return 0.5 if size.heated_share < 1.0 else 1.0
