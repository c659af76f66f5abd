"""Deterministic simulation of desks and a district server: the real stores, the real client, the real server, and a
line, clocks and disks that fail as one seed tells them to."""
