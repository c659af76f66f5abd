"""How a district server is set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cpdesk.base.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where the server keeps its data, where it listens and how much it takes.

    Attributes:
        folder: holds `server.db` and `blobs/`; made by `admin.create_database`.
        port: 0 lets the system choose one.
        certificate, private_key: PEM files; without them the server speaks plain HTTP, for loopback or behind a proxy.
        token_minutes: life of a desk's token. challenge_seconds: time to answer a challenge with a signature.
        requests_per_second, requests_burst: allowance of one desk.
        enrolments_per_minute: allowance of one network address for requests without a token.
    """

    folder: Path
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
        return self.folder / "server.db"

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"
