from __future__ import annotations

from collections.abc import Callable

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import Form, Kind
from cpdesk.forms.session import Session
from cpdesk.forms.state import Progress

Open = Callable[..., Session]


def first_building(session: Session) -> str:
    return session.children("yard/building")[0]


def test_the_form_tells_what_it_is(farm: Form) -> None:
    assert (farm.id, farm.version, farm.title(), farm.languages) == ("farm", "3", "农宅", ("zh", "en"))
    area = farm.node("yard/building/area")
    assert (area.type, area.control, area.unit, area.ask, area.soft_max) == ("decimal", "input", "m2", "R", 400)
    assert farm.quantities["yard/building/area"].quantity == "floor_area"
    assert farm.node("sum").kind is Kind.NOTE
    assert farm.by_name["coal_t"].path == "coal/coal_t"


def test_a_new_form_has_its_defaults_and_first_items(open_session: Open) -> None:
    session = open_session(fixed={"username": "样例调查员", "head": "样例户"})
    building = first_building(session)
    answers = session.answers()
    assert answers["today"] == answers["visited"] == "2026-11-22"
    assert answers["surveyor"] == "样例调查员"
    assert answers["head"] == "样例户"
    assert answers[f"{building}/rooms"] == "2"
    assert len(session.children(f"{building}/room")) == 2
    assert {path for path, value in session.opened.values.items() if value} == set(answers)


def test_a_stored_form_runs_no_defaults_again(open_session: Open) -> None:
    stored = open_session().answers()
    del stored["visited"]
    session = open_session(stored)
    assert session.answers() == stored
    assert session.opened.values == {}


def test_entries_of_the_record_alone_still_make_a_new_form(open_session: Open) -> None:
    session = open_session({"@site": "s1"})
    assert session.answers()["@site"] == "s1"
    assert session.state("visited").value == "2026-11-22"


def test_an_answer_changes_what_depends_on_it_and_nothing_else(open_session: Open) -> None:
    session = open_session()
    building = first_building(session)
    touched = session.set(f"{building}/area", "８０．５")
    assert touched.values == {
        f"{building}/area": "80.5",
        "yard/total": "80.5",
        f"{building}/share": "100",
        "meta/instanceName": " 80.5",
    }
    assert "sum" in touched.states
    assert "head" not in touched.states
    assert session.state("sum").label == "合计 80.5 平方米"
    assert session.form.instance_name(session) == " 80.5"
    assert session.set(f"{building}/area", "80.5").values == {}


def test_items_are_added_moved_and_removed(open_session: Open) -> None:
    session = open_session()
    one = first_building(session)
    session.set(f"{one}/area", "60")
    two, touched = session.add_item("yard/building")
    assert touched.values[f"{two}/rooms"] == "2"
    session.set(f"{two}/area", "40")
    assert session.state(f"{one}/share").value == "60"
    between, _ = session.add_item("yard/building", after=one)
    assert session.children("yard/building") == [one, between, two]
    moved = session.move_item(two, one)
    assert set(moved.values) == {two}
    assert session.children("yard/building") == [two, one, between]
    session.set(f"{two}/area#quality", "M")
    gone = session.remove_item(two)
    assert gone.values[two] is None
    assert gone.values[f"{two}/area#quality"] is None
    assert gone.values["yard/total"] == "60"
    assert not any(path.startswith(two) for path in gone.states | session.answers().keys())


def test_a_counted_repeat_follows_its_count(open_session: Open) -> None:
    session = open_session()
    building = first_building(session)
    rooms = session.children(f"{building}/room")
    touched = session.set(f"{building}/rooms", "3")
    assert session.children(f"{building}/room")[:2] == rooms
    assert len([path for path in touched.values if "/room[" in path]) == 1
    session.set(f"{building}/rooms", "1")
    assert session.children(f"{building}/room") == rooms[:1]
    with pytest.raises(InputFault) as caught:
        session.add_item(f"{building}/room")
    assert caught.value.code == "CP-1214"


def test_hidden_answers_are_kept_but_count_for_nothing(open_session: Open) -> None:
    session = open_session()
    session.set("fuels", "coal wood")
    session.set("coal/coal_t", "2")
    assert session.state("coal_kwh").value == "11600"
    touched = session.set("fuels", "wood")
    assert touched.values == {"fuels": "wood", "coal_kwh": "0"}
    assert {"coal", "coal/coal_t"} <= touched.states
    assert not session.state("coal/coal_t").relevant
    assert session.answers()["coal/coal_t"] == "2"
    assert "coal/coal_t" not in session.submission_answers()
    session.set("fuels", "coal")
    assert session.state("coal_kwh").value == "11600"


def test_choices_are_filtered_and_speak_the_language(open_session: Open) -> None:
    session = open_session()
    building = first_building(session)
    assert not session.state(f"{building}/inner").relevant
    touched = session.set(f"{building}/wall", "brick")
    assert f"{building}/inner" in touched.states
    assert [(c.value, c.label) for c in session.state(f"{building}/inner").choices] == [("brick", "砖墙")]
    session.set(f"{building}/inner", "stone")
    problem = session.state(f"{building}/inner").problem
    assert problem is not None
    assert problem.code == "choice"
    session.set_language("en")
    state = session.state(f"{building}/wall")
    assert (state.label, [choice.label for choice in state.choices]) == ("Wall", ["Brick", "Stone"])


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        ("-1", "constraint", "面积要大于 0"),
        ("abc", "type", "要填数字"),
        ("500", "soft", "20 到 400"),
        ("80", None, ""),
    ],
)
def test_problems_of_an_answer(open_session: Open, value: str, code: str | None, words: str) -> None:
    session = open_session()
    path = f"{first_building(session)}/area"
    session.set(path, value)
    problem = session.state(path).problem
    assert (problem.code if problem else None) == code
    assert words in (problem.message() if problem else "")
    assert session.answers()[path] == value


def test_validate_asks_for_required_answers_in_order(open_session: Open) -> None:
    session = open_session()
    building = first_building(session)
    assert session.state("head").problem is None
    assert [(p.path, p.code) for p in session.validate()] == [("head", "required"), (f"{building}/area", "required")]
    session.set("head", "样例户")
    session.set(f"{building}/area", "500")
    problems = session.validate()
    assert [(p.code, p.blocks) for p in problems] == [("soft", False)]


def test_progress_counts_only_what_is_asked(open_session: Open) -> None:
    session = open_session()
    assert session.progress("coal") == Progress(0, 0, 0)
    session.set("fuels", "coal")
    session.set("coal/coal_t", "60")
    assert session.progress("coal") == Progress(1, 1, 1)
    assert session.progress("yard/building") == Progress(1, 5, 0)


def test_entries_the_form_does_not_know_survive(open_session: Open) -> None:
    stored = open_session().answers()
    stored |= {"old_question": "7", "yard/building[zz]/area": "9", "head#note": "门牌不清", "@sample": "1"}
    session = open_session(stored)
    assert session.answers() == stored
    session.set("head#note", None)
    assert "head#note" not in session.answers()


@pytest.mark.parametrize(
    ("path", "code"),
    [("nothing", "CP-1212"), ("yard", "CP-1213"), ("yard/total", "CP-1213"), ("yard/building[x]", "CP-1217")],
)
def test_what_cannot_be_set_is_refused_with_its_path(open_session: Open, path: str, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        open_session().set(path, "1")
    assert caught.value.code == code
    assert path in caught.value.message("zh")


def test_explanations_name_questions_by_their_labels(open_session: Open) -> None:
    session = open_session()
    building = first_building(session)
    session.set(f"{building}/wall", "stone")
    text = session.explain(f"{building}/inner").text()
    assert text == "「内墙」没有显示，因为条件不成立：「墙体」是“砖墙”\n  墙体：石墙"
    session.set("fuels", "wood")
    hidden = session.explain("coal/coal_t").reasons[0]
    assert (hidden.rule, hidden.path, hidden.inputs[0].shown) == ("hidden", "coal", "柴")
    chain = session.explain("coal_kwh").reasons[0].inputs[0]
    assert chain.because is not None
    assert chain.because.rule == "hidden"


def test_choice_names_and_positions_in_expressions(open_session: Open) -> None:
    session = open_session()
    building = first_building(session)
    second, _ = session.add_item("yard/building")
    session.set(f"{building}/wall", "stone")
    assert session.evaluate("jr:choice-name(../wall, '/data/yard/building/wall')", f"{building}/area") == "石墙"
    assert session.evaluate("position(..)", f"{second}/area") == "2"
    assert session.evaluate("count(/data/yard/building)", f"{second}/area") == "2"
    session.set(f"{second}/area", "7")
    assert session.evaluate("/data/yard/building/area", f"{second}/rooms") == "7"
    assert session.evaluate("indexed-repeat(/data/yard/building/area, /data/yard/building, 2)", "head") == "7"


def test_value_changed_actions_run(load: Callable[..., Form], open_session: Open) -> None:
    form = load(
        "type | name | label | calculation | trigger",
        "text | a | A | | ",
        "text | b | B | concat(${a}, '!') | ${a}",
    )
    session = open_session(form=form)
    assert session.set("a", "x").values == {"a": "x", "b": "x!"}
    session.set("b", "own")
    assert session.state("b").value == "own"


def test_a_calculation_that_fails_is_a_problem_not_a_crash(load: Callable[..., Form], open_session: Open) -> None:
    form = load("type | name | label | calculation", "text | a | A | ", "date | b | B | date(${a})")
    session = open_session(form=form)
    session.set("a", "no date")
    problem = session.state("b").problem
    assert problem is not None
    assert problem.code == "calculation"
    session.set("a", "2026-03-05")
    assert session.state("b").value == "2026-03-05"
    assert session.state("b").problem is None


def test_a_count_that_does_not_fit_takes_no_items(load: Callable[..., Form], open_session: Open) -> None:
    form = load(
        "type | name | label | repeat_count",
        "integer | n | N | ",
        "begin_repeat | r | R | ${n}",
        "text | t | T | ",
        "end_repeat | | | ",
    )
    session = open_session(form=form)
    session.set("n", "3")
    session.set(f"{session.children('r')[2]}/t", "x")
    for value in ("1.5", "abc", ""):
        session.set("n", value)
        assert session.state(f"{session.children('r')[2]}/t").value == "x"
    session.set("n", "1")
    assert len(session.children("r")) == 1


def test_choices_that_depend_on_each_other_take_no_answer_away(load: Callable[..., Form], open_session: Open) -> None:
    form = load(
        "type | name | label | choice_filter | calculation",
        "select_one yn | a | A | name != ${b} | ",
        "select_one yn | b | B | name != ${a} | ",
        "calculate | c | | | concat(${a}, ${b})",
        tail="| choices |\n| | list_name | name | label |\n| | yn | x | X |\n| | yn | y | Y |",
    )
    session = open_session(form=form)
    session.set("a", "x")
    session.set("b", "x")
    for one in (session, open_session(session.answers(), form=form)):
        assert one.state("c").value == "xx"
        assert [problem.path for problem in one.validate()] == ["a", "b"]
    session.set("b", "y")
    assert session.validate() == []
