"""The errors a person may meet: a stable code, a sentence for people and a remedy.

Every code is declared once, in `resources/i18n/errors/*.csv`, with its words in both languages. The four classes say
whose turn it is: the person's (`InputFault`), the machine's or the network's (`EnvironmentFault`), the data's
(`IntegrityFault`), or the rights' (`AccessFault`). Anything else that is raised is a bug of the program and is
reported as one; an environment's fault is never shown as a bug, and a bug never hidden as an environment's fault.
"""

from __future__ import annotations


class CpdeskError(Exception):
    """Base of all errors that are meant for people. `fields` fill the placeholders of the declared sentence."""

    def __init__(self, code: str, /, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    def message(self, language: str = "zh") -> str:
        """What went wrong, in one sentence that names the thing and the value."""
        return self._words(language)[0]

    def remedy(self, language: str = "zh") -> str:
        """What to do next; empty when nothing can be done."""
        return self._words(language)[1]

    def _words(self, language: str) -> tuple[str, str]:
        from cpdesk.base.i18n import error_words  # late: i18n reads resources, which raise errors themselves

        return error_words(self.code, language, self.fields)

    def __str__(self) -> str:
        message, remedy = self._words("en")
        return f"{self.code}: {message} {remedy}".rstrip()


class InputFault(CpdeskError):
    """Something a person gave (a file, a cell, an answer, an argument) is not right; codes CP-1xxx."""


class EnvironmentFault(CpdeskError):
    """Disk full, file locked, server away, no key store: nobody's mistake; codes CP-2xxx."""


class IntegrityFault(CpdeskError):
    """Stored data is damaged, too new, or not what its hash says; codes CP-3xxx."""


class AccessFault(CpdeskError):
    """Wrong PIN, expired code, missing right; codes CP-4xxx."""
