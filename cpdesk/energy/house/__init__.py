"""From what a survey says to a building in numbers."""
