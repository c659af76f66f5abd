"""Whatever a person does, the state is that of a fresh opening of the same answers."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpdesk.forms.form import Form
from cpdesk.forms.session import Session

LEAVES = ("area", "wall", "inner", "rooms")
VALUES = st.sampled_from(["", "0", "1", "2", "3", "17.5", "abc", "brick", "stone", "coal", "wood", "coal wood"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["set", "leaf", "add", "remove", "move", "room", "language"]), st.integers(0, 9), VALUES),
    max_size=25,
)


def apply(session: Session, step: tuple[str, int, str], stored: dict[str, str]) -> None:
    """One step of a person; a store that writes only what was touched must end with the same answers."""
    kind, number, value = step
    items = session.children("yard/building")
    touched = None
    if kind == "set":
        touched = session.set(("head", "fuels", "coal/coal_t", "visited")[number % 4], value)
    elif kind == "leaf" and items:
        touched = session.set(f"{items[number % len(items)]}/{LEAVES[number % 4]}", value)
    elif kind == "add" and len(items) < 5:
        _, touched = session.add_item("yard/building", items[number % len(items)] if items else None)
    elif kind == "remove" and items:
        touched = session.remove_item(items[number % len(items)])
    elif kind == "move" and len(items) > 1:
        touched = session.move_item(items[number % len(items)], items[(number + 1) % len(items)])
    elif kind == "room" and items:
        rooms = session.children(f"{items[0]}/room")
        touched = session.set(f"{rooms[number % len(rooms)]}/room_area", value) if rooms else None
    elif kind == "language":
        touched = session.set_language("en" if number % 2 else "zh")
    for path, text in (touched.values if touched else {}).items():
        if text is None:
            stored.pop(path, None)
        else:
            stored[path] = text


def everything(session: Session, path: str = "") -> list[Any]:
    states = [session.state(path)] if path else []
    is_leaf = path != "" and session.definition(path).is_leaf
    return states + (
        [] if is_leaf else [state for child in session.children(path) for state in everything(session, child)]
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_course_ends_like_a_fresh_opening(farm: Form, open_session: Any, steps: list[tuple[str, int, str]]) -> None:
    session = open_session()
    stored = dict(session.answers())
    for step in steps:
        apply(session, step, stored)
    assert stored == session.answers()
    fresh = open_session(session.answers(), language=session.language)
    assert fresh.opened.values == {}
    assert fresh.answers() == session.answers()
    assert everything(fresh) == everything(session)
    assert fresh.validate() == session.validate()
    assert fresh.submission_answers() == session.submission_answers()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_what_is_not_touched_has_not_changed(farm: Form, open_session: Any, steps: list[tuple[str, int, str]]) -> None:
    """A view that repaints only `touched.states` is never stale."""
    session = open_session()
    before = {state.path: state for state in everything(session)}
    seen = count()
    for step in steps:
        touched = _touched_by(session, step)
        after = {state.path: state for state in everything(session)}
        stale = [path for path in after if path in before and after[path] != before[path] and path not in touched]
        assert stale == [], (next(seen), step)
        before = after


def _touched_by(session: Session, step: tuple[str, int, str]) -> set[str]:
    recorded: set[str] = set()
    original = session._done

    def done(work: Any) -> Any:
        touched = original(work)
        recorded.update(touched.states)
        return touched

    session._done = done  # type: ignore[method-assign]
    try:
        apply(session, step, {})
    finally:
        session._done = original  # type: ignore[method-assign]
    return recorded
