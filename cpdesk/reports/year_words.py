"""Years of a payback in words: nobody says "0 years", and in English one is not "years"."""

from __future__ import annotations

from cpdesk.base.i18n import Translator
from cpdesk.reports.household_content import Figure


def years_words(figure: Figure, translate: Translator, form: str = "") -> str:
    """`1 年以内`, `1 year`, `4 years`, `—`; form `about_` says that it is roughly so."""
    if figure.scaled is None:
        return figure.text
    many = "within" if figure.scaled == 0 else "one" if figure.scaled == 1 else "many"
    return translate(f"report.years.{form}{many}", n=figure.text)
