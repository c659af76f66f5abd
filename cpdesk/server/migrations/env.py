"""What Alembic runs: the migrations, on the connection and in the transaction of `migrations.upgrade`."""

from __future__ import annotations

from alembic import context

if hasattr(context, "config"):  # Alembic runs this file; whoever imports it as a module runs nothing
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    context.run_migrations()
