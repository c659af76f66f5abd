"""A weather file on the desk: used and named by audits from then on, replaced only by a good one, removed again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from cpdesk.base.errors import InputFault, IntegrityFault
from cpdesk.base.i18n import Translator
from cpdesk.cli.app import build_app
from cpdesk.context import Context
from cpdesk.energy.weather.calendar import HOUR, MONTH, MONTH_DAYS
from cpdesk.energy.weather.words import weather_sentence
from cpdesk.operations.assess import assess_survey
from cpdesk.operations.demo.village import import_sample_village, survey_household
from cpdesk.operations.desk import first_start
from cpdesk.operations.households import HouseholdQuery, household_ids
from cpdesk.operations.weather_files import (
    import_weather,
    imported_weather,
    remove_weather,
    weather_for,
    weather_stamp,
)
from cpdesk.store.vault import PinCost

HEADS = "LOCATION,昌平样例,BJ,CHN,SAMPLE,000000,40.2,116.2,8.0,80.0\nDATA PERIODS,1,1,Data,Sunday,1/1,12/31\n"


def epw(*, colder_k: float = 0.0, heads: str = HEADS) -> str:
    """A made year as an EPW."""
    warm = 12 - 15 * np.cos(2 * np.pi * (MONTH - 0.3) / 12) + 5 * np.cos(2 * np.pi * (HOUR - 14.5) / 24) - colder_k
    sun = np.maximum(0.0, np.cos(2 * np.pi * (HOUR - 11.5) / 24) - 0.25)
    days = np.concatenate([np.repeat(np.arange(1, many + 1), 24) for many in MONTH_DAYS])
    rows = [
        f"2001,{month + 1},{day},{hour + 1},0,x,{at:.1f},{at - 5:.1f},70,101000,0,0,300,"
        f"{700 * light:.0f},{500 * light:.0f},{250 * light:.0f},0,0,0,0,180,2.5,5,5"
        for month, day, hour, at, light in zip(MONTH, days, HOUR, warm, sun, strict=True)
    ]
    return heads + "\n".join(rows)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sample.epw"
    path.write_bytes(epw().encode("gb18030"))
    return path


def test_a_file_is_used_until_it_is_removed(desk: Context, file: Path) -> None:
    normal = weather_for(desk, "plain", 80)
    assert normal.origin == "normals"
    found, changes = import_weather(desk, file, "plain")
    assert changes.settings
    assert (found[0].terrain, found[0].name, round(found[0].altitude_m)) == ("plain", "昌平样例", 80)
    assert found[0].january_c < 0 < found[0].july_c
    used = weather_for(desk, "plain", 80)
    assert (used.origin, used.name) == ("file", "昌平样例")
    assert weather_for(desk, "hill", 450).origin == "normals"
    lapse = desk.energy.rule("lapse_k_m")
    higher = weather_for(desk, "plain", 280)
    assert higher.temperature_c == pytest.approx(used.temperature_c - 200 * lapse)
    assert higher.ground_c == pytest.approx(used.ground_c - 200 * lapse)
    assert higher.sky_ir_w_m2 is not None
    assert np.all(higher.sky_ir_w_m2 < used.sky_ir_w_m2)
    removed, _ = remove_weather(desk, "plain")
    assert removed == ["plain"]
    assert weather_for(desk, "plain", 80).temperature_c == pytest.approx(normal.temperature_c)
    assert remove_weather(desk) == ([], changes.__class__())


def test_a_bad_file_leaves_the_old_one(desk: Context, file: Path, tmp_path: Path) -> None:
    import_weather(desk, file)
    assert [one.terrain for one in imported_weather(desk)] == ["plain", "foothill", "hill"]
    stamp = weather_stamp(desk)
    bad = tmp_path / "bad.epw"
    for content, code in ((epw()[:-2000], "CP-1312"), ("hello", "CP-1310"), ("", "CP-1310")):
        bad.write_text(content, encoding="utf-8")
        with pytest.raises(InputFault) as caught:
            import_weather(desk, bad)
        assert caught.value.code == code
    with pytest.raises(InputFault, match="CP-1307"):
        import_weather(desk, file, "desert")
    assert weather_stamp(desk) == stamp
    assert weather_for(desk, "hill", None).origin == "file"


def test_a_file_that_was_damaged_later_is_named(desk: Context, file: Path) -> None:
    import_weather(desk, file, "hill")
    stored = desk.paths.config / "weather" / "hill.epw"
    stored.write_text(epw()[:100_000], encoding="utf-8")
    with pytest.raises(IntegrityFault) as caught:
        weather_for(desk, "hill", 450)
    assert caught.value.code == "CP-3310"
    assert "hill.epw" in caught.value.message("zh")
    assert remove_weather(desk, "hill")[0] == ["hill"]


def test_an_audit_says_which_weather_it_used(desk: Context, tmp_path: Path) -> None:
    import_sample_village(desk, tmp_path / "register.xlsx", households=1)
    household = household_ids(desk, HouseholdQuery())[0]
    survey = survey_household(desk, household, seed=1, finish=False)
    before, _ = assess_survey(desk, survey)
    assert before.weather is not None
    assert before.weather.origin == "normals"
    cold = tmp_path / "cold.epw"
    cold.write_text(epw(colder_k=6, heads=HEADS.replace("40.2,116.2,8.0", "41.9,116.2,8.0")), encoding="utf-8")
    import_weather(desk, cold)
    after, _ = assess_survey(desk, survey)
    assert after.weather is not None
    assert after.climate == "昌平样例"
    sentence = weather_sentence(after.weather, Translator("zh"))
    assert "EPW 昌平样例 SAMPLE 000000" in sentence
    assert "189 公里" in sentence
    assert after.baseline.heat_need_kwh.value > 1.1 * before.baseline.heat_need_kwh.value
    remove_weather(desk)
    again, _ = assess_survey(desk, survey)
    assert again.baseline.heat_need_kwh.value == before.baseline.heat_need_kwh.value


def test_from_the_command_line(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CPDESK_PIN", "135790")
    from cpdesk.base.paths import Paths

    cost = PinCost(memory_kib=1024, passes=1, lanes=1)
    first_start(Paths.of_user(), pin="135790", person="周敏", cost=cost)[0].close()

    def run(*words: str) -> tuple[int, Any]:
        result = CliRunner().invoke(build_app("import"), ["import", "weather", *words, "--json"])
        return result.exit_code, json.loads(result.stdout)

    assert run("--list") == (0, {"removed": [], "weather": []})
    code, answer = run(str(file), "--terrain", "hill")
    assert (code, [one["terrain"] for one in answer["weather"]]) == (0, ["hill"])
    code, answer = run(str(tmp_path / "nowhere.epw"))
    assert (code, answer["error"]["code"]) == (2, "CP-2004")
    shown = CliRunner().invoke(build_app("import"), ["import", "weather"])
    assert "EPW" in shown.stdout
    code, answer = run("--remove")
    assert (code, answer) == (0, {"removed": ["hill"], "weather": []})
