"""How fast a form is loaded, answered and offers choices, beside JavaRosa, the engine of phones."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cpdesk.base.clock import SystemClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.paths import Paths
from cpdesk.base.progress import Step
from cpdesk.context import open_context
from cpdesk.forms.files.external import ChoiceTable
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.operations.bench.javarosa import JavaRosa, missing_part
from cpdesk.operations.bench.stopwatch import BenchResult, median, percentile, time_each_ms
from cpdesk.operations.describe import describe_record

_QUESTIONS: Final = 300
_ANSWERS: Final = 600
_CHOICES: Final = 20_000
_CASCADES: Final = 200
_CASCADE_FORM: Final = """
| survey |                                |          |       |                              |
|        | type                           | name     | label | choice_filter                |
|        | text                           | village  | V     |                              |
|        | select_one_from_file wells.csv | well     | W     | village = ${village}         |
| settings |                              |          |       |                              |
|        | form_id                        | version  | form_title |                         |
|        | cascade                        | 1        | Cascade |                            |
"""


def measure_form(*, step: Step) -> BenchResult:
    """A form of 300 questions and 400 expressions, loaded, then answered at random places: by us and by JavaRosa."""
    xml = compile_xlsform(_large_form(), name="bench")
    clock = SystemClock()
    load_form(xml)
    loads = time_each_ms(lambda _: load_form(xml), 7)
    session = Session(load_form(xml), clock=clock, new_id=IdMaker(clock).new)
    rng = random.Random(5)  # noqa: S311 - sample data
    answers = [(number, str(rng.randint(1, 50))) for number in rng.choices(range(_QUESTIONS), k=_ANSWERS)]

    def answer(index: int) -> None:
        number, value = answers[index]
        session.set(f"g{number // 30}/q{number}", value)
        step(index + 1, _ANSWERS)

    spent = time_each_ms(answer, _ANSWERS)
    metrics = {
        "questions": _QUESTIONS,
        "expressions": 400,
        "load_ms": median(loads),
        "answer_ms_median": median(spent),
        "answer_ms_p95": percentile(spent, 95),
        **_cascade(),
    }
    missing = missing_part()
    if missing:
        return BenchResult("form", metrics, {"cli.bench.no_javarosa": missing})
    return BenchResult("form", {**metrics, **_javarosa(xml, answers)})


def _cascade() -> dict[str, float]:
    """From an answer to the choices it leaves of 20,000 wells, 50 to a village: of a list in the form itself, and of a
    file that lies in the encrypted store."""
    rows = [f"w{number},Well {number},v{number % (_CHOICES // 50)}" for number in range(_CHOICES)]
    inline, found = _cascade_times(_CASCADE_FORM.replace("_from_file wells.csv", " wells") + _choices(rows), {})
    content = "\n".join(("name,label,village", *rows)).encode()
    with tempfile.TemporaryDirectory(prefix="cpdesk-bench-") as folder:
        key = secrets.token_bytes(32)
        ctx = open_context(Paths.under(Path(folder)), key, describe=describe_record, create=True)
        try:
            ctx.store.forms.add("cascade", "1", "<form/>", "bench", {"wells.csv": content})
            filed, _ = _cascade_times(_CASCADE_FORM, ctx.store.forms.files.tables("cascade", "1"))
        finally:
            ctx.close()
    return {
        "cascade_rows": _CHOICES,
        "cascade_choices_median": found,
        "cascade_20000_ms": median(inline),
        "cascade_20000_ms_p95": percentile(inline, 95),
        "cascade_file_20000_ms": median(filed),
        "cascade_file_20000_ms_p95": percentile(filed, 95),
    }


def _choices(rows: list[str]) -> str:
    lines = [f"| | wells | {row.replace(',', ' | ')} |" for row in rows]
    return "\n".join(("| choices |", "| | list_name | name | label | village |", *lines)) + "\n"


def _cascade_times(source: str, files: Mapping[str, ChoiceTable]) -> tuple[list[float], float]:
    """Milliseconds of each step, and how many choices a step leaves."""
    clock = SystemClock()
    form = load_form(compile_xlsform(source, name="cascade"))
    session = Session(form, clock=clock, new_id=IdMaker(clock).new, files=files)
    found: list[float] = []

    def choose(index: int) -> None:
        session.set("village", f"v{index}")
        found.append(len(session.state("well").choices))

    return time_each_ms(choose, _CASCADES), median(found)


def _javarosa(xml: str, answers: list[tuple[int, str]]) -> dict[str, float]:
    """The same form and answers in JavaRosa. Everything is done before it is measured, so that Java has compiled it."""
    given = [[f"/data/g{number // 30}/q{number}", value] for number, value in answers]
    with JavaRosa() as engine:
        measured = engine.ask({"xml": xml, "answers": given * 3, "loads": 40})
    spent = measured["answer_ms"][-len(given) :]
    return {
        "javarosa_load_ms": median(measured["load_ms"][-7:]),
        "javarosa_answer_ms_median": median(spent),
        "javarosa_answer_ms_p95": percentile(spent, 95),
    }


def _large_form() -> str:
    """100 questions with a rule of relevance, 100 with a limit, 200 calculations that read neighbours and sums."""
    lines = ["| survey | type | name | label | relevant | constraint | calculation |"]
    for group in range(10):
        lines.append(f"| | begin group | g{group} | G {group} | | | |")
        for number in range(group * 30, group * 30 + 30):
            relevant = f"${{q{number - 1}}} != 49" if number % 3 == 1 else ""
            constraint = f". < 1000 + ${{q{number - 2}}}" if number % 3 == 2 else ""
            lines.append(f"| | integer | q{number} | Q {number} | {relevant} | {constraint} | |")
        for number in range(group * 20, group * 20 + 20):
            first, second = group * 30 + number % 30, group * 30 + (number * 7) % 30
            before = f" + ${{c{number - 1}}} * 0" if number % 20 else ""
            total = f"coalesce(${{q{first}}}, 0) + coalesce(${{q{second}}}, 0){before}"
            lines.append(f"| | calculate | c{number} | C | | | {total} |")
        lines.append("| | end group | | | | | |")
    lines += ["| settings | form_id | version | form_title |", "| | bench | 1 | Bench |"]
    return "\n".join(lines) + "\n"
