"""Reading a corpus, and the list of differences that are admitted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cpdesk.base import tables
from cpdesk.base.resources import resource_path
from cpdesk.operations.verification.cases import Case

_DEVIATIONS: Final = "forms/deviations.csv"
Deviations = Mapping[tuple[str, str], str]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """A corpus of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_deviations() -> Deviations:
    """Which cases of which corpus are known to differ, and the name of the reason; docs/forms.md explains each."""
    columns = {"corpus": tables.text, "case": tables.text, "reason": tables.text}
    rows = tables.read_table(resource_path(_DEVIATIONS), columns)
    return {(row["corpus"], row["case"]): row["reason"] for row in rows}


def case_of(corpus: str, name: str, difference: str, deviations: Deviations) -> Case:
    """A case that differs as said; "" when it does not differ."""
    return Case(
        f"{corpus}: {name}",
        not difference,
        found=difference,
        admitted=deviations.get((corpus, name.strip()), "") if difference else "",
    )
