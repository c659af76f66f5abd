"""Buildings: what a surveyor can say of a farmhouse, and what the energy engine computes with.

`BuildingFacts` speaks the trade's words: the choice codes of the farmhouse form, each answer with how it is known,
each of them possibly missing. `Building` speaks physics: areas, U-values, air change, set points.
`energy.house.construct` makes the second from the first and writes down, as an `Input`, every value it used and where
that value came from; a missing answer becomes a default that is named, never a silent zero.

Directions: azimuth in degrees clockwise from north (180 = south); tilt in degrees from horizontal (90 = wall).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cpdesk.model.answer import Answer as Answer  # noqa: PLC0414 (facts are written with it)
from cpdesk.model.answer import Code as Code  # noqa: PLC0414 (facts are written with it)
from cpdesk.model.answer import Number as Number  # noqa: PLC0414 (facts are written with it)
from cpdesk.model.energy_uses import Solar, UseFacts, Uses
from cpdesk.model.records import Quality

SIDES: Final = ("front", "back", "left", "right")
"""Sides of a house seen by a person standing in the yard and facing it."""


@dataclass(frozen=True, slots=True)
class WallFacts:
    """An outside wall: codes `wall_type`, `insul_type`, `insul_side`; thicknesses in mm, the wall bare."""

    type: Code | None = None
    mm: Number | None = None
    insul_type: Code | None = None
    insul_mm: Number | None = None
    insul_side: Code | None = None


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """The windows of one side: how many, mean opening in m with the frame; codes `win_frame`, `win_glazing`."""

    count: Number | None = None
    width_m: Number | None = None
    height_m: Number | None = None
    frame: Code | None = None
    glazing: Code | None = None


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """One building of the yard; fields are named like the questions of the form without their prefix `b_`.

    Attributes:
        wall: the answers that hold for all four sides.
        walls: what differs on a side (front, back, left, right); its empty fields fall back to `wall`.
        windows: by side.
        leaks: code `leak3` of the six leak points: hand, paper, light, frame, ceiling, pipe.
    """

    kind: Code | None = None
    heated: Code | None = None
    build_year: Number | None = None
    era: Code | None = None
    rebuild_year: Number | None = None
    structure: Code | None = None
    facing: Code | None = None
    storeys: Number | None = None
    bays: Number | None = None
    length_m: Number | None = None
    depth_m: Number | None = None
    storey_height_m: Number | None = None
    roof_shape: Code | None = None
    ridge_rise_m: Number | None = None
    heated_rooms: Number | None = None
    heated_area_m2: Number | None = None
    left_adjacent: Code | None = None
    right_adjacent: Code | None = None
    back_adjacent: Code | None = None
    shade: Code | None = None
    sunspace: Code | None = None
    sunspace_depth_m: Number | None = None
    ceiling: Code | None = None
    roof_insul_type: Code | None = None
    roof_insul_mm: Number | None = None
    roof_insul_pos: Code | None = None
    roof_state: Code | None = None
    pv_strength: Code | None = None
    roof_south_m2: Number | None = None
    wall: WallFacts = WallFacts()
    walls: Mapping[str, WallFacts] = field(default_factory=dict)
    wall_finish: Code | None = None
    wall_state: Code | None = None
    windows: Mapping[str, WindowFacts] = field(default_factory=dict)
    win_state: Code | None = None
    door_count: Number | None = None
    door_type: Code | None = None
    door_curtain: Code | None = None
    floor: Code | None = None
    floor_insul_mm: Number | None = None
    leaks: Mapping[str, Code] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeaterFacts:
    """One heater; fields are named like the questions of the form without their prefix `h_`."""

    type: Code
    role: Code | None = None
    share_pct: Number | None = None
    year: Number | None = None
    count: Number | None = None
    rated_kw: Number | None = None
    emitter: Code | None = None
    radiator_sections: Number | None = None
    flow_c: Number | None = None
    pipe_insulated: Code | None = None
    hours_day: Number | None = None
    night_setback: Code | None = None
    above_c: Number | None = None
    below_c: Number | None = None


@dataclass(frozen=True, slots=True)
class BillFacts:
    """Fuel and power of the last whole year, named like the questions of the form."""

    coal_briquette_t: Number | None = None
    coal_loose_t: Number | None = None
    elec_year_kwh: Number | None = None
    elec_season_kwh: Number | None = None
    elec_valley_kwh: Number | None = None
    elec_other_month_kwh: Number | None = None
    gas_year_m3: Number | None = None
    gas_season_m3: Number | None = None
    lpg_bottles: Number | None = None
    wood_kg: Number | None = None
    pellet_kg: Number | None = None
    heat_fee_yuan: Number | None = None


@dataclass(frozen=True, slots=True)
class BuildingFacts:
    """All that a survey says of a farmhouse and that matters for its heat, in the words of the form.

    Attributes:
        blocks: the buildings of the yard. Those whose `heated` is `full` or `part` are assessed together as one
            household; the others are left out.
        season_start, season_end: (month, day) of the heating season.
        gas_available: whether piped gas reaches the house (code `yes`, `no`, `unknown`).
        survey_year: dates "how old is it" questions.
        support: kinds of support the household gets, for programmes that are for some (`none` is none).
    """

    blocks: tuple[BlockFacts, ...]
    heaters: tuple[HeaterFacts, ...] = ()
    bills: BillFacts = BillFacts()
    uses: UseFacts = field(default_factory=UseFacts)
    township_code: str = ""
    terrain: Code | None = None
    altitude_m: Number | None = None
    property_use: Code | None = None
    heritage: Code | None = None
    supply_phase: Code | None = None
    main_breaker_a: Number | None = None
    meter_valley: Code | None = None
    gas_available: Code | None = None
    temp_usual_day_c: Number | None = None
    temp_usual_night_c: Number | None = None
    temp_wish_c: Number | None = None
    day_presence: Code | None = None
    residents_winter: Number | None = None
    winter_absence_days: Number | None = None
    season_start: Answer[tuple[int, int]] | None = None
    season_end: Answer[tuple[int, int]] | None = None
    survey_year: int | None = None
    support: Code | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One value the engine used, and where it came from.

    Attributes:
        key: stable name, e.g. `main.wall.back.wall_u`.
        place: text keys of building, side or heater, separated by spaces; empty for the household.
        name: text key of its name for people.
        value: a number, or a choice code; `unit` is empty for codes.
        quality: M measured, B bill or plate, E estimated, D default.
        low, high: the values taken as P10 and P90; equal to `value` where the input is taken as sure.
        reason: text key of the sentence that says what a default stands for; empty for answers.
        reason_fields: fills the placeholders of that sentence.
        source: document the value was read in, or "survey".
        status: confirmed, computed, to_confirm or own_rule.
    """

    key: str
    name: str
    value: float | str
    unit: str
    quality: Quality
    low: float | None = None
    high: float | None = None
    place: str = ""
    reason: str = ""
    reason_fields: Mapping[str, str | float] = field(default_factory=dict)
    source: str = "survey"
    status: str = "computed"


class ElementKind(StrEnum):
    """Parts of the envelope; air exchange is not an element but stands beside them in every balance."""

    WALL = "wall"
    ROOF = "roof"
    WINDOW = "window"
    DOOR = "door"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class Overhang:
    """What stands between a window and the sky: eaves above it and a horizon in front of it.

    Attributes:
        depth_m: how far the eaves stand out; `gap_m` from the top of the window up to them.
        height_m: of the window.
        horizon_deg: how high hills or houses stand in front.
    """

    depth_m: float
    gap_m: float
    height_m: float
    horizon_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Element:
    """One part of the envelope.

    Attributes:
        id: unique in the building, e.g. `main.wall.back`.
        side: front, back, left, right, top or ground; `inner` for a partition to unheated rooms.
        area_m2: outside dimensions; of a wall without its windows and doors.
        u_value_w_m2k: with surface resistances and thermal bridges.
        adjacency: temperature factor b of ISO 13789: 1 outdoor air, 0.5 unheated room, 0 adiabatic; of a floor 1, since
            its U-value already holds the ground.
        absorptance: solar absorptance of an opaque outside face, 0 where no sun reaches.
        g_value: total solar transmittance of a window with its frame, shading and incidence included; 0 when opaque.
        construction: wall, window, door, floor or roof code it was made from.
        insulated: already has an insulation layer of 20 mm or more.
        block: which building of the yard.
        buffer: `room`, `attic` or `sunspace` where a buffer of the zone lies behind the element: its own heat balance
            then stands in the place of the factor b, and `adjacency` is 1.
        overhang: of a window; `None` where nothing shades it but what `g_value` holds.
    """

    id: str
    kind: ElementKind
    side: str
    azimuth_deg: float
    tilt_deg: float
    area_m2: float
    u_value_w_m2k: float
    adjacency: float = 1.0
    absorptance: float = 0.0
    g_value: float = 0.0
    construction: str = ""
    insulated: bool = False
    block: str = "main"
    buffer: str = ""
    overhang: Overhang | None = None


@dataclass(frozen=True, slots=True)
class Buffer:
    """An unheated space between heated rooms and outdoors, with a heat balance of its own (ISO 13789:2017, clause 8).

    Attributes:
        kind: `room` (unheated rooms of a heated building), `attic` or `sunspace`.
        elements: its faces to outdoors and to the ground. The g-value of glazing holds the share of the sun that stays.
        volume_m3, air_change_1_h: with outdoor air.
        inside_w_k: air exchanged with the heated rooms all the time, as a conductance.
        open_w_k: the same while its door stands open because the sun makes it warm.
        shade: share of the sun on the wall and windows behind it that it keeps away.
        capacity_j_k: heat its floor, walls and roof store; the fast model leaves it out, detailed ones may not.
    """

    kind: str
    elements: tuple[Element, ...]
    volume_m3: float
    air_change_1_h: float
    perimeter_m: float = 0.0
    floor_resistance_m2k_w: float = 0.07
    inside_w_k: float = 0.0
    open_w_k: float = 0.0
    shade: float = 0.0
    capacity_j_k: float = 0.0


@dataclass(frozen=True, slots=True)
class Draught:
    """How air leakage follows the weather: Q ~ sqrt(stack x |inside - outside| + wind x v^2) (Sherman and Grimsrud).

    Attributes:
        stack: in (L/s)2/(cm4 K), by storeys; `wind` in (L/s)2/(cm4 (m/s)2), by storeys and shelter.
        reference_k, reference_m_s: temperature difference and wind at which the leakage is as surveyed.
    """

    stack: float
    wind: float
    reference_k: float
    reference_m_s: float


@dataclass(frozen=True, slots=True)
class Zone:
    """The heated rooms of one building of the yard.

    Attributes:
        floor_area_m2: heated net floor area (ISO 13790 `A_f`).
        capacity_j_k, mass_area_m2: `C_m` and `A_m` of ISO 13790, 12.3.1.
        air_change_1_h: of the whole volume with outdoor air, as a winter mean.
        gains_w_m2: internal gains of people, light and appliances.
        perimeter_m, floor_resistance_m2k_w, wall_m: edge of the ground floor, resistance of its layers and thickness of
            the wall on it, for the ground's yearly swing (ISO 13370).
        buffers: unheated spaces beside, above and in front of the rooms.
        steady_air_1_h: part of the air change that people make; the rest follows wind and cold (`Building.draught`).
    """

    name: str
    floor_area_m2: float
    volume_m3: float
    elements: tuple[Element, ...]
    capacity_j_k: float
    mass_area_m2: float
    air_change_1_h: float
    gains_w_m2: float
    perimeter_m: float = 0.0
    floor_resistance_m2k_w: float = 0.07
    wall_m: float = 0.37
    buffers: tuple[Buffer, ...] = ()
    steady_air_1_h: float = 0.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the household heats.

    Attributes:
        day_c, night_c: operative set point; `night_c` is `None` when the heating is off at night.
        wish_c: temperature the household wishes to have by day.
        day_start_h, day_end_h: hours of the day with the day's set point.
        season_start, season_end: (month, day), both included.
        absence_days: days in which nobody is there, around `absence_middle` (month, day), and `absence_c` is kept.
        sunspace_rise_m2k_w: kelvin that 1 W/m2 on the front warms a sunspace over outdoors: its doors stand open by
            day when that makes it warmer than the rooms.
    """

    day_c: float
    night_c: float | None
    wish_c: float
    day_start_h: int = 6
    day_end_h: int = 21
    season_start: tuple[int, int] = (11, 15)
    season_end: tuple[int, int] = (3, 15)
    absence_days: int = 0
    absence_middle: tuple[int, int] = (2, 5)
    absence_c: float = 5.0
    sunspace_rise_m2k_w: float = 0.045


@dataclass(frozen=True, slots=True)
class HeatingSystem:
    """One heater as the engine sees it.

    Attributes:
        type: code `heater_type`; `carrier` is what it burns or draws.
        share: of the heat delivered to the rooms, 0..1; all systems sum to 1.
        efficiency: seasonal efficiency, or COP where the type has no temperature-dependent model.
        distribution: share of the produced heat that reaches the rooms.
        capacity_kw: rated heat output (heat pumps: at -12 degC).
        flow_c: water temperature, `None` without water; with `reset` it follows the load from there down.
        emitter_w: heat of the radiators at 64.5 K over the room, W; `None` where nobody counted them: they are then
            taken as laid out for the house.
        above_c, below_c: outdoor temperatures from which, and below which, it works: a heat pump until it gets too
            cold, a stove from there on. `None` is no bound. Shares hold among the heaters that work.
    """

    type: str
    carrier: str
    share: float
    efficiency: float
    distribution: float
    capacity_kw: float
    flow_c: float | None = None
    emitter: str = "none"
    pipe_insulated: bool = False
    reset: bool = False
    emitter_w: float | None = None
    above_c: float | None = None
    below_c: float | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """One season's heating use of a carrier in its own unit (kWh, kg, m3), cooking and the like taken off.

    Attributes:
        low, high: P10 and P90 of the amount, by how it is known and by what was taken off; `None` where nobody said.
        key: of the answer it rests on, e.g. `bill.gas_year_m3`.
    """

    carrier: str
    amount: float
    unit: str
    quality: Quality
    low: float | None = None
    high: float | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Building:
    """A household's heated buildings as the engine computes them.

    The zones keep the same temperatures and are solved together as one thermal zone (method.md, "Zones").

    Attributes:
        facts: what the survey said.
        archetype: id of the archetype whose defaults were used, F1..F9.
        height_m: altitude of the village, for the outdoor temperature.
        terrain: plain, foothill or hill: which climate.
        inputs: every value used, with its provenance.
        gross_area_m2: outside floor area of the heated buildings.
        joint_length_m: length of window and door joints, for weather strips.
        draught: how air leakage follows wind and cold; `None` keeps the air change constant.
        sunspace_lag_h: hours by which floor and walls of a sunspace delay sun and cold (time constant).
        uses, solar: what is used beside heating, and the sun on the roof; `build` always fills them.
        base_month_kwh: electricity of a month apart from heating; `None`: the usual one of the rules.
    """

    facts: BuildingFacts
    archetype: str
    terrain: str
    height_m: float
    zones: tuple[Zone, ...]
    schedule: Schedule
    systems: tuple[HeatingSystem, ...]
    bills: tuple[Bill, ...]
    inputs: tuple[Input, ...]
    gross_area_m2: float
    joint_length_m: float
    door_count: int
    leak_points: float
    draught: Draught | None = None
    sunspace_lag_h: float = 6.5
    uses: Uses | None = None
    solar: Solar | None = None
    base_month_kwh: float | None = None

    @property
    def floor_area_m2(self) -> float:
        """Heated net floor area of all zones."""
        return sum(zone.floor_area_m2 for zone in self.zones)

    @property
    def elements(self) -> tuple[Element, ...]:
        """Envelope elements of all zones."""
        return tuple(element for zone in self.zones for element in zone.elements)
