"""What faces of a zone exchange with one another: long-wave radiation, and the sun that came in.

Faces in one plane do not see each other. Without the plan of the room the view from plane i to plane j is s_i s_j / A_i
with the s that make all views of a plane add up to one: reciprocal, complete, and the same when a wall is declared in
two pieces. Long-wave radiation goes over one mean radiant node a zone; the resistance of a face is
(1 - e) / (e A) + 1 / (A F), F from J. A. Carroll, "An MRT method of computing radiant energy exchange in rooms" (1980):
F_i = 1 / (1 - A_i F_i / S), S the sum of A_j F_j over planes.

Sunlight is followed through all its reflections, through glass between zones and out again through windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.energy.multizone.network import InnerFace, Network
from cpdesk.energy.weather.climate import Floats

_LEVEL_DEG: Final = 1.0
_ROUNDS: Final = 200
_MOST_SHARE: Final = 0.45
"""A plane with more of a zone's area than this cannot face only the others; then areas alone decide."""
_FLOOR_DEG: Final = 135.0


@dataclass(frozen=True, slots=True)
class SunInside:
    """Where sun that came through a window ends.

    Attributes:
        beam, diffuse: (faces, panes) absorbed at opaque inner faces per unit that passed a window to outdoors.
        beam_panes, diffuse_panes: (places, panes) absorbed in glass, in the order of `places`.
        places: node of each place.
    """

    beam: Floats
    diffuse: Floats
    beam_panes: Floats
    diffuse_panes: Floats
    places: tuple[int, ...]


def planes(faces: list[InnerFace]) -> list[tuple[int, int]]:
    """The plane of each face: (tilt, azimuth) in degrees; level planes have no azimuth."""
    result = []
    for face in faces:
        tilt = round(face.tilt_deg)
        level = tilt <= _LEVEL_DEG or tilt >= 180 - _LEVEL_DEG
        result.append((tilt, -1 if level else round(face.azimuth_deg) % 360))
    return result


def _plane_areas(faces: list[InnerFace]) -> tuple[Floats, list[int]]:
    keys = planes(faces)
    order = sorted(set(keys))
    which = [order.index(key) for key in keys]
    areas = np.zeros(len(order))
    for face, plane in zip(faces, which, strict=True):
        areas[plane] += face.area_m2
    return areas, which


def radiant_areas_m2(faces: list[InnerFace]) -> Floats:
    """Area of each face times what ties it to the mean radiant node: A / ((1 - e) / e + 1 / F)."""
    areas, which = _plane_areas(faces)
    factor = np.ones(len(areas))
    if len(areas) > 1 and areas.max() < _MOST_SHARE * areas.sum():
        for _ in range(_ROUNDS):
            factor = 1.0 / (1.0 - areas * factor / (areas * factor).sum())
    own = np.array([face.area_m2 for face in faces])
    emittance = np.array([face.emittance for face in faces])
    result: Floats = own / ((1.0 - emittance) / emittance + 1.0 / factor[which])
    return result


def views(faces: list[InnerFace]) -> Floats:
    """Share of what leaves face i (row) that falls on face j; rows add up to one."""
    areas, which = _plane_areas(faces)
    own = np.array([face.area_m2 for face in faces])
    if len(areas) < 3 or areas.max() >= _MOST_SHARE * areas.sum():
        return np.tile(own / own.sum(), (len(faces), 1))
    side = areas / np.sqrt(areas.sum())
    for _ in range(_ROUNDS):
        side = np.sqrt(side * areas / (side.sum() - side))
    plane_views = np.outer(side, side) / areas[:, None]
    np.fill_diagonal(plane_views, 0.0)
    plane_views /= plane_views.sum(axis=1, keepdims=True)
    result: Floats = plane_views[np.ix_(which, which)] * (own / areas[which])[None, :]
    return result


def sun_inside(net: Network) -> SunInside:
    """Shares of transmitted sun by face and pane, for each window of the outer envelope."""
    faces, panes = net.inner, net.panes
    count = len(faces)
    view = np.zeros((count, count))
    for zone in range(len(net.air)):
        members = [number for number, face in enumerate(faces) if face.zone == zone]
        view[np.ix_(members, members)] = views([faces[number] for number in members])
    emitted = _emission(net)
    # hit = first + view' emitted hit: what falls on each face when all reflections are summed.
    bounce = np.linalg.inv(np.eye(count) - view.T @ emitted)
    first_beam, first_diffuse = _first_hits(net, view)
    absorb = np.array([0.0 if face.glazing is not None else face.absorptance for face in faces])
    places, take = _glass_take(net)
    hit_beam, hit_diffuse = bounce @ first_beam, bounce @ first_diffuse
    beam, diffuse = absorb[:, None] * hit_beam, absorb[:, None] * hit_diffuse
    beam_panes, diffuse_panes = take @ hit_beam, take @ hit_diffuse
    for column, pane in enumerate(panes):
        given = _given_shares(net, pane.zone)
        if given is not None:
            beam[:, column] = diffuse[:, column] = given
            beam_panes[:, column] = diffuse_panes[:, column] = 0.0
    return SunInside(beam, diffuse, beam_panes, diffuse_panes, places)


def _given_shares(net: Network, zone: int) -> Floats | None:
    shares = np.array([face.share if face.zone == zone and face.share is not None else np.nan for face in net.inner])
    return None if np.isnan(shares).all() else np.nan_to_num(shares)


def _emission(net: Network) -> Floats:
    """(faces, faces): what each face (column) sends back into rooms: reflected by itself, or through it on the other
    side of glass between zones."""
    count = len(net.inner)
    result = np.zeros((count, count))
    for number, face in enumerate(net.inner):
        if face.glazing is None:
            result[number, number] = 1.0 - face.absorptance
            continue
        optics = net.panes[face.glazing].optics
        if face.from_front:
            through, absorbed = optics.diffuse_transmittance, optics.diffuse_absorptance.sum()
        else:
            through, absorbed = optics.back_transmittance, optics.back_absorptance.sum()
        result[number, number] = max(0.0, 1.0 - through - float(absorbed))
        for other, twin in enumerate(net.inner):
            if other != number and twin.glazing == face.glazing:
                result[other, number] = through
    return result


def _glass_take(net: Network) -> tuple[tuple[int, ...], Floats]:
    """Nodes inside glass, and what each takes of light that falls on each face."""
    places: list[int] = []
    rows: list[Floats] = []
    for number, pane in enumerate(net.panes):
        for place, node in enumerate(pane.centres):
            row = np.zeros(len(net.inner))
            for column, face in enumerate(net.inner):
                if face.glazing == number:
                    source = pane.optics.diffuse_absorptance if face.from_front else pane.optics.back_absorptance
                    row[column] = source[place]
            places.append(node)
            rows.append(row)
    return tuple(places), np.array(rows).reshape(len(rows), len(net.inner))


def _first_hits(net: Network, view: Floats) -> tuple[Floats, Floats]:
    """Where light of each window falls first, (faces, panes): its beam on the floor where the zone says so, its diffuse
    part on all that the window sees."""
    count = len(net.inner)
    beam, diffuse = np.zeros((count, len(net.panes))), np.zeros((count, len(net.panes)))
    for column, pane in enumerate(net.panes):
        if pane.into_zone is not None:
            continue
        own = next(n for n, face in enumerate(net.inner) if face.glazing == column)
        diffuse[:, column] = view[own]
        floor = np.array(
            [face.area_m2 if face.zone == pane.zone and face.tilt_deg > _FLOOR_DEG else 0.0 for face in net.inner]
        )
        wants_floor = net.building.zones[pane.zone].sun_inside == "floor" and floor.sum() > 0.0
        beam[:, column] = floor / floor.sum() if wants_floor else view[own]
    return beam, diffuse
