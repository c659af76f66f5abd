"""Where a person's data, settings and logs lie on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Paths:
    """Folders of one person on one machine; `CPDESK_HOME` moves all of them (USB sticks, demonstrations, tests)."""

    data: Path
    config: Path
    cache: Path
    logs: Path

    @classmethod
    def of_user(cls) -> Paths:
        home = os.environ.get("CPDESK_HOME")
        if home:
            return cls.under(Path(home))
        folders = platformdirs.PlatformDirs("cpdesk", appauthor=False)
        return cls(
            data=Path(folders.user_data_dir),
            config=Path(folders.user_config_dir),
            cache=Path(folders.user_cache_dir),
            logs=Path(folders.user_log_dir),
        )

    @classmethod
    def under(cls, root: Path) -> Paths:
        return cls(data=root / "data", config=root / "config", cache=root / "cache", logs=root / "logs")
