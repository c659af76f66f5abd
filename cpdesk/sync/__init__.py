"""Sync of desks with the district server: wire format, merge rules, client. See docs/sync-protocol.md."""
