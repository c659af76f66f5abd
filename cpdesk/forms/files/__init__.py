"""Choices that come from files: reading them, and nodes made of their rows when somebody asks."""
