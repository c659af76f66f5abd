"""The code on paper is read back and compared with the file."""

from __future__ import annotations

from dataclasses import replace

import household_samples as samples
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.reports.verify import read_code, verify


def code(content: samples.HouseholdContent, *, record: str | None = None, digest: str | None = None) -> str:
    identity = content.identity
    shown = identity.record if record is None else record
    return f"CPDESK1|{identity.site}|{shown}|p1/4|{digest or content.hash()}"


def test_own_paper_agrees_with_and_without_the_record() -> None:
    content = samples.retrofit()
    assert verify(code(content), content).agrees
    assert verify(code(content, record=""), content).agrees
    assert read_code(code(content)).text() == code(content)


def test_differences_are_named() -> None:
    content = samples.retrofit()
    changed = replace(content, answer=content.answer + "。")
    assert verify(code(content), changed).differences == ("hash",)
    other = replace(content, identity=replace(content.identity, site="CP-YS-YL-018", record="x"))
    assert verify(code(content), other).differences == ("site", "record", "hash")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/1",
        "CPDESK1|CP-1||p1/4",
        "CPDESK1|CP-1||p5/4|7f3a91c4",
        "CPDESK1|CP-1||p1/4|7f3a91cz",
        "CPDESK1|CP-1||p1/4|7f3a91",
        "CPDESK2|CP-1||p1/4|7f3a91c4",
        "CPDESK1|||p1/4|7f3a91c4",
        "CPDESK1|CP-1||1/4|7f3a91c4",
    ],
)
def test_anything_else_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(InputFault) as caught:
        read_code(text)
    assert caught.value.code == "CP-1602"
    assert caught.value.remedy("zh")
