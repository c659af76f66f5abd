"""The forms the program ships, and the engine that runs them.

Shipped forms are compiled anew, loaded, whole in both languages, and bound to quantities that exist. The engine is held
against the public conformance corpora where they are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cpdesk.base import tables
from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import CpdeskError
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.context import SHIPPED_FORMS
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.operations.verification.cases import Case, Verification
from cpdesk.operations.verification.corpora.reading import read_deviations
from cpdesk.operations.verification.corpora.scenarios import verify_scenarios
from cpdesk.operations.verification.corpora.xpath import verify_javarosa, verify_web_forms


def verify_forms(data: Path) -> Verification:
    """Check every shipped form, and the engine against the corpora in `data`/conformance."""
    cases = [case for name in SHIPPED_FORMS for case in _cases(name)]
    left_out: list[str] = []
    deviations = read_deviations()
    for file, verify in (
        ("xpath.jsonl", verify_web_forms),
        ("javarosa_xpath.json", verify_javarosa),
        ("scenario.jsonl", verify_scenarios),
    ):
        path = data / "conformance" / file
        if path.exists():
            cases.extend(verify(path, deviations))
        else:
            left_out.append(f"{path}: not there")
    return Verification("forms", tuple(cases), tuple(left_out))


def _cases(name: str) -> Iterator[Case]:
    source = resource_path(f"forms/{name}.md").read_text(encoding="utf-8")
    shipped = resource_path(f"forms/{name}.xml").read_text(encoding="utf-8")
    try:
        compiled = compile_xlsform(source, name=name)
        form = load_form(shipped)
    except CpdeskError as error:
        yield Case(f"{name}: compiles and loads", False, str(error), "no error")
        return
    yield Case(f"{name}: the shipped XForm is the compiled source", compiled.strip() == shipped.strip())
    yield from _whole(name, form)
    clock = SystemClock()
    session = Session(form, clock=clock, new_id=IdMaker(clock).new)
    again = Session(form, session.answers(), clock=clock, new_id=IdMaker(clock).new)
    same = again.answers() == session.answers()
    yield Case(f"{name}: an untouched survey reads back as it was saved", same)


def _whole(name: str, form: Form) -> Iterator[Case]:
    untold = [node.path for node in form.nodes if node.control and len(node.label) < len(form.languages)]
    yield Case(f"{name}: every question has its label in every language", not untold, " ".join(untold[:5]))
    columns = {"name": tables.text, "unit": tables.maybe_text}
    declared = sorted(resource_path("tables").glob("quantities*.csv"))
    units = {row["name"]: row["unit"] for table in declared for row in tables.read_table(table, columns)}
    unknown = [one.quantity for one in form.quantities.values() if one.quantity not in units]
    yield Case(f"{name}: every bound quantity is in the table", not unknown, " ".join(unknown[:5]))
    differing = [one.quantity for one in form.quantities.values() if one.unit != units.get(one.quantity, one.unit)]
    yield Case(f"{name}: form and table agree on every unit", not differing, " ".join(differing[:5]))
