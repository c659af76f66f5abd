"""`cpdesk server`: looking after the district server beyond desks."""

from __future__ import annotations

import typer

from cpdesk.cli.server_app_users import app as app_users

app = typer.Typer(no_args_is_help=True)
app.add_typer(app_users, name="app-user", help="Phones: app users, forms for them, submissions in quarantine.")
