"""A store with very many made-up households, filled past the log of operations: for measuring lists and search only."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.paths import Paths
from cpdesk.base.progress import Step
from cpdesk.context import STORE_FOLDER, Context, open_context
from cpdesk.interop.samples import sample_rows
from cpdesk.model.records import RecordKind
from cpdesk.operations.describe import describe_record
from cpdesk.operations.register import HOUSEHOLD_FORM, HOUSEHOLD_FORM_VERSION
from cpdesk.store.backup import DATABASE_NAME
from cpdesk.store.driver import connect
from cpdesk.store.search import normalise, terms_of

_BATCH: Final = 5000
_NAMES: Final = 4000
_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def full_store(root: Path, records: int, *, step: Step, key: bytes | None = None) -> tuple[Context, bytes]:
    """A new desk under `root` with `records` households in its lists and its search; gives it open, and its key.

    Names and villages are those of the sample register, so that pairs of characters are as frequent as in life.
    """
    clock = SystemClock()
    key = key or secrets.token_bytes(32)
    paths = Paths.under(root)
    open_context(paths, key, describe=describe_record, clock=clock, create=True).close()
    connection = connect(paths.data / STORE_FOLDER / DATABASE_NAME, key)
    connection.execute("PRAGMA cache_size = -256000")  # or else pages are encrypted again and again while it fills
    connection.execute("PRAGMA journal_mode = OFF")  # nothing is lost if this breaks off; the next opening sets WAL
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    rows = _rows(records, clock)
    done = 0
    while batch := list(islice(rows, _BATCH)):
        connection.executemany(
            "INSERT INTO records (id, kind, form, version, stream, status, site, title, village, search_text, summary,"
            " revision, updated_at, deleted, sample, conflicts, unsent)"
            " VALUES (?, ?, ?, ?, ?, 'none', NULL, ?, ?, ?, ?, 0, ?, 0, 1, 0, 0)",
            [row[:-1] for row in batch],
        )
        numbers = range(done + 1, done + len(batch) + 1)
        connection.executemany(
            "INSERT INTO fields (number, visible) VALUES (?, ?)",
            [(number, row[-1]) for number, row in zip(numbers, batch, strict=True)],
        )
        connection.executemany(
            "INSERT INTO search (rowid, terms) VALUES (?, ?)",
            [(number, terms_of(str(row[7]))) for number, row in zip(numbers, batch, strict=True)],
        )
        done += len(batch)
        step(done, records)
    connection.execute("COMMIT")
    connection.close()
    return open_context(paths, key, describe=describe_record, clock=clock), key


def _rows(records: int, clock: Clock) -> Iterator[tuple[object, ...]]:
    rng = random.Random(7)  # noqa: S311 - sample data
    new_id = IdMaker(clock).new
    people = sample_rows(_NAMES)
    now = clock.now().isoformat()
    for index in range(records):
        person = people[rng.randrange(_NAMES)]
        given = people[rng.randrange(_NAMES)][1]
        number, name, village = f"{index + 1:07d}", f"{person[1][:1]}{given[1:]}", person[3]
        phone = f"1380000{index % 10_000:04d}"
        answers = {"household_no": number, "householder_name": name, "village": village, "householder_phone": phone}
        summary = {"number": number, "name": name, "village": village, "door": f"{index % 400} 号", "heating": ""}
        yield (
            new_id(),
            RecordKind.HOUSEHOLD.value,
            HOUSEHOLD_FORM,
            HOUSEHOLD_FORM_VERSION,
            "110114118",
            f"{number} {name}",
            village,
            normalise((number, name, village, phone)),
            _json(summary),
            now,
            _json(answers),
        )
