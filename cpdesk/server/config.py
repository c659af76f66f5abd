"""How a district server is set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.files import disk_faults

_NOTE: Final = "database.url"


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where the server keeps its data, where it listens and how much it takes.

    Attributes:
        folder: holds `server.db` and `blobs/`; made by `admin.create_database`.
        database_url: `postgresql://…` when the records are to be kept there; empty: what `admin.create_database` has
            noted in `database.url`, else `server.db` in the folder.
        partitions: into how many parts a new PostgreSQL database cuts the growing tables by township; 0: none.
        port: 0 lets the system choose one.
        certificate, private_key: PEM files; without them the server speaks plain HTTP, for loopback or behind a proxy.
        token_minutes: life of a desk's token. challenge_seconds: time to answer a challenge with a signature.
        requests_per_second, requests_burst: allowance of one desk.
        enrolments_per_minute: allowance of one network address for requests without a token.
    """

    folder: Path
    database_url: str = ""
    partitions: int = 16
    host: str = "127.0.0.1"
    port: int = 8440
    certificate: Path | None = None
    private_key: Path | None = None
    token_minutes: int = 60
    challenge_seconds: int = 120
    requests_per_second: float = 50.0
    requests_burst: int = 400
    enrolments_per_minute: int = 60
    clock: Clock = field(default_factory=SystemClock)

    @property
    def database(self) -> Path:
        """The SQLite file, where it is SQLite."""
        return self.folder / "server.db"

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.database_url or self.noted_url() or f"sqlite:///{self.database}"

    @property
    def note(self) -> Path:
        """The file that holds the address where it is not SQLite; it may hold a password."""
        return self.folder / _NOTE

    def noted_url(self) -> str:
        """The address that was given when the database was made; empty when there is none.

        Raises:
            EnvironmentFault: CP-20xx the disk.
        """
        with disk_faults(self.note):
            return self.note.read_text(encoding="utf-8").strip() if self.note.is_file() else ""

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"
