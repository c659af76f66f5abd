"""Places on the earth: areas, distances, fences and crossings, as Web Forms, JavaRosa and Collect work them out.

A point is "latitude longitude [altitude [accuracy]]" in degrees and metres, a line several points joined by semicolons.
The earth is a sphere of the equator's radius.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final, NamedTuple

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Function
from cpdesk.forms.xpath.values import Value, to_number, to_text

_EARTH_RADIUS_M: Final = 6_378_100.0
_PARTS_MAX: Final = 4
_DECIMALS: Final = 2
"""Web forms give centimetres; no receiver knows its place better."""


class Place(NamedTuple):
    """In degrees."""

    latitude: float
    longitude: float


def _point(function: str, text: str) -> Place:
    parts = text.split()
    numbers = [to_number(part) for part in parts]
    if not 2 <= len(parts) <= _PARTS_MAX or any(math.isnan(number) for number in numbers):
        raise InputFault("CP-1218", function=function, value=text[:120], expected=" 40.22 116.23 0 0")
    return Place(numbers[0], numbers[1])


def _line(function: str, text: str) -> list[Place]:
    return [_point(function, part) for part in text.split(";") if part.strip()]


def _places(function: str, values: tuple[Value, ...]) -> list[Place]:
    """The places of a node-set of points, of one line or shape, or of several arguments.

    Raises:
        InputFault: CP-1218 for a text that is no place; unanswered questions are left out.
    """
    texts: list[str] = []
    for value in values:
        texts.extend([node.text for node in value] if isinstance(value, list) else [to_text(value)])
    return [place for text in texts for place in _line(function, text)]


def _area(_context: Context, *values: Value) -> Value:
    """Enclosed area in m2, with or without the first place again at the end: the area between each side and the south
    pole, summed around (Chamberlain and Duquette, JPL Publication 07-03, 2007)."""
    places = _places("area", values)
    if len(places) < 3:
        return 0.0
    strips = (
        math.radians(other.longitude - one.longitude)
        * (2.0 + math.sin(math.radians(one.latitude)) + math.sin(math.radians(other.latitude)))
        for one, other in pairwise([*places, places[0]])
    )
    return round(abs(math.fsum(strips)) * _EARTH_RADIUS_M**2 / 2.0, _DECIMALS)


def _distance(_context: Context, *values: Value) -> Value:
    """Length of the way through all places in m, by the spherical law of cosines."""
    places = _places("distance", values)
    return round(math.fsum(_between(one, other) for one, other in pairwise(places)), _DECIMALS)


def _between(one: Place, other: Place) -> float:
    latitude, other_latitude = math.radians(one.latitude), math.radians(other.latitude)
    turn = math.radians(one.longitude - other.longitude)
    cosine = math.sin(latitude) * math.sin(other_latitude) + math.cos(latitude) * math.cos(other_latitude) * math.cos(
        turn
    )
    return math.acos(min(max(cosine, -1.0), 1.0)) * _EARTH_RADIUS_M


def _geofence(_context: Context, point: Value, shape: Value) -> Value:
    """Whether a place lies inside a shape: a ray from it crosses the border an odd number of times. False for a shape
    that is blank or does not end where it begins.

    Raises:
        InputFault: CP-1218 when the place is blank or either is no place at all.
    """
    here = _point("geofence", to_text(point))
    border = _line("geofence", to_text(shape))
    if len(border) < 3 or border[0] != border[-1]:
        return False
    inside = False
    for one, other in pairwise(border):
        if (one.latitude > here.latitude) != (other.latitude > here.latitude):
            slope = (one.longitude - other.longitude) / (one.latitude - other.latitude)
            if here.longitude < slope * (here.latitude - other.latitude) + other.longitude:
                inside = not inside
    return inside


def _intersects(context: Context, value: Value) -> Value:
    """Whether a line or shape crosses, touches or doubles back on itself; false for what is neither."""
    try:
        places = _line("intersects", to_text(value))
    except InputFault:
        return False
    lines = [(one, other) for one, other in pairwise(places) if one != other]
    closed = len(lines) > 2 and lines[0][0] == lines[-1][1]
    context.environment.spend(len(lines) ** 2 // 2)
    for place, line in enumerate(lines):
        for later in range(place + 1, len(lines)):
            if later == place + 1:
                crossing = _doubles_back(*line, lines[later][1])
            elif closed and place == 0 and later == len(lines) - 1:
                crossing = _doubles_back(*lines[later], line[1])
            else:
                crossing = _cross(line, lines[later])
            if crossing:
                return True
    return False


def _side(start: Place, end: Place, place: Place) -> float:
    """Above 0 to the left of a line, below 0 to its right, 0 on it."""
    return (end.longitude - start.longitude) * (place.latitude - start.latitude) - (end.latitude - start.latitude) * (
        place.longitude - start.longitude
    )


def _doubles_back(start: Place, corner: Place, end: Place) -> bool:
    """Whether the way from a corner leads back along the line that led there."""
    if _side(start, corner, end) != 0:
        return False
    back = (start.longitude - corner.longitude) * (end.longitude - corner.longitude)
    return back + (start.latitude - corner.latitude) * (end.latitude - corner.latitude) > 0


def _cross(line: tuple[Place, Place], other: tuple[Place, Place]) -> bool:
    ends = (_side(*line, other[0]), _side(*line, other[1]))
    other_ends = (_side(*other, line[0]), _side(*other, line[1]))
    if _opposite(*ends) and _opposite(*other_ends):
        return True
    touching = [*zip(ends, other, strict=True)]
    if any(side == 0 and _spans(line, place) for side, place in touching):
        return True
    return any(side == 0 and _spans(other, place) for side, place in zip(other_ends, line, strict=True))


def _opposite(one: float, other: float) -> bool:
    return (one > 0 > other) or (one < 0 < other)


def _spans(line: tuple[Place, Place], place: Place) -> bool:
    """Whether a place on the endless line lies between its ends."""
    start, end = line
    return min(start.latitude, end.latitude) <= place.latitude <= max(start.latitude, end.latitude) and min(
        start.longitude, end.longitude
    ) <= place.longitude <= max(start.longitude, end.longitude)


FUNCTIONS: Final = (
    Function("area", 1, None, _area),
    Function("enclosed-area", 1, None, _area),
    Function("distance", 1, None, _distance),
    Function("geofence", 2, 2, _geofence),
    Function("intersects", 1, 1, _intersects),
)
