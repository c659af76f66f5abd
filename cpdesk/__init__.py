"""cpdesk: the survey desk of a district that renews its houses and its heat."""

__version__ = "0.1.0"
