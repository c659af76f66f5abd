"""From heat in the rooms to fuel and power."""
