"""Notes beside the losses: what the parts are made of, said in both languages."""

from __future__ import annotations

from cpdesk.base.i18n import Translator
from cpdesk.energy.audit.notes import loss_notes, note_text
from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, WallFacts, WindowFacts
from cpdesk.model.records import Quality


def _texts(tables: EnergyTables, block: BlockFacts, language: str = "zh") -> dict[str, str]:
    translator = Translator(language)
    notes = loss_notes(build(BuildingFacts(blocks=(block,)), tables))
    return {note.part: note_text(note, translator) for note in notes}


def test_an_uninsulated_house_is_told_part_by_part(tables: EnergyTables) -> None:
    block = BlockFacts(
        kind=Answer("main"), build_year=Answer(1996.0), wall=WallFacts(type=Answer("brick_solid"), mm=Answer(370.0)),
        ceiling=Answer("gypsum"), roof_insul_type=Answer("none"), door_type=Answer("wood"), floor=Answer("tile"),
    )  # fmt: skip
    assert _texts(tables, block) == {
        "wall": "370 mm 实心黏土砖，没保温",
        "roof": "石膏板吊顶，上面没保温",
        "window": "普通铝窗，单玻",
        "door": "木，没挂棉门帘",
        "floor": "地砖地面，没保温",
        "air": "每小时换气 0.9 次",
    }
    assert _texts(tables, block, "en")["wall"] == "370 mm solid brick, no insulation"


def test_windows_of_two_kinds_name_the_sides_that_lose_most(tables: EnergyTables) -> None:
    good = WindowFacts(count=Answer(2.0), frame=Answer("pvc"), glazing=Answer("double_lowe"))
    poor = WindowFacts(count=Answer(5.0), frame=Answer("wood"), glazing=Answer("single"))
    poor_gable = WindowFacts(count=Answer(1.0), frame=Answer("wood"), glazing=Answer("single"))
    block = BlockFacts(kind=Answer("main"), windows={"front": good, "back": poor, "right": poor_gable})
    assert _texts(tables, block)["window"] == "北、东窗：木，单玻"


def test_insulation_is_named_with_its_thickness_and_the_least_sure_answer(tables: EnergyTables) -> None:
    wall = WallFacts(
        type=Answer("brick_solid", Quality.MEASURED), mm=Answer(370.0, Quality.MEASURED),
        insul_type=Answer("eps", Quality.ESTIMATED), insul_mm=Answer(80.0, Quality.MEASURED),
    )  # fmt: skip
    block = BlockFacts(
        kind=Answer("main"), wall=wall, ceiling=Answer("gypsum"), roof_insul_type=Answer("eps"),
        roof_insul_mm=Answer(50.0),
    )  # fmt: skip
    texts = _texts(tables, block)
    assert texts["wall"] == "370 mm 实心黏土砖，80 mm 苯板"
    assert texts["roof"] == "吊顶上 50 mm 苯板"
    notes = {note.part: note for note in loss_notes(build(BuildingFacts(blocks=(block,)), tables))}
    assert notes["wall"].quality is Quality.ESTIMATED
    assert notes["window"].quality is Quality.DEFAULT
