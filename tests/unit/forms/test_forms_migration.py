"""What a new version of a form does to older answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.versions.migration import Fate, FormChange, Why, compare_forms, migrate_answers
from cpdesk.forms.xform import load_form

HEAD = "| survey | type | name | label::中文 (zh) | label::English (en) | bind::cpdesk:unit | bind::cpdesk:formerly |\n"


def form(rows: str, choices: str = "", version: str = "1") -> Form:
    survey = "".join(
        f"| | {' | '.join(part.strip() for part in row.split('|'))} |\n" for row in rows.strip().split("\n")
    )
    lists = "".join(f"| | {row} |\n" for row in choices.strip().split("\n") if row)
    head = "| choices | list_name | name | label::中文 (zh) | label::English (en) | formerly |\n" if lists else ""
    settings = (
        "| settings | form_id | version | default_language | namespaces |\n"
        f'| | t | {version} | 中文 (zh) | cpdesk="https://cpdesk.example/xforms" |\n'
    )
    return load_form(compile_xlsform(HEAD + survey + head + lists + settings, name="t"))


OLD = form(
    """select_one wall | wall | 墙 | Wall | | |
       decimal | thick | 厚 | Thick | mm | |
       text | colour | 颜色 | Colour | | |
       text | word | 说法 | Word | | |
       decimal | flow | 流量 | Flow | L | |
       begin_repeat | room | 屋 | Room | | |
       integer | temp | 温度 | Temperature | | |
       text | gone | 没了 | Gone | | |
       end_repeat | | | | | |
       select_multiple wall | also | 还有 | Also | | |""",
    "wall | brick | 砖 | Brick | \nwall | mud | 土坯 | Adobe |\nwall | stone | 石头 | Stone |",
)
NEW = form(
    """begin_group | walls | 墙 | Walls | | |
       select_one wall | wall | 墙 | Wall | | |
       decimal | thick_m | 厚 | Thick | m | thick |
       end_group | | | | | |
       integer | word | 说法 | Word | | |
       decimal | flow | 流量 | Flow | kWh | |
       begin_repeat | rooms | 屋 | Room | | room |
       decimal | temp | 温度 | Temperature | | |
       end_repeat | | | | | |
       select_one wall | also | 还有 | Also | | |
       text | fresh | 新问题 | Fresh | | |""",
    "wall | brick | 砖 | Brick | \nwall | adobe | 土坯 | Adobe |\nwall | rubble | 毛石 | Rubble | stone",
    version="2",
)
CHANGE = compare_forms(OLD, NEW)


def migrated(**answers: str) -> dict[str, str]:
    given = {path.replace("__", "/"): value for path, value in answers.items()}
    return dict(migrate_answers(CHANGE, given).answers)


def fate(path: str, value: str, change: FormChange = CHANGE) -> tuple[Fate, str, str, Why | None]:
    [line] = migrate_answers(change, {path: value}).lines
    return line.fate, line.new_path, line.after, line.why


def test_questions_are_known_again() -> None:
    assert fate("wall", "brick") == (Fate.RENAMED, "walls/wall", "brick", None)
    assert fate("thick", "370") == (Fate.CONVERTED, "walls/thick_m", "0.37", None)
    assert fate("room[a]", "n") == (Fate.RENAMED, "rooms[a]", "n", None)
    assert fate("room[a]/temp", "12") == (Fate.RENAMED, "rooms[a]/temp", "12", None)
    assert fate("colour", "白") == (Fate.ASIDE, "colour", "白", Why.GONE)
    assert CHANGE.added == ("fresh",)


def test_choices_are_known_again_by_what_they_were_called_or_by_their_words() -> None:
    assert fate("wall", "stone") == (Fate.CONVERTED, "walls/wall", "rubble", None)
    assert fate("wall", "mud") == (Fate.CONVERTED, "walls/wall", "adobe", None)
    assert fate("wall", "straw") == (Fate.UNFIT, "walls/wall", "straw", None)
    assert fate("also", "mud") == (Fate.CONVERTED, "also", "adobe", None)
    assert fate("also", "mud brick") == (Fate.UNFIT, "also", "adobe brick", None)


def test_types_are_converted_where_the_value_fits() -> None:
    assert fate("word", "１２") == (Fate.CONVERTED, "word", "12", None)
    assert fate("word", "十二") == (Fate.UNFIT, "word", "十二", None)


def test_a_unit_nobody_can_convert_leaves_the_answer_aside_and_out_of_sight() -> None:
    assert fate("flow", "5") == (Fate.ASIDE, "flow.aside", "5", Why.UNIT)


def test_what_is_left_aside_in_an_item_goes_with_it() -> None:
    assert fate("room[a]/gone", "x") == (Fate.ASIDE, "rooms[a]/gone", "x", Why.GONE)


def test_marks_and_remarks_go_with_their_answer() -> None:
    answers = {"thick": "370", "thick#quality": "M", "thick#note": "量的", "@status": "draft"}
    assert migrate_answers(CHANGE, answers).answers == {
        "walls/thick_m": "0.37",
        "walls/thick_m#quality": "M",
        "walls/thick_m#note": "量的",
        "@status": "draft",
    }


def test_an_answer_left_aside_comes_back_with_a_form_that_knows_it() -> None:
    back = compare_forms(NEW, OLD)
    assert fate("colour", "白", back) == (Fate.RETURNED, "colour", "白", None)


def test_a_select_that_became_a_text_keeps_its_words() -> None:
    before = form("select_multiple w | a | 甲 | A | | |", "w | x | 砖 | Brick |\nw | y | 石 | Stone |")
    after = form("text | a | 甲 | A | | |", version="2")
    assert fate("a", "x y other", compare_forms(before, after)) == (Fate.CONVERTED, "a", "砖、石、other", None)


def test_a_question_that_went_out_of_its_repeat_is_left_aside() -> None:
    before = form("begin_repeat | r | 重 | R | | |\ntext | a | 甲 | A | | |\nend_repeat | | | | | |")
    after = form("text | a | 甲 | A | | |", version="2")
    assert fate("r[i]/a", "x", compare_forms(before, after)) == (Fate.ASIDE, "r[i]/a", "x", Why.REPEAT)


def test_names_that_changed_places_do_not_overwrite_each_other() -> None:
    before = form("text | a | 甲 | A | | |\ntext | b | 乙 | B | | |")
    after = form("text | c | 甲 | A | | a |\ntext | a2 | 乙 | B | | b |\ntext | b | 丙 | C | | |", version="2")
    change = compare_forms(before, after)
    found = migrate_answers(change, {"a": "1", "b": "2", "c": "unknown before"})
    assert found.answers == {"a": "1", "a2": "2", "c": "unknown before"}  # "a" has no place: one stands there already


@given(st.dictionaries(st.sampled_from([*CHANGE.moves, "unheard_of"]), st.text("ab12 .", min_size=1, max_size=4)))
def test_no_entry_is_ever_lost(values: dict[str, str]) -> None:
    answers = {path.replace("room", "room[i]"): value for path, value in values.items()}
    found = migrate_answers(CHANGE, answers)
    assert len(found.answers) == len(answers) == len(found.lines)
    assert {line.old_path for line in found.lines} == set(answers)
    assert {line.new_path: line.after for line in found.lines} == dict(found.answers)
