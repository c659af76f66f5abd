"""`python -m cpdesk`: the command line; `desk()` opens the window without one."""

from __future__ import annotations

import sys


def desk() -> None:
    """Open the desk, as the icon in the start menu does."""
    from cpdesk.cli.app import main

    sys.argv[1:] = ["desk", *sys.argv[1:]]
    main()


if __name__ == "__main__":
    if getattr(sys, "frozen", False):  # worker processes of a frozen program start here too; they must open no desk
        from multiprocessing import freeze_support

        freeze_support()
    from cpdesk.cli.app import main

    main()
