"""Every operation without a window: one command each, for people (tables) and for programs (`--json`)."""
