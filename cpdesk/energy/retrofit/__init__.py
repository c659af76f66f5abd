"""Measures, all their combinations, and the packages chosen from them."""
