"""The files that travel with a form version. Choice files answer look-ups from an index in the encrypted database, so
that opening a form reads none of their rows (see docs/decisions/forms-choice-files.md)."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import InputFault, IntegrityFault
from cpdesk.forms.files.choice_files import BYTES_MAX, read_choice_file
from cpdesk.forms.files.external import ChoiceTable, Row, XmlTable
from cpdesk.store.writer import Readers

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection

_KEY_CHARACTERS_MAX: Final = 200
"""Longer cells are shapes and remarks, no keys; look-ups for one as long walk through the rows."""
_TABLES: Final = (".csv", ".geojson", ".json", ".xml")
_FILES_MAX: Final = 500


class StoredTable:
    """A choice file in the store. Rows once read are kept, so that the same row is the same object."""

    def __init__(self, readers: Readers, number: int, columns: Sequence[str], row_count: int) -> None:
        self.columns = tuple(columns)
        self._readers = readers
        self._number = number
        self._row_count = row_count
        self._places = {column: place for place, column in enumerate(self.columns)}
        self._rows: dict[int, Row] = {}

    def rows(self) -> Iterator[Row]:
        """All rows in the order of the file."""
        if len(self._rows) < self._row_count:
            self._read("SELECT row, cells FROM file_rows WHERE file = ? ORDER BY row", (self._number,))
        return (self._rows[row] for row in sorted(self._rows))

    def rows_where(self, column: str, value: str) -> Sequence[Row]:
        """The rows with that text in that column, in the order of the file."""
        place = self._places.get(column)
        if place is None:
            return list(self.rows()) if value == "" else []
        if len(value) > _KEY_CHARACTERS_MAX:
            return [row for row in self.rows() if row.get(column) == value]
        return self._read(
            "SELECT k.row, r.cells FROM file_keys AS k JOIN file_rows AS r ON r.file = k.file AND r.row = k.row"
            " WHERE k.file = ? AND k.place = ? AND k.value = ? ORDER BY k.row",
            (self._number, place, value),
        )

    def rows_where_all(self, conditions: Sequence[tuple[str, str]]) -> Sequence[Row]:
        """The rows with each (column, text): the rarest text is looked up, its rows are asked for the others."""
        rarest = min(conditions, key=lambda condition: self._count(*condition))
        return [
            row for row in self.rows_where(*rarest) if all(row.get(column, "") == text for column, text in conditions)
        ]

    def _count(self, column: str, value: str) -> int:
        """How many rows `rows_where` would give, or all where only a walk can tell."""
        place = self._places.get(column)
        if place is None or len(value) > _KEY_CHARACTERS_MAX:
            return self._row_count
        sql = "SELECT count(*) FROM file_keys WHERE file = ? AND place = ? AND value = ?"
        count: int = self._readers.one(sql, (self._number, place, value))[0]
        return count

    def _read(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        rows = self._rows
        return [
            rows.get(row) or rows.setdefault(row, self._row(cells)) for row, cells in self._readers.all(sql, parameters)
        ]

    def _row(self, cells: str) -> Row:
        texts = zip(self.columns, json.loads(cells), strict=True)
        return {column: text for column, text in texts if text is not None}

    def __len__(self) -> int:
        return self._row_count


class FormFiles:
    """The files of all form versions of a desk. Thread-safe. Written by `FormVersions.add`."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def names(self, form: str, version: str) -> dict[str, str]:
        """The SHA-256 of each file of a version, by name."""
        sql = (
            "SELECT f.name, c.sha256 FROM form_files AS f JOIN file_contents AS c ON c.number = f.file"
            " WHERE f.form = ? AND f.version = ? ORDER BY f.name"
        )
        return dict(self._readers.all(sql, (form, version)))

    def content(self, form: str, version: str, name: str) -> bytes | None:
        """A file as it came, None when the version has none of that name.

        Raises:
            IntegrityFault: CP-3108 it is damaged.
        """
        row = self._readers.one(
            "SELECT c.sha256, c.content FROM form_files AS f JOIN file_contents AS c ON c.number = f.file"
            " WHERE f.form = ? AND f.version = ? AND f.name = ?",
            (form, version, name),
        )
        if row is None:
            return None
        try:
            content = zlib.decompress(row[1])
        except zlib.error:
            content = b""
        if hashlib.sha256(content).hexdigest() != row[0]:
            raise IntegrityFault("CP-3108", file=name, form=form, version=version)
        return content

    def tables(self, form: str, version: str) -> dict[str, ChoiceTable]:
        """The choice files of a version by name, as a session takes them. Tables keep the rows they have read: keep
        them as long as the form."""
        sql = (
            "SELECT f.name, c.number, c.columns, c.row_count FROM form_files AS f JOIN file_contents AS c"
            " ON c.number = f.file WHERE f.form = ? AND f.version = ? AND c.columns IS NOT NULL ORDER BY f.name"
        )
        found: dict[str, ChoiceTable] = {}
        for name, number, columns, row_count in self._readers.all(sql, (form, version)):
            if name.lower().endswith(".xml"):  # its tree may be of any shape, so that it is read as a whole
                found[name] = read_choice_file(name, self.content(form, version, name) or b"")
            else:
                found[name] = StoredTable(self._readers, number, json.loads(columns), row_count)
        return found


def checked_files(files: Mapping[str, bytes]) -> dict[str, ChoiceTable | None]:
    """Read the choice files among the files of a form before any is kept; None for pictures and the like.

    Raises:
        InputFault: CP-1231 a file or their number too large; CP-1232 to CP-1238, CP-120x as `read_choice_file`.
    """
    if len(files) > _FILES_MAX:
        raise InputFault("CP-1231", file="…", what="files", found=len(files), limit=_FILES_MAX)
    read: dict[str, ChoiceTable | None] = {}
    for name, content in files.items():
        if len(content) > BYTES_MAX:
            raise InputFault("CP-1231", file=name, what="bytes", found=len(content), limit=BYTES_MAX)
        read[name] = read_choice_file(name, content) if name.lower().endswith(_TABLES) else None
    return read


def keep_files(
    db: Connection,
    form: str,
    version: str,
    files: Mapping[str, bytes],
    tables: Mapping[str, ChoiceTable | None],
    *,
    replace: bool = False,
) -> bool:
    """Within the transaction of a publication: write the files of a version; whether any was new or replaced.

    Args:
        tables: what `checked_files` made of `files`.
        replace: whether other content takes the place of what stands there.

    Raises:
        InputFault: CP-1243 the version has a file of that name with other content already.
    """
    changed = False
    for name, content in files.items():
        sha256 = hashlib.sha256(content).hexdigest()
        number = _kept(db, sha256) or _write(db, sha256, content, tables[name])
        known = db.execute(
            "SELECT file FROM form_files WHERE form = ? AND version = ? AND name = ?", (form, version, name)
        ).fetchone()
        if known is None or (replace and known[0] != number):
            db.execute("INSERT OR REPLACE INTO form_files VALUES (?, ?, ?, ?)", (form, version, name, number))
            changed = True
        elif known[0] != number:
            raise InputFault("CP-1243", form=form, version=version, file=name)
    return changed


def _kept(db: Connection, sha256: str) -> int | None:
    row = db.execute("SELECT number FROM file_contents WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else int(row[0])


def _write(db: Connection, sha256: str, content: bytes, table: ChoiceTable | None) -> int:
    columns = None if table is None else json.dumps(list(table.columns), ensure_ascii=False)
    cursor = db.execute(
        "INSERT INTO file_contents (sha256, content, size, columns, row_count) VALUES (?, ?, ?, ?, ?)",
        (sha256, zlib.compress(content), len(content), columns, 0 if table is None else len(table)),
    )
    number = int(cursor.lastrowid or 0)
    if table is None or isinstance(table, XmlTable):
        return number
    rows = list(table.rows())
    db.executemany(
        "INSERT INTO file_rows (file, row, cells) VALUES (?, ?, ?)",
        (
            (number, place, json.dumps([row.get(column) for column in table.columns], ensure_ascii=False))
            for place, row in enumerate(rows)
        ),
    )
    for place, column in enumerate(table.columns):
        texts = ((row.get(column, ""), row_number) for row_number, row in enumerate(rows))
        # Sorted as the key is, so that the tree grows at its end.
        keys = sorted((text, row_number) for text, row_number in texts if len(text) <= _KEY_CHARACTERS_MAX)
        db.executemany(
            "INSERT INTO file_keys (file, place, value, row) VALUES (?, ?, ?, ?)",
            ((number, place, text, row_number) for text, row_number in keys),
        )
    return number
