"""Masks: what is hidden, what is left alone, and that a mask is known as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.model.masking import MASK, is_masked, mask_personal, mask_telltale


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("13800001234", "138████1234"),
        ("138 0000 1234", "138 ████ 1234"),
        ("+86 138-0000-1234", "+86 1██-████-1234"),
        ("010-69740000", "010-████0000"),
        ("69740000", "69████00"),
        ("11011419800101123X", "110███████████123X"),
        ("户主 13800001234，儿子 13900005678", "户主 138████1234，儿子 139████5678"),
        ("１３８００００１２３４", "１３８████１２３４"),
    ],
)
def test_numbers_in_a_personal_answer_are_hidden(value: str, masked: str) -> None:
    assert mask_personal(value) == masked
    assert is_masked(masked) and not is_masked(value)


@pytest.mark.parametrize(
    "value",
    [
        "张三（样例）",
        "12号院3排",
        "2026-11-23",
        "40.2183712 116.1234567 55.0 5.0",
        "0123456789abcdef" * 4 + ".jpg",
        "019abcde-0000-7000-8000-000000000001",
        "6",
    ],
)
def test_what_is_no_number_of_a_person_stays(value: str) -> None:
    assert mask_personal(value) == value
    assert mask_telltale(value) == value


@pytest.mark.parametrize("value", ["13800001234", "010-69740000", "11011419800101123X", "打 138 0000 1234 问"])
def test_what_looks_like_a_telephone_or_an_identity_number_is_hidden_anywhere(value: str) -> None:
    assert is_masked(mask_telltale(value))


@pytest.mark.parametrize("value", ["1234567890", "电表 20263344551", "面积 86.5", "D-2026-000123"])
def test_other_figures_of_unmarked_answers_stay(value: str) -> None:
    assert mask_telltale(value) == value


@given(st.text(st.sampled_from("0123456789 -Xx.张号aZ"), max_size=40))
def test_masking_hides_digits_only_changes_no_length_and_is_final(value: str) -> None:
    masked = mask_personal(value)
    assert len(masked) == len(value)
    assert all(after in (before, MASK) for before, after in zip(value, masked, strict=True))
    assert mask_personal(masked) == masked


@given(st.integers(13_000_000_000, 19_999_999_999))
def test_no_mobile_telephone_survives(number: int) -> None:
    for value in (str(number), f"电话{number}。", f"{number // 10**8} {number % 10**8}"):
        assert str(number)[3:7] not in mask_personal(value).replace(" ", "") or str(number)[3:7] in str(number)[7:]
