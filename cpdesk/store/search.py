"""Search by bigrams: two Chinese characters are found among a million records in milliseconds.

FTS5 has no tokenizer for Chinese, so the terms are made here and its own tokenizer only splits at blanks. A text gives

    Chinese, run 王小明       王小 小明 明        each pair, and the last character alone, so that `明*` finds every 明
    digits, run 13810012345  the run; its mirror behind `r`, so that endings are prefixes; and, since prefixes of one
                             number in a million would touch too many terms, its first and last three and four digits
                             behind `h` and `t`
    letters                  the run, in lower case

A query is the same cut: pairs joined by AND, digits as beginning or ending, letters as beginning. What AND of pairs
finds too much (王小 … 小明) is taken out by looking at the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_RUNS: Final = re.compile(r"[0-9]+|[a-z]+|[^\W0-9a-z_]+")
_HEADS: Final = (3, 4)
_ENDS_AT: Final = 3  # shorter runs of digits (house numbers) are found whole only


def normalise(texts: Iterable[str]) -> str:
    """The text that is searched: full-width forms made plain, lower case, one line."""
    joined = "\n".join(text for text in texts if text)
    return " ".join(unicodedata.normalize("NFKC", joined).casefold().split())


def terms_of(text: str) -> str:
    """Terms of a normalised text for the index, joined by blanks, each once."""
    terms: dict[str, None] = {}
    for run in _RUNS.findall(text):
        terms.update(dict.fromkeys(_terms_of_run(run)))
    return " ".join(terms)


def _terms_of_run(run: str) -> list[str]:
    if run[0].isdigit() and run.isascii():
        terms = [run]
        if len(run) > _ENDS_AT:
            terms.append("r" + run[::-1])
        for length in _HEADS:
            if len(run) >= length:
                terms += ["h" + run[:length], "t" + run[-length:]]
        return terms
    if run.isascii():
        return [run]
    return [run[place : place + 2] for place in range(len(run))]


def match_of(text: str) -> str:
    """The FTS5 query for what a person typed (normalised); empty when nothing of it can be searched."""
    return " AND ".join(part for run in _RUNS.findall(text) for part in _query_of_run(run))


def _query_of_run(run: str) -> list[str]:
    if run[0].isdigit() and run.isascii():
        if len(run) < _ENDS_AT:
            return [f'"{run}"']
        if len(run) in _HEADS:
            return [f'("h{run}" OR "t{run}")']
        return [f'("{run}"* OR "r{run[::-1]}"*)']
    if run.isascii():
        return [f'"{run}"*']
    if len(run) == 1:
        return [f'"{run}"*']
    return [f'"{run[place : place + 2]}"' for place in range(len(run) - 1)]


def must_contain(text: str) -> list[str]:
    """Chinese runs of three and more characters of a query: the found texts must hold them unbroken."""
    return [run for run in _RUNS.findall(text) if not run.isascii() and len(run) > 2]
