"""`cpdesk server`: looking after the district server beyond desks."""

from __future__ import annotations

import typer

from cpdesk.cli.server_app_users import app as app_users
from cpdesk.cli.server_backup import back_up, restore
from cpdesk.cli.server_exchange import exchange, recovery_key
from cpdesk.cli.server_people import audit, person, retention

app = typer.Typer(no_args_is_help=True)
app.add_typer(app_users, name="app-user", help="Phones: app users, forms for them, submissions in quarantine.")
app.add_typer(exchange, name="exchange", help="Files from villages without a line.")
app.add_typer(recovery_key, name="recovery-key", help="The key that opens desks whose PIN was forgotten.")
app.add_typer(person, name="person", help="What is held about a household: find it, give it out, erase it.")
app.add_typer(retention, name="retention", help="What is erased after how many days.")
app.add_typer(audit, name="audit", help="Who enrolled, read in bulk, exported, erased, was revoked.")
app.command("backup")(back_up)
app.command("restore")(restore)
