"""JavaRosa, the form engine of phones, run beside ours: for measuring, and for comparing states in tests.

Our driver (`resources/javarosa`) runs on the library that the pyxform package carries in its validator.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from cpdesk.base.resources import resource_path

_DRIVER: Final = "JavaRosaDriver"
_JAR: Final = "validators/odk_validate/bin/ODK_Validate.jar"


def missing_part() -> str:
    """What JavaRosa needs and this machine lacks ("java", "javac" or the name of the library); "" when all is there."""
    for program in ("java", "javac"):
        if shutil.which(program) is None:
            return program
    return "" if _library() is not None else Path(_JAR).name


def _library() -> Path | None:
    package = importlib.util.find_spec("pyxform")
    if package is None or package.origin is None:
        return None
    jar = Path(package.origin).parent / _JAR
    return jar if jar.is_file() else None


class JavaRosa:
    """One running engine; ask it any number of things, then close it (a context manager).

    Only where `missing_part()` is "". The driver is compiled when it starts, about a second and a half.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cpdesk-javarosa-")
        java, javac, jar = shutil.which("java"), shutil.which("javac"), _library()
        assert java is not None
        assert javac is not None
        assert jar is not None
        source = resource_path(f"javarosa/{_DRIVER}.java")
        subprocess.run(  # noqa: S603 - our own driver
            [javac, "-nowarn", "-encoding", "UTF-8", "-cp", str(jar), "-d", self._folder.name, str(source)],
            check=True,
            capture_output=True,
        )
        classes = os.pathsep.join((str(jar), self._folder.name))
        self._process = subprocess.Popen(  # noqa: S603
            [
                java,
                "-XX:+UseSerialGC",
                "-Duser.timezone=Asia/Shanghai",
                "-Dfile.encoding=UTF-8",
                "-cp",
                classes,
                _DRIVER,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def __enter__(self) -> JavaRosa:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request of the driver's protocol and its answer.

        Raises:
            RuntimeError: the engine has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"JavaRosa ended with {self._process.poll()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the engine and remove what was compiled."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        self._folder.cleanup()
