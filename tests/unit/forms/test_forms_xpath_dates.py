"""Dates over zones, kinds of arguments and formats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.forms.session import Session
from cpdesk.forms.tree import read_xml
from cpdesk.forms.xpath.compile import compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import Value, date_of_days, days_since_epoch, number_text, to_number, to_text

WorkedOut = Callable[[str], Value]
PHOENIX = timezone(timedelta(hours=-7))
DAYS = st.dates(date(1900, 1, 1), date(2300, 12, 31))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("today()", "2026-11-22"),
        ("now()", "2026-11-22T10:30:00.000+08:00"),
        ("date(d)", "2026-11-22"),
        ("date(m)", "2026-11-22"),
        ("date(now())", "2026-11-22"),
        ("date(e)", ""),
        ("date(0 div 0)", "NaN"),
        ("date('2026-2-3')", "2026-02-03"),
        ("date(20779)", "2026-11-22"),
        ("date(d + 30)", "2026-12-22"),
        ("date(today() - 365)", "2025-11-22"),
        ("date-time(d)", "2026-11-22"),
        ("date-time('2026-11-22T02:30:00Z')", "2026-11-22T10:30:00.000+08:00"),
        ("date-time(decimal-date-time(m))", "2026-11-22T10:30:00.000+08:00"),
        ("date-time(e)", ""),
        ("d + 1", "20779.666666666668"),
        ("number(d)", "20778.666666666668"),
        ("number(m)", "20779"),
        ("decimal-date-time(m)", "20779.104166666668"),
        ("decimal-date-time(e)", "NaN"),
        ("decimal-time(m)", "0.4375"),
        ("decimal-time('18:00:00.000+08:00')", "0.75"),
        ("decimal-time('06:00')", "0.25"),
        ("decimal-time(-1.25)", "0.75"),
        ("decimal-time(e)", "NaN"),
        ("date('2026-03-01') - date('2024-02-29')", "731"),
        ("int(d - date('1984-02-29'))", "15607"),
        ("int((today() - date('1984-11-22')) div 365.25)", "41"),
        ("d = '2026-11-22'", "true"),
        ("d = date('2026-11-22')", "true"),
        ("d < today() + 1 and d <= '2026-11-22' and not(d > today())", "true"),
        ("m > d and m < now() + 1", "true"),
        ("d + 30 <= '2026-12-22' and d + 30 >= '2026-12-22'", "true"),
        ("format-date(d, '%Y|%y|%m|%n|%b|%d|%e|%a|%W|%%')", "2026|26|11|11|Nov|22|22|Sun|47|%"),
        ("format-date-time(m, '%H|%h|%M|%S|%3')", "10|10|30|00|000"),
        ("format-date('2026-01-05T03:04:05.006+08:00', '%n/%e %h:%M:%S.%3')", "1/5 3:04:05.006"),
        ("format-date('Sun Nov 22 2026 05:31:40 GMT+0800 (China Standard Time)', '%e %H')", "22 05"),
        ("format-date(20779.5, '%Y-%m-%d %H')", "2026-11-22 20"),
        ("format-date(e, '%Y')", ""),
        ("format-date(0 div 0, '%Y')", ""),
        ("date('2026-11-22T23:00:00.000Z') = date('2026-11-23')", "false"),
    ],
)
def test_dates_in_utc_8(source: str, text: str, worked_out: WorkedOut) -> None:
    assert to_text(worked_out(source)) == text


@pytest.mark.parametrize(
    ("source", "text", "zone"),
    [
        ("number(date('1970-01-02'))", "1", UTC),
        ("number(date('1970-01-02'))", "1.2916666666666667", PHOENIX),
        ("date(0) = date('1970-01-01T00:00:00.000Z')", "true", PHOENIX),
        ("5 + date('2001-12-26')", "11687.291666666666", PHOENIX),
        ("today()", "2026-11-21", PHOENIX),
        ("date-time('1970-01-01T21:50:49Z')", "1970-01-01T14:50:49.000-07:00", PHOENIX),
        ("decimal-time('2026-11-22T12:00:00')", "0.5", PHOENIX),
    ],
)
def test_dates_elsewhere(source: str, text: str, zone: tzinfo) -> None:
    document, _ = read_xml("<data/>")
    world = Environment(document, lambda: datetime(2026, 11, 22, 2, tzinfo=UTC), lambda: 0.5, lambda: "id", zone=zone)
    assert to_text(compile_expression(source).evaluate(Context(document, world))) == text


@pytest.mark.parametrize(
    "source",
    [
        "date('yesterday')",
        "date('2026-02-30')",
        "date('2026-11-22T25:00')",
        "date(true())",
        "date-time(t)",
        "date(1 div 0)",
        "date(99999999999)",
        "decimal-date-time('x')",
        "format-date('x', '%Y')",
        "format-date(d, '%q')",
        "format-date(d, '100%')",
    ],
)
def test_what_is_no_date_is_refused(source: str, worked_out: WorkedOut) -> None:
    with pytest.raises(InputFault, match="CP-1218"):
        worked_out(source)


@given(DAYS, st.integers(-40_000, 40_000), st.integers(-14, 14))
def test_days_add_and_subtract_without_loss(day: date, days: int, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    try:
        other = day + timedelta(days=days)
    except OverflowError:
        return
    if not 1650 < other.year < 2320:
        return
    number, later = to_number(day.isoformat(), zone), to_number(other.isoformat(), zone)
    assert later - number == days
    assert number + days == later
    moment = date_of_days(number, zone)
    assert moment is not None
    assert moment.date() == day


@given(st.datetimes(datetime(1900, 1, 1), datetime(2300, 1, 1)))
def test_moments_survive_being_numbers_to_the_millisecond(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    assert date_of_days(days_since_epoch(moment), UTC) == moment
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert float(number_text(days_since_epoch(moment))) == milliseconds / 86_400_000


def test_a_session_has_its_own_zone(open_session: Callable[..., Session]) -> None:
    assert open_session().evaluate("today()", "head") == "2026-11-22"
    assert open_session(zone=PHOENIX).evaluate("today()", "head") == "2026-11-21"
    assert open_session(zone=PHOENIX).state("visited").value == "2026-11-21"
