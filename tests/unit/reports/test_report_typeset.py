"""Lines of Chinese with figures, units and marks break where a printer would break them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.reports.typeset import NO_END, NO_START, Line, Marks, bare, break_lines, spans_of, width_of

MARKS = Marks((("M", "测"), ("B", "票"), ("E", "估"), ("D", "默"), ("U", "待核")))
ALPHABET = "自家出以后每年省约元，。、；（）「」·12,340.5 ℃%m² kWh王"


def lines_of(text: str, width_pt: float, size: float = 10.5) -> tuple[Line, ...]:
    return break_lines(text, width_pt=width_pt, size=size, marks=MARKS)


def texts(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(span.text or f"{{{span.mark}}}" for span in line.spans) for line in lines]


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from([*ALPHABET, "1,340 元", "{D}", "**", "kWh"]), max_size=80).map("".join),
    st.floats(60, 400),
)
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width_pt: float) -> None:
    lines = lines_of(text, width_pt)
    assert all(line.width_pt <= width_pt + 0.02 for line in lines)
    kept = "".join(texts(lines)).replace(" ", "")
    assert kept == "".join(span.text or f"{{{span.mark}}}" for span in spans_of(text)).replace(" ", "")


@settings(max_examples=200)
@given(st.text(alphabet="自家出以后每年省，。、；（）「」·%", min_size=1, max_size=60))
def test_no_line_starts_with_closing_or_ends_with_opening_punctuation(text: str) -> None:
    lines = texts(lines_of(text, 2000))
    assert len(lines) == 1
    runs = max((len(run) for run in _clusters(text)), default=0)
    broken = texts(lines_of(text, max(60.0, runs * 10.5 + 1)))
    for before, after in itertools.pairwise(broken):
        assert before[-1] not in NO_END
        assert after[0] not in NO_START


def _clusters(text: str) -> list[str]:
    """What must stay together: an opening mark with what follows, a closing one with what stands before."""
    clusters: list[str] = []
    for character in text:
        if clusters and (character in NO_START or clusters[-1][-1] in NO_END):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


@pytest.mark.parametrize(
    "kept", ["1,340 元", "118 m²", "15.8 ℃", "−7.6 ℃", "0.558 kgCO₂/kWh", "2026110301", "farmhouse"]
)
def test_a_figure_stays_with_its_unit_and_a_word_whole(kept: str) -> None:
    for width_pt in range(97, 200, 7):
        assert any(kept in line for line in texts(lines_of(f"以后每年省约{kept}左右，可以", float(width_pt))))


def test_a_mark_stays_with_what_it_marks() -> None:
    for width_pt in range(30, 140, 3):
        assert not any(line.startswith("{") for line in texts(lines_of("补贴八千元{U}外墙没看到{D}", float(width_pt))))


def test_what_is_wider_than_the_column_is_cut_between_characters() -> None:
    lines = lines_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 50)
    assert len(lines) > 3
    assert "".join(texts(lines)) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_bold_and_marks_are_told_from_text() -> None:
    assert [(span.text, span.bold, span.mark) for span in spans_of("甲**乙**{M}")] == [
        ("甲", False, ""),
        ("乙", True, ""),
        ("", False, "M"),
    ]
    assert bare("甲**乙**{M}") == "甲乙"
    assert width_of(spans_of("{M}"), 10, MARKS) > 0


def test_long_names_wrap_after_the_dot() -> None:
    assert texts(lines_of("阿卜杜热合曼·买买提", 7 * 10.5 + 1)) == ["阿卜杜热合曼·", "买买提"]
