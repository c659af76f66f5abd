"""Many cases, one after the other: what was the same, what a rule explains, what nothing explains.

From the command line, for one seed or a range (the form, what was done and the difference are printed):

    python tests/fuzz/fuzz_run.py 4711
    python tests/fuzz/fuzz_run.py 0 10000
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fuzz_cases import make_case
from fuzz_compare import Difference, Engine, compare
from fuzz_explained import explain
from fuzz_forms import Case
from fuzz_shrink import shrink


@dataclass
class Unexplained:
    """A difference that no rule explains, with the smallest form that shows it."""

    seed: int
    difference: Difference
    smallest: Case

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.difference}\n  {self.smallest.xml()}\n  {self.smallest.operations}\n"
            f"  again: python tests/fuzz/fuzz_run.py {self.seed}"
        )


@dataclass
class Report:
    """`explained` counts cases by rule; a case counts once, at its first difference. `tolerated` counts cases with
    something that was only written in another way."""

    same: int = 0
    tolerated: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[Unexplained] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.same} the same"]
        lines += [f"{number} with something written in another way: {name}" for name, number in self.tolerated.items()]
        lines += [f"{number} explained: {name}" for name, number in self.explained.most_common()]
        lines += [f"{len(self.unexplained)} not explained", *map(str, self.unexplained)]
        return "\n".join(lines)


def _kind(difference: Difference) -> tuple[str, str]:
    """Shrinking must not go from one refusal or failure to another one."""
    if difference.what == "failure":
        return difference.what, str(difference.theirs).partition(":")[0]
    if difference.what in ("refusal", "operation"):
        return difference.what, str(difference.ours)[:7]
    return difference.what, ""


def run(seeds: Iterable[int], engine: Engine) -> Report:
    """Compare the cases of these seeds."""
    report = Report()
    for seed in seeds:
        case = make_case(seed)
        seen: set[str] = set()
        difference = compare(case, engine, seen=seen)
        report.tolerated.update(seen)
        if difference is None:
            report.same += 1
            continue
        smallest, last = shrink(case, engine, difference, _kind)
        name = explain(last, smallest, engine)
        if name:
            report.explained[name] += 1
        else:
            report.unexplained.append(Unexplained(seed, last, smallest))
    return report


def main(arguments: list[str]) -> int:
    """One seed, or a range of seeds; the exit code is 1 when something is not explained."""
    from cpdesk.operations.bench.javarosa import JavaRosa, missing_part

    if missing_part():
        print(f"JavaRosa cannot run here: {missing_part()} is missing")
        return 2
    first, last = int(arguments[0]), int(arguments[-1]) if len(arguments) > 1 else int(arguments[0]) + 1
    if last == first + 1:
        case = make_case(first)
        print(f"{case.xml()}\n{case.operations}\n")
    with JavaRosa() as engine:
        report = run(range(first, last), engine)
    print(report)
    return 1 if report.unexplained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
