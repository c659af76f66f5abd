"""Coordinates as people write them, and lengths and areas on the ground. No Qt; WGS 84 degrees throughout."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import asin, atan2, cos, pi, radians, sin, sqrt, tan
from typing import Final

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the earth, m (IUGG, R1)."""
DISTRICT: Final = (40.0383, 40.3869, 115.8381, 116.4969)
"""Changping: latitude and longitude from, to. 40°02′18″–40°23′13″ N, 115°50′17″–116°29′49″ E (district gazetteer)."""
_MARGIN: Final = 0.02
"""About 2 km: a point just over the border is no slip of the pen."""
_NUMBER: Final = r"[+-]?\d+(?:\.\d+)?"
_ANGLE: Final = re.compile(
    rf"([NSEW])?\s*({_NUMBER})\s*(?:[°ºd度]\s*(?:({_NUMBER})\s*['′m分]\s*(?:({_NUMBER})\s*(?:\"|″|''|s|秒)?\s*)?)?)?([NSEW])?",
    re.IGNORECASE,
)
_WORDS: Final = (("北纬", "N"), ("南纬", "S"), ("东经", "E"), ("西经", "W"), ("纬度", "N"), ("经度", "E"))


@dataclass(frozen=True, slots=True)
class Position:
    """A point: degrees, with altitude and accuracy in m where they are known."""

    latitude: float
    longitude: float
    altitude_m: float | None = None
    accuracy_m: float | None = None

    def lexical(self) -> str:
        """The text XForms keeps: latitude, longitude, altitude, accuracy."""
        parts = [f"{self.latitude:.7f}".rstrip("0").rstrip("."), f"{self.longitude:.7f}".rstrip("0").rstrip(".")]
        for value in (self.altitude_m, self.accuracy_m):
            parts.append(f"{value or 0:g}")
        return " ".join(parts)

    def swapped(self) -> Position:
        return replace(self, latitude=self.longitude, longitude=self.latitude)

    def shown(self) -> str:
        """Decimal degrees to about 0.1 m, as the field shows them."""
        return f"{self.latitude:.6f}, {self.longitude:.6f}"

    def in_degrees_minutes_seconds(self) -> str:
        """`40°13′5.9″N 116°13′53.0″E`."""
        return f"{_sexagesimal(self.latitude, 'NS')} {_sexagesimal(self.longitude, 'EW')}"


def read_lexical(text: str) -> Position | None:
    """The position an answer holds, None when it is none."""
    parts = text.split()
    try:
        numbers = [float(part) for part in parts[:4]]
    except ValueError:
        return None
    if not len(numbers) >= 2 or not (abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180):
        return None
    rest = [number or None for number in numbers[2:]] + [None, None]
    return Position(numbers[0], numbers[1], rest[0], rest[1])


def read_line(text: str) -> list[Position]:
    """The points of a trace or shape; what is no point is left out."""
    found = (read_lexical(part) for part in text.split(";"))
    return [position for position in found if position is not None]


def parse_position(typed: str) -> Position | None:
    """What a person typed or pasted as a position; None when it is none.

    Decimal degrees or degrees, minutes, seconds; with letters or Chinese words for the hemispheres in either order;
    without them latitude comes first, unless the first number cannot be a latitude.

    >>> parse_position("东经116°13′53″ 北纬40°13′06″").shown()
    '40.218333, 116.231389'
    """
    plain = unicodedata.normalize("NFKC", typed.replace("′′", "″").replace("″", '"').replace("′", "'")).strip()
    plain = plain.replace("’", "'").replace("”", '"')
    for words, letter in _WORDS:
        plain = plain.replace(words, letter)
    plain = re.sub(r"[,;:，；、()（）]+", " ", plain)
    angles = [_angle(match) for match in _ANGLE.finditer(plain)]
    if len(angles) < 2 or _ANGLE.sub("", plain).strip():
        return None
    (first, one), (second, other) = angles[:2]
    backwards = one in ("E", "W") or other in ("N", "S") or (not one and abs(first) > 90 >= abs(second))
    latitude, longitude = (second, first) if backwards else (first, second)
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    rest: list[float | None] = [value or None for value, _ in angles[2:4]] + [None, None]
    return Position(latitude, longitude, rest[0], rest[1])


def in_district(position: Position) -> bool:
    """Whether a point lies in Changping or not far over its border."""
    south, north, west, east = DISTRICT
    return (
        south - _MARGIN <= position.latitude <= north + _MARGIN
        and west - _MARGIN <= position.longitude <= east + _MARGIN
    )


def looks_swapped(position: Position) -> bool:
    """Whether the point would lie in the district with latitude and longitude the other way round."""
    return not in_district(position) and in_district(position.swapped())


def distance_m(one: Position, other: Position) -> float:
    """Great-circle distance, m (haversine)."""
    lat1, lat2 = radians(one.latitude), radians(other.latitude)
    half_lat, half_lon = (lat2 - lat1) / 2, radians(other.longitude - one.longitude) / 2
    chord = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def length_m(points: Sequence[Position], *, closed: bool = False) -> float:
    """Length of a line through points, m; `closed` goes back to the first."""
    pairs = list(pairwise(points))
    if closed and len(points) > 2:
        pairs.append((points[-1], points[0]))
    return sum(distance_m(one, other) for one, other in pairs)


def area_m2(points: Sequence[Position]) -> float:
    """Area inside a ring of points on the sphere, m² (sum of the spherical excess of each edge)."""
    excess = 0.0
    for one, other in zip(points, [*points[1:], *points[:1]], strict=False):
        across = radians(other.longitude - one.longitude)
        across = (across + pi) % (2 * pi) - pi
        half1, half2 = tan(radians(one.latitude) / 2), tan(radians(other.latitude) / 2)
        excess += 2 * atan2(tan(across / 2) * (half1 + half2), 1 + half1 * half2)
    return abs(excess) * EARTH_RADIUS_M**2


def _angle(match: re.Match[str]) -> tuple[float, str]:
    before, degrees, minutes, seconds, behind = match.groups()
    letter = (before or behind or "").upper()
    size = abs(float(degrees)) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    negative = degrees.startswith("-") or letter in ("S", "W")
    return (-size if negative else size), letter


def _sexagesimal(angle: float, letters: str) -> str:
    tenths = round(abs(angle) * 36_000)
    degrees, rest = divmod(tenths, 36_000)
    minutes, seconds = divmod(rest, 600)
    return f"{degrees}°{minutes:02}′{seconds / 10:04.1f}″{letters[angle < 0]}"
