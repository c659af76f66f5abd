"""A power cut at one moment of a step: at a commit, a flush or a rename of one program, drawn evenly among all of them.

The step runs to its end; what is kept is a copy of the files as the cut would have left them at the moment drawn. Files
that were written and not flushed then end anywhere; a rename whose folder was not flushed has happened or not.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from cpdesk.server.simulation.sqlite_cut import DatabaseFiles, cut_between

_NOT_ON_A_DISK: Final = ("-shm", "lock")
Content = bytes | None
"""Of a file; None for a folder."""


class PowerCut:
    """Watches the folder of one program.

    Attributes:
        kind: what the cut hit: `commit`, `checkpoint`, `flush`, `rename`, or empty when nothing was written.
    """

    def __init__(self, database: Path, rng: random.Random) -> None:
        self.kind = ""
        self._database = database
        self._folder = database.parent
        self._rng = rng
        self._moments = 0
        self._flushed = {path: len(content or b"") for path, content in self._tree().items()}
        self._renames: list[tuple[Path, Path, Content]] = []
        self._left: tuple[DatabaseFiles, dict[Path, Content]] | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See every flush and rename of this process in the folder."""
        fsync, replace, rename = os.fsync, os.replace, os.rename

        def watched_fsync(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            self._before_flush(path)
            fsync(descriptor)
            self._after_flush(path)

        def watched(real: Callable[..., None]) -> Callable[..., None]:
            def move(source: Any, target: Any, **options: Any) -> None:
                self._before_rename(Path(source), Path(target))
                real(source, target, **options)
                self._moment("rename")

            return move

        os.fsync, os.replace, os.rename = watched_fsync, watched(replace), watched(rename)  # type: ignore[assignment]
        try:
            yield
        finally:
            os.fsync, os.replace, os.rename = fsync, replace, rename

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Around a transaction and the checkpoint that may follow it."""
        drawn = self._drawn()
        before = DatabaseFiles.read(self._database) if drawn else None
        tree = self._tree_left() if drawn else {}
        yield
        if before is not None:
            self._between(before, DatabaseFiles.read(self._database), tree)

    def leave(self, target: Path) -> None:
        """Put what the cut left into a new folder."""
        files, tree = self._left or (DatabaseFiles.read(self._database), self._tree_left())
        target.mkdir(parents=True)
        for path in sorted(tree):
            content, place = tree[path], target / path.relative_to(self._folder)
            if content is None:
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        files.write(target / self._database.name)

    def _drawn(self) -> bool:
        """Whether this moment takes the place of the one kept: so each of any number has the same chance."""
        self._moments += 1
        return self._rng.random() * self._moments < 1

    def _moment(self, kind: str) -> None:
        if self._drawn():
            self.kind = kind
            self._left = (DatabaseFiles.read(self._database), self._tree_left())

    def _between(self, before: DatabaseFiles, after: DatabaseFiles, tree: dict[Path, Content]) -> None:
        cut = cut_between(before, after, self._rng)
        self.kind = "checkpoint" if cut.database != before.database else "commit"
        self._left = (cut, tree)

    def _before_flush(self, path: Path) -> None:
        if path.is_relative_to(self._folder):
            self._moment("flush")

    def _after_flush(self, path: Path) -> None:
        if path.is_dir():
            self._renames = [rename for rename in self._renames if rename[1].parent != path]
        elif path.is_relative_to(self._folder):
            self._flushed[path] = path.stat().st_size

    def _before_rename(self, source: Path, target: Path) -> None:
        if not source.is_relative_to(self._folder):
            return
        self._moment("rename")
        self._renames.append((source, target, target.read_bytes() if target.exists() else None))
        if source in self._flushed:
            self._flushed[target] = self._flushed[source]

    def _tree(self) -> dict[Path, Content]:
        """All but the database."""
        skipped = self._database.name
        return {
            path: path.read_bytes() if path.is_file() else None
            for path in self._folder.rglob("*")
            if not path.name.startswith(skipped) and not path.name.endswith(_NOT_ON_A_DISK)
        }

    def _tree_left(self) -> dict[Path, Content]:
        tree = self._tree()
        for path, content in tree.items():
            flushed = self._flushed.get(path, 0)
            if content is not None and len(content) > flushed:
                tree[path] = content[: flushed + round(self._rng.random() * (len(content) - flushed))]
        for source, target, before in reversed(self._renames):
            if target in tree and self._rng.random() < 0.5:
                tree[source] = tree.pop(target)
                if before is not None:
                    tree[target] = before
        return tree
