from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.forms.lexical import accepted, fits, normalise

KINDS = ["string", "int", "decimal", "date", "dateTime", "time", "geopoint", "geoshape", "boolean", "binary"]


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("decimal", "１２．５", "12.5"),
        ("decimal", "1,250.50", "1250.50"),
        ("decimal", "１，２５０", "1250"),
        ("decimal", "+.5", "0.5"),
        ("decimal", "-007", "-7"),
        ("decimal", "1,2", "1,2"),
        ("decimal", "abc", "abc"),
        ("int", "３", "3"),
        ("int", "4.0", "4"),
        ("int", "4.5", "4.5"),
        ("date", "2026/3/5", "2026-03-05"),
        ("date", "2026年3月5日", "2026-03-05"),
        ("date", "2026-02-30", "2026-02-30"),
        ("time", "8:30", "08:30"),
        ("dateTime", "2026-3-5 8:30", "2026-03-05T8:30"),
        ("geopoint", "40.22，116.23", "40.22 116.23"),
        ("geoshape", "40 116；40.1 116; 40.1，116.1", "40 116;40.1 116;40.1 116.1;40 116"),
        ("geotrace", "40 116; 40.1 116;", "40 116;40.1 116"),
        ("string", "１２", "１２"),
    ],
)
def test_typed_texts_become_lexical_values(kind: str, typed: str, stored: str) -> None:
    assert normalise(kind, typed) == stored


@pytest.mark.parametrize(
    ("kind", "text", "good"),
    [
        ("int", "5", True),
        ("int", "5.5", False),
        ("decimal", "1e5", False),
        ("date", "2026-02-29", False),
        ("date", "2028-02-29", True),
        ("geopoint", "91 0", False),
        ("geopoint", "40.2 116.2 55 4", True),
        ("time", "24:00", False),
        ("geotrace", "40 116;40.1 116;", True),
        ("geotrace", "40 116", False),
        ("geoshape", "40 116;40.1 116;40 116", False),
        ("geoshape", "40 116;40.1 116;40.1 116.1;40 116;", True),
        ("string", "anything", True),
    ],
)
def test_what_fits_a_type(kind: str, text: str, good: bool) -> None:
    assert fits(kind, text) is good


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        ("int", "10.9", "10"),
        ("int", "-.5", "0"),
        ("int", "2147483647", "2147483647"),
        ("int", "2147483648", ""),
        ("int", "9" * 400, ""),
        ("int", "abc", ""),
        ("decimal", "1e5", ""),
        ("date", "2026-03-05T08:30", "2026-03-05"),
        ("date", "2026-03-05T08:30Z", ""),
        ("dateTime", "2026-03-05", ""),
        ("time", "24:00:00", ""),
        (
            "geoshape",
            "40 116 0 0; 40.1 116 0 0; 40.1 116.1 0 0; 40 116 0 0;",
            "40 116 0 0;40.1 116 0 0;40.1 116.1 0 0;40 116 0 0",
        ),
        ("string", "anything", "anything"),
    ],
)
def test_what_a_form_reads_of_a_text(kind: str, text: str, read: str) -> None:
    assert accepted(kind, text) == read
    assert accepted(kind, read) == read


@given(st.sampled_from(KINDS), st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(kind: str, typed: str) -> None:
    once = normalise(kind, typed)
    assert normalise(kind, once) == once
