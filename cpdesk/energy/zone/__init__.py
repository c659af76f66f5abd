"""The heated zone by the hour and by the season, for one state of a house or for many at once."""
