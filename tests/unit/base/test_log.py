"""The log tells what happened, never who."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpdesk.base.log import start_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    handler = start_log(tmp_path / "logs")
    yield tmp_path / "logs" / "cpdesk.log"
    logging.getLogger("cpdesk").removeHandler(handler)
    handler.close()


@pytest.mark.parametrize(
    ("arguments", "struck"),
    [
        (("call %s", "13800000000"), "call ***"),
        (("call 13800000000, then 19912345678",), "call ***, then ***"),
        (("identity %s", "11010119900307123X"), "identity ***"),
        (("identity 110101199003071234",), "identity ***"),
    ],
)
def test_telephone_and_identity_numbers_are_struck_out(log: Path, arguments: tuple[str, ...], struck: str) -> None:
    logging.getLogger("cpdesk.store").warning(*arguments)
    assert log.read_text(encoding="utf-8").rstrip().endswith(f"WARNING cpdesk.store {struck}")


@pytest.mark.parametrize("harmless", ["110114118210", "record 018f2b3c", "20261123064512345678901", "2380000000"])
def test_codes_counts_and_ids_stay(log: Path, harmless: str) -> None:
    logging.getLogger("cpdesk.sync").info("pushed %s", harmless)
    assert harmless in log.read_text(encoding="utf-8")
