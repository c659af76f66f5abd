"""What every part of the house is made of, in a few words: the notes beside the picture of the losses.

One note a part. Where a part is not the same all over (a back wall of another brick, a window that was replaced), the
note tells of the kind that loses most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.energy.house.ledger import worst
from cpdesk.model.assessment import LossNote
from cpdesk.model.building import Building, Element, ElementKind, Input
from cpdesk.model.records import Quality

_COMPASS: Final = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
_LOOSE_FILL: Final = ("none", "cinder", "straw_mud")
"""What stands for no insulation: fill and mud beds were there before anyone insulated."""


def loss_notes(building: Building) -> tuple[LossNote, ...]:
    """The notes of a building by part: wall, roof, window, door, floor, air; parts it does not have are left out."""
    inputs = {item.key: item for item in building.inputs}
    found = []
    for kind, make in (
        (ElementKind.WALL, _wall),
        (ElementKind.ROOF, _roof),
        (ElementKind.WINDOW, _window),
        (ElementKind.DOOR, _door),
        (ElementKind.FLOOR, _floor),
    ):
        elements = [item for item in building.elements if item.kind is kind and item.area_m2 > 0]
        elements = [item for item in elements if item.side != "inner" and item.adjacency > 0]
        if elements:
            found.append(make(elements, inputs))
    return (*found, _air(building, inputs))


def note_text(note: LossNote, translator: Translator) -> str:
    """A note as a sentence in the translator's language."""
    joint = "、" if translator.language == "zh" else ", "
    shown: dict[str, object] = {}
    for name, value in note.fields.items():
        if isinstance(value, str):
            shown[name] = joint.join(translator(key) for key in value.split())
        else:
            shown[name] = f"{value:.0f}" if abs(value - round(value)) < 0.005 else f"{value:.1f}"
    return translator(note.text_key, **shown)


def _note(part: str, text: str, fields: Mapping[str, str | float], *used: Input | None) -> LossNote:
    quality = worst(*(item.quality for item in used if item is not None))
    return LossNote(part, f"energy.note.{text}", fields, quality)


def _most(elements: list[Element]) -> Element:
    """The element that stands for all of its kind: the one that loses most."""
    return max(elements, key=lambda item: item.area_m2 * item.u_value_w_m2k * item.adjacency)


def _code(entry: Input | None) -> str:
    return "energy.code.unknown" if entry is None else f"energy.code.{entry.value}"


def _wall(elements: list[Element], inputs: Mapping[str, Input]) -> LossNote:
    worst_wall = _most(elements)
    own = f"{worst_wall.block}.wall.{worst_wall.side}"
    prefix = own if f"{own}.type" in inputs else f"{worst_wall.block}.wall"
    kind, thickness, insulation, layer = (
        inputs.get(f"{prefix}.{name}") for name in ("type", "mm", "insul_type", "insul_mm")
    )
    fields: dict[str, str | float] = {"type": _code(kind), "mm": _number(thickness)}
    if insulation is None or insulation.value == "none" or layer is None:
        return _note("wall", "wall_bare", fields, kind, thickness, insulation)
    fields |= {"insulation": _code(insulation), "insul_mm": _number(layer)}
    return _note("wall", "wall_insulated", fields, kind, thickness, insulation, layer)


def _number(entry: Input | None) -> float:
    return 0.0 if entry is None else float(entry.value)


def _roof(elements: list[Element], inputs: Mapping[str, Input]) -> LossNote:
    block = _most(elements).block
    names = ("roof_shape", "ceiling", "roof_insul_type", "roof_insul_mm")
    shape, ceiling, insulation, layer = (inputs.get(f"{block}.{name}") for name in names)
    above_ceiling = ceiling is not None and ceiling.value != "none"
    if insulation is None or insulation.value in _LOOSE_FILL or layer is None:
        if insulation is not None and insulation.value != "none" and layer is not None:
            fields: dict[str, str | float] = {"shape": _code(shape), "fill": _code(insulation), "mm": _number(layer)}
            return _note("roof", "roof_fill", fields, shape, insulation, layer)
        text = "ceiling_bare" if above_ceiling else "roof_bare"
        return _note("roof", text, {"shape": _code(shape), "ceiling": _code(ceiling)}, shape, ceiling, insulation)
    fields = {"shape": _code(shape), "insulation": _code(insulation), "mm": _number(layer)}
    text = "ceiling_insulated" if above_ceiling else "roof_insulated"
    return _note("roof", text, fields, shape, ceiling, insulation, layer)


def _window(elements: list[Element], inputs: Mapping[str, Input]) -> LossNote:
    kinds: dict[str, list[Element]] = {}
    for element in elements:
        kinds.setdefault(element.construction, []).append(element)
    group = max(kinds.values(), key=lambda items: sum(item.area_m2 * item.u_value_w_m2k for item in items))
    first = group[0]
    names = [f"{item.block}.win.{item.side}.{part}" for item in group for part in ("frame", "glazing")]
    frame, _, glazing = first.construction.partition(" ")
    fields: dict[str, str | float] = {"frame": f"energy.code.{frame}", "glazing": f"energy.code.{glazing}"}
    used = [inputs.get(name) for name in names]
    if len(kinds) == 1:
        return _note("window", "windows_all", fields, *used)
    compass = sorted({round(item.azimuth_deg / 45.0) % 8 for item in group})
    fields["sides"] = " ".join(f"energy.compass.{_COMPASS[at]}" for at in compass)
    return _note("window", "windows_some", fields, *used)


def _door(elements: list[Element], inputs: Mapping[str, Input]) -> LossNote:
    block = _most(elements).block
    kind, quilt = inputs.get(f"{block}.door_type"), inputs.get(f"{block}.door_curtain")
    hung = quilt is not None and quilt.value == "yes"
    return _note("door", "door_quilt" if hung else "door", {"type": _code(kind)}, kind, quilt)


def _floor(elements: list[Element], inputs: Mapping[str, Input]) -> LossNote:
    block = _most(elements).block
    kind, layer = inputs.get(f"{block}.floor"), inputs.get(f"{block}.floor_insul_mm")
    if layer is None or _number(layer) <= 0:
        return _note("floor", "floor_bare", {"type": _code(kind)}, kind)
    return _note("floor", "floor_insulated", {"type": _code(kind), "mm": _number(layer)}, kind, layer)


def _air(building: Building, inputs: Mapping[str, Input]) -> LossNote:
    volume = sum(zone.volume_m3 for zone in building.zones)
    change = sum(zone.air_change_1_h * zone.volume_m3 for zone in building.zones) / volume
    entries = [inputs.get(f"{zone.name}.air_change") for zone in building.zones]
    known = [entry.quality for entry in entries if entry is not None]
    return LossNote("air", "energy.note.air", {"change": change}, worst(*known) if known else Quality.DEFAULT)
