"""The form engine against the conformance corpora of ODK Web Forms and JavaRosa.

The floors are what the engine reached when they were written; it must never reach less. Groups that fail are printed,
so that the gap is plain; `cpdesk verify forms` prints each case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cpdesk.operations.verification.cases import Case
from cpdesk.operations.verification.corpora.reading import Deviations, read_deviations
from cpdesk.operations.verification.corpora.scenarios import verify_scenarios
from cpdesk.operations.verification.corpora.xpath import verify_javarosa, verify_web_forms

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "conformance"


@pytest.mark.parametrize(
    ("file", "verify", "floor"),
    [
        ("xpath.jsonl", verify_web_forms, 1_239),
        ("javarosa_xpath.json", verify_javarosa, 174),
        ("scenario.jsonl", verify_scenarios, 305),
    ],
)
def test_corpus(
    file: str,
    verify: Callable[[Path, Deviations], Iterator[Case]],
    floor: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = CORPORA / file
    if not path.exists():
        pytest.skip(f"conformance corpus {file} is not beside the checkout")
    cases = list(verify(path, read_deviations()))
    failed = [case for case in cases if not case.passed]
    with capsys.disabled():
        print(f"\n{file}: {len(cases) - len(failed)} of {len(cases)} pass")
        for group, count in Counter(case.name.split(": ")[1] for case in failed).most_common():
            print(f"  {count:4} fail in {group}")
    assert len(cases) - len(failed) >= floor
