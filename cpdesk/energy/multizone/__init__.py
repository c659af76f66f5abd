"""Buildings of several rooms, surface by surface: the detailed model that a building file is assessed with."""
