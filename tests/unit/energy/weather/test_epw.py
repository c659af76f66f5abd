"""Weather files: what is read, what is filled in, and what is refused by line, date, field, range and remedy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.energy.weather.climate import Weather
from cpdesk.energy.weather.epw import decode, read_epw

FIRST = 8  # index of the first line of data; people count from 1 and call it line 9
Change = Callable[[list[str]], None]


def edited(text: str, change: Change) -> str:
    lines = text.splitlines()
    change(lines)
    return "\n".join(lines)


def cell(line: int, column: int, value: str) -> Change:
    def change(lines: list[str]) -> None:
        cells = lines[line].split(",")
        cells[column] = value
        lines[line] = ",".join(cells)

    return change


def column(number: int, value: str, hours: slice = slice(None)) -> Change:
    def change(lines: list[str]) -> None:
        for line in range(FIRST, len(lines))[hours]:
            cell(line, number, value)(lines)

    return change


def refused(text: str) -> InputFault:
    with pytest.raises(InputFault) as caught:
        read_epw(text)
    for language in ("zh", "en"):
        assert str(caught.value.fields["line"]) in caught.value.message(language)
        assert caught.value.remedy(language)
    return caught.value


def test_a_year_is_read(sample_epw: str) -> None:
    weather = read_epw(sample_epw, name="Sample")
    assert (weather.name, weather.latitude_deg, weather.time_zone_h, weather.altitude_m) == ("Sample", 40.2, 8.0, 80.0)
    assert weather.temperature_c.shape == (8760,)
    ends = [float(sample_epw.splitlines()[FIRST + at].split(",")[6]) for at in (13, 14)]
    assert weather.temperature_c[14] == pytest.approx(sum(ends) / 2)
    assert weather.sky_ir_w_m2 == pytest.approx(300)
    assert weather.notes == ()


def test_readings_stand_at_the_end_of_their_hour_and_sums_over_it(sample_epw: str) -> None:
    """Temperature, moisture, wind and sky were read at the hour's end; radiation is the sum of the hour before it."""

    def steps(lines: list[str]) -> None:
        for at, value in ((6, "0"), (7, "0"), (8, "50"), (12, "200"), (21, "2")):
            column(at, value)(lines)
        for at, value in ((6, "8"), (7, "4"), (8, "70"), (12, "300"), (21, "6")):
            cell(FIRST + 12, at, value)(lines)

    weather = read_epw(edited(sample_epw, steps))
    whole = read_epw(sample_epw)
    assert weather.humidity_pct is not None and weather.sky_ir_w_m2 is not None
    for values, low, high in (
        (weather.temperature_c, 0, 8), (weather.wind_m_s, 2, 6), (weather.humidity_pct, 50, 70),
        (weather.sky_ir_w_m2, 200, 300),
    ):  # fmt: skip
        middle = (low + high) / 2
        assert values[10:16] == pytest.approx([low, low, middle, middle, low, low])
    assert weather.global_w_m2 == pytest.approx(whole.global_w_m2)


def test_denver_is_read_as_the_file_says(denver_airport: Weather) -> None:
    assert denver_airport.temperature_c[1] == pytest.approx((-18.0 - 16.6) / 2)
    assert denver_airport.altitude_m == 1650
    assert -19.4 < denver_airport.temperature_c.min() < -18.5
    assert denver_airport.humidity_pct is not None
    assert denver_airport.notes == ()


def test_headers_of_any_kind_are_passed_over(sample_epw: str) -> None:
    heads = ["LOCATION,昌平,北京,CHN,CSWD,545110,40.2,116.2,8.0,80", "COMMENTS 1,夏令时", "", "whatever"]
    text = "\n".join(heads + sample_epw.splitlines()[FIRST:])
    for data in (text.encode("gb18030"), text.encode("utf-8-sig"), text.encode("utf-16"), text.encode()):
        assert read_epw(decode(data)).name == "昌平"
    assert read_epw("\ufeff" + text).name == "昌平"
    assert read_epw(decode(sample_epw.replace("Sample", "Z\xfcrich").encode("latin-1"))).humidity_pct is not None


def test_semicolons_and_decimal_commas(sample_epw: str) -> None:
    swapped = sample_epw.replace(",", ";").replace(".", ",")
    assert read_epw(swapped).temperature_c == pytest.approx(read_epw(sample_epw).temperature_c)


def test_leap_day_is_left_out_with_a_note(sample_epw: str) -> None:
    def leap(lines: list[str]) -> None:
        end_of_february = FIRST + 59 * 24
        extra = [line.replace(",2,28,", ",2,29,") for line in lines[end_of_february - 24 : end_of_february]]
        lines[end_of_february:end_of_february] = extra

    weather = read_epw(edited(sample_epw, leap))
    assert [note.text_key for note in weather.notes] == ["energy.weather.note.leap_day"]
    assert weather.temperature_c == pytest.approx(read_epw(sample_epw).temperature_c)

    def half_a_leap_day(lines: list[str]) -> None:
        leap(lines)
        del lines[FIRST + 59 * 24 + 12 : FIRST + 60 * 24]

    assert refused(edited(sample_epw, half_a_leap_day)).code == "CP-1315"


def test_short_gaps_are_filled_and_counted(sample_epw: str) -> None:
    noon = 4000 // 24 * 24 + 12
    whole = read_epw(sample_epw)

    def gaps(lines: list[str]) -> None:
        column(6, "99.9", slice(noon - 1, noon + 2))(lines)
        column(13, "9999", slice(noon, noon + 1))(lines)
        column(13, "9999", slice(4000 // 24 * 24, 4000 // 24 * 24 + 3))(lines)  # at night: known to be 0

    weather = read_epw(edited(sample_epw, gaps))
    counted = {str(note.fields["field"]).rpartition(".")[2]: note.fields["hours"] for note in weather.notes}
    assert counted == {"temperature": 3, "global": 1}
    before, after = (float(sample_epw.splitlines()[FIRST + at].split(",")[6]) for at in (noon - 2, noon + 2))
    assert weather.temperature_c[noon] == pytest.approx(before + (after - before) * 1.5 / 4)  # half an hour ago
    assert weather.global_w_m2[noon] == pytest.approx(whole.global_w_m2[noon], rel=0.05)
    assert weather.global_w_m2[4000 // 24 * 24] == 0


def test_a_gap_over_the_new_year_is_filled_from_both_ends(sample_epw: str) -> None:
    def gap(lines: list[str]) -> None:
        column(6, "99.9", slice(0, 2))(lines)
        column(6, "", slice(8758, 8760))(lines)

    weather = read_epw(edited(sample_epw, gap))
    assert weather.notes[0].fields["hours"] == 4
    low, high = sorted((weather.temperature_c[8757], weather.temperature_c[2]))
    assert low - 0.01 <= weather.temperature_c[0] <= high + 0.01


def test_long_gaps_are_refused(sample_epw: str) -> None:
    fault = refused(edited(sample_epw, column(6, "99.9", slice(1000, 1007))))
    assert (fault.code, fault.fields["line"], fault.fields["hours"]) == ("CP-1314", FIRST + 1001, 7)
    assert "干球温度" in fault.message("zh")
    assert "02-11 17:00" in fault.message("zh")
    assert refused(edited(sample_epw, column(6, "99.9"))).code == "CP-1317"
    assert refused(edited(sample_epw, column(21, "999"))).code == "CP-1317"


def test_what_is_not_needed_may_be_missing(sample_epw: str) -> None:
    def without(lines: list[str]) -> None:
        column(12, "9999")(lines)
        column(8, "999", slice(100, 200))(lines)

    weather = read_epw(edited(sample_epw, without))
    keys = [note.text_key.rpartition(".")[2] for note in weather.notes]
    assert keys == ["left_out", "sky_from_clouds"]
    assert weather.sky_ir_w_m2 is not None
    assert 200 < weather.sky_ir_w_m2.mean() < 400
    assert weather.humidity_pct is not None  # from the dew point

    def dry(lines: list[str]) -> None:
        for number, value in ((7, "99.9"), (8, "999"), (12, "9999")):
            column(number, value)(lines)

    weather = read_epw(edited(sample_epw, dry))
    assert weather.humidity_pct is None
    assert weather.sky_ir_w_m2 is None


@pytest.mark.parametrize("empty", ["9999", "", "0"])
def test_global_alone_is_split(sample_epw: str, empty: str) -> None:
    def change(lines: list[str]) -> None:
        column(14, empty)(lines)
        column(15, empty)(lines)

    weather = read_epw(edited(sample_epw, change))
    assert [note.text_key for note in weather.notes] == ["energy.weather.note.split"]
    whole = weather.direct_w_m2 * weather.sun.cosine + weather.diffuse_w_m2
    assert whole == pytest.approx(weather.global_w_m2, abs=1e-6)


def test_global_may_be_missing_where_its_parts_are_there(sample_epw: str) -> None:
    weather = read_epw(edited(sample_epw, column(13, "9999")))
    assert [note.text_key for note in weather.notes] == ["energy.weather.note.summed"]
    assert weather.global_w_m2.max() > 300
    fault = refused(edited(edited(sample_epw, column(13, "9999")), column(15, "9999")))
    assert (fault.code, fault.fields["field_en"]) == ("CP-1317", "global horizontal radiation")


def test_diffuse_of_the_file_is_kept_when_only_direct_is_missing(sample_epw: str) -> None:
    weather = read_epw(edited(sample_epw, column(14, "9999")))
    high = weather.sun.cosine > 0.1
    expected = np.minimum(read_epw(sample_epw).diffuse_w_m2, weather.global_w_m2)
    assert weather.diffuse_w_m2[high] == pytest.approx(expected[high])
    assert weather.direct_w_m2.max() <= 1500


@pytest.mark.parametrize(
    ("number", "value", "code"),
    [(6, "61", "CP-1313"), (6, "-60.5", "CP-1313"), (13, "1501", "CP-1313"), (14, "-50", "CP-1313"),
     (9, "1013", "CP-1313"), (6, "warm", "CP-1312"), (21, "-1", "CP-1313"), (8, "-5", "CP-1313"),
     (1, "x", "CP-1315"), (6, "nan", "CP-1312"), (6, "1e400", "CP-1312")],
)  # fmt: skip
def test_impossible_values_are_refused_by_line(sample_epw: str, number: int, value: str, code: str) -> None:
    fault = refused(edited(sample_epw, cell(FIRST + 500, number, value)))
    assert (fault.code, fault.fields["line"]) == (code, FIRST + 501)


def test_hours_must_be_in_order(sample_epw: str) -> None:
    def missing(lines: list[str]) -> None:
        del lines[FIRST + 30]

    def doubled(lines: list[str]) -> None:
        lines.insert(FIRST + 30, lines[FIRST + 30])

    def swapped(lines: list[str]) -> None:
        lines[FIRST + 30], lines[FIRST + 31] = lines[FIRST + 31], lines[FIRST + 30]

    def cut(lines: list[str]) -> None:
        del lines[FIRST + 8000 :]

    def again(lines: list[str]) -> None:
        lines.extend(lines[FIRST : FIRST + 24])

    places = {missing: 31, doubled: 32, swapped: 31, cut: 8001, again: 8761}
    for change, line in places.items():
        fault = refused(edited(sample_epw, change))
        assert (fault.code, fault.fields["line"]) == ("CP-1315", FIRST + line), change


def test_more_than_one_value_an_hour_is_refused(sample_epw: str) -> None:
    assert refused(sample_epw.replace("DATA PERIODS,1,1", "DATA PERIODS,1,4")).code == "CP-1316"

    def quarters(lines: list[str]) -> None:
        data = lines[FIRST:]
        lines[FIRST:] = [line.replace(",0,flags", f",{minute},flags") for line in data for minute in (15, 30, 45, 60)]

    fault = refused(edited(sample_epw, quarters))
    assert (fault.code, fault.fields["line"]) == ("CP-1316", FIRST + 2)


@pytest.mark.parametrize(
    ("before", "after"), [("40.2,116.2", "140.2,116.2"), ("40.2,116.2", "40.2,-116.2"), (",8.0,80.0", ",8.0,x")]
)
def test_a_place_that_cannot_be_is_refused(sample_epw: str, before: str, after: str) -> None:
    fault = refused(sample_epw.replace(before, after, 1))
    assert (fault.code, fault.fields["line"]) == ("CP-1311", 1)


def test_a_clock_that_does_not_fit_the_place_is_refused(sample_epw: str) -> None:
    def late(lines: list[str]) -> None:
        sun = [line.split(",")[13] for line in lines[FIRST:]]
        for at, value in enumerate(np.roll(sun, 5)):
            cell(FIRST + at, 13, str(value))(lines)

    assert refused(edited(sample_epw, late)).code == "CP-1318"


def test_other_files_are_no_weather(sample_epw: str) -> None:
    for text in ("", "hello", "\x00\x01", "a,b,c\n1,2,3", sample_epw.replace("LOCATION", "LUCATION", 1)):
        assert refused(text).code == "CP-1310"


DAMAGE = st.tuples(
    st.sampled_from(["cell", "cut", "drop", "double", "line"]),
    st.one_of(st.integers(0, 12), st.integers(0, 8767)),
    st.integers(0, 34),
    st.one_of(
        st.text(max_size=8), st.floats().map(str), st.integers().map(str), st.sampled_from(["9999", "-0.5", "1e3", ""])
    ),
)


@settings(max_examples=60, deadline=None)
@given(damage=st.lists(DAMAGE, min_size=1, max_size=4))
def test_damage_is_read_or_named_by_its_line(sample_epw: str, damage: list[tuple[str, int, int, str]]) -> None:
    """Whatever happens to a file: it is a year of plausible weather, or a fault that names a line."""
    lines = sample_epw.splitlines()
    for kind, place, number, text in damage:
        at = min(place, len(lines) - 1)
        if kind == "cell":
            cells = lines[at].split(",")
            cells[min(number, len(cells) - 1)] = text
            lines[at] = ",".join(cells)
        elif kind == "cut":
            lines[at:] = [lines[at][:number]]
        elif kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "line":
            lines[at] = text
    try:
        weather = read_epw(decode("\n".join(lines).encode("utf-8", "surrogatepass")))
    except InputFault as fault:
        assert int(str(fault.fields["line"])) >= 1
        assert str(fault.fields["line"]) in fault.message("zh")
        assert fault.remedy("en")
    else:
        for values in (weather.temperature_c, weather.global_w_m2, weather.direct_w_m2, weather.diffuse_w_m2):
            assert np.isfinite(values).all()
        assert -60 <= weather.temperature_c.min() <= weather.temperature_c.max() <= 60
