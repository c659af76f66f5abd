"""Settings, each declared once with its type, default and help; kept as one JSON file a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cpdesk.base.errors import InputFault
from cpdesk.base.files import write_atomically


@dataclass(frozen=True)
class Setting:
    """One setting. `choices` limits a text to a list; help text stands in the catalogue under `setting.<name>`."""

    name: str
    default: Any
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        kind = type(self.default)
        right = isinstance(value, kind) and (kind is not int or not isinstance(value, bool))
        if not right or (self.choices and value not in self.choices):
            expected = "、".join(self.choices) or kind.__name__
            raise InputFault("CP-1004", setting=self.name, value=str(value), expected=expected)
        return value


DECLARED: Final = {
    setting.name: setting
    for setting in (
        Setting("language", "zh", ("zh", "en")),
        Setting("theme", "light", ("light", "dark")),
        Setting("person", ""),
        Setting("township_code", ""),
        Setting("office_name", ""),
        Setting("office_phone", ""),
        Setting("office_hours", ""),
        Setting("server_url", ""),
        Setting("sync_every_minutes", 10),
        Setting("lock_after_minutes", 15),
        Setting("backup_folder", ""),
        Setting("camera_program", ""),
        Setting("photo_folder", ""),
        Setting("window_geometry", ""),
        Setting("grid_columns", ""),
    )
}


class Settings:
    """The person's settings. Unknown names in the file (of a newer program) are kept as they are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = {}
        if path.exists():
            try:
                values = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                values = None
            if not isinstance(values, dict):
                path.replace(path.with_suffix(".damaged.json"))  # kept aside: defaults serve meanwhile
                values = {}
            self._values = values

    def get(self, name: str) -> Any:
        setting = DECLARED[name]
        try:
            return setting.check(self._values.get(name, setting.default))
        except InputFault:
            return setting.default

    def set(self, name: str, value: Any) -> None:
        """Change one setting and write the file.

        Raises:
            InputFault: CP-1004 when the value does not fit the setting.
        """
        self._values[name] = DECLARED[name].check(value)
        text = json.dumps(self._values, ensure_ascii=False, indent=2, sort_keys=True)
        write_atomically(self._path, text.encode("utf-8"))
