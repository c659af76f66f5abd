"""Random forms and answers in our engine and in JavaRosa, the engine of phones: no difference without a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fuzz_cases import make_case
from fuzz_compare import TOLERATED, Difference, compare
from fuzz_explained import RULES
from fuzz_run import run
from fuzz_shrink import shrink

from cpdesk.operations.bench.javarosa import JavaRosa, missing_part

DAILY = 150
THOROUGH = 10_000


@pytest.fixture(scope="module")
def engine() -> Iterator[JavaRosa]:
    missing = missing_part()
    if missing:
        pytest.skip(f"JavaRosa cannot run here: {missing} is missing")
    with JavaRosa() as started:
        yield started


def test_a_sample_of_cases_has_no_unexplained_difference(engine: JavaRosa) -> None:
    report = run(range(DAILY), engine)
    assert not report.unexplained, str(report)
    assert report.same >= DAILY * 0.85, str(report)


@pytest.mark.slow
def test_ten_thousand_cases_have_no_unexplained_difference(
    engine: JavaRosa, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run(range(THOROUGH), engine)
    with capsys.disabled():
        print(f"\n{report}")
    assert not report.unexplained, str(report)
    assert report.same >= THOROUGH * 0.9, str(report)


def test_a_seed_always_makes_the_same_case() -> None:
    assert make_case(7).request() == make_case(7).request()
    assert make_case(7).request() != make_case(8).request()


def test_each_reason_is_in_the_documentation(checkout: Path) -> None:
    text = " ".join((checkout / "docs" / "forms.md").read_text(encoding="utf-8").split())
    said = {rule.name: rule.reason for rule in RULES} | TOLERATED
    assert [name for name, reason in said.items() if f"**{name}**: {reason}" not in text] == []


class Altered:
    """JavaRosa with one mistake put into it, to see that the comparison notices."""

    def __init__(self, engine: JavaRosa) -> None:
        self._engine = engine

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._engine.ask(request)
        for step in answer.get("steps", []):
            for node in step.get("nodes", {}).values():
                if node.get("value") == "12":
                    node["value"] = "13"
        return answer


def test_a_mistake_is_noticed_and_made_small(engine: JavaRosa) -> None:
    altered = Altered(engine)
    seed, found = next(
        (seed, found)
        for seed in range(500)
        if compare(make_case(seed), engine) is None and (found := compare(make_case(seed), altered)) is not None
    )
    assert (found.what, found.ours, found.theirs) == ("value", "12", "13")
    smallest, last = shrink(make_case(seed), altered, found, _what)
    assert last.what == "value"
    assert len(smallest.xml()) < len(make_case(seed).xml()) / 2
    assert len(smallest.operations) <= 1


def _what(difference: Difference) -> str:
    return difference.what
