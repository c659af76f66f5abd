"""Expressions at random, by types, over the function library of ODK: what a form may rightly ask of its answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

Path = tuple[str, ...]
HOLE: Final = "§"

NUMBERS: Final = ("0", "1", "2", "3", "7", "10", "12", "100", "0.5", "2.5", "1.005", "0.1", "1000000", "-1", "-2.5")
WORDS: Final = (
    "'a'",
    "'b'",
    "'1'",
    "'0'",
    "'12'",
    "''",
    "'abc'",
    "' x  y '",
    "'屋顶'",
    "'é'",
    "'2.50'",
    "'a b c'",
    '"it\'s"',
)
DAYS: Final = ("2024-02-29", "2023-02-28", "1970-01-01", "2026-11-22", "1999-12-31", "1989-04-16", "2100-03-01")
PATTERNS: Final = ("[0-9]+", "[a-z]*", "a.*", ".{2}", "(a|b)+", "\\d+\\.\\d+", "[^0-9]", "")
NUMBER_CALLS: Final = (
    *("round", "int", "abs", "sqrt", "exp", "log", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "number"),
    *("exp10", "round2", "pow", "atan2", "min", "max", "pi", "round", "int"),
)
STEADY: Final = (
    *("true()", "false()", "random() < 1", "string-length(uuid()) = 36", "string-length(uuid(8)) = 8"),
    *("version() = '1'", "now() > today() - 1", "format-date(now(), '%Y-%m-%d') = string(today())", "boolean(now())"),
)
"""Conditions that are always the same though what they read is not."""
DIGESTS: Final = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
ENCODINGS: Final = ("", ", 'hex'", ", 'base64'")
DAY_FORMATS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%e.%n.%y", "%Y%m%d", "%H:%M:%S", "%h %M", "%Y年%n月%e日", "%3")


@dataclass(frozen=True)
class Expr:
    """An expression as a text with holes for its parts; `kind` is N (number), S, B, D (day), P (point in
    time), T (time of day), M (several choices), G (shape) or X (node-set)."""

    kind: str
    form: str
    parts: tuple[Expr, ...] = ()

    def __str__(self) -> str:
        pieces = self.form.split(HOLE)
        return pieces[0] + "".join(str(part) + piece for part, piece in zip(self.parts, pieces[1:], strict=True))

    def mapped(self, change: Callable[[Expr], Expr]) -> Expr:
        """The expression with all its parts changed, then itself."""
        return change(replace(self, parts=tuple(part.mapped(change) for part in self.parts)))

    def smaller(self) -> list[Expr]:
        """Simpler expressions of the same kind, the simplest first."""
        found = [] if not self.parts else [IDLE[self.kind]] if self.kind in IDLE else []
        found += [part for part in self.parts if part.kind == self.kind]
        for place, part in enumerate(self.parts):
            found += [self._with(place, other) for other in part.smaller()]
        return found

    def _with(self, place: int, part: Expr) -> Expr:
        return replace(self, parts=(*self.parts[:place], part, *self.parts[place + 1 :]))


IDLE: Final = {
    "N": Expr("N", "1"),
    "S": Expr("S", "'a'"),
    "B": Expr("B", "true()"),
    "D": Expr("D", "date('2024-02-29')"),
}


@dataclass(frozen=True)
class Target:
    """A node that an expression may read."""

    path: Path
    kind: str
    repeats: tuple[Path, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """Where an expression stands, and what it may read without a circle."""

    here: Path
    repeats: tuple[Path, ...]
    targets: Sequence[Target]
    all_repeats: Sequence[tuple[Path, tuple[Path, ...]]] = ()
    own_kind: str = ""
    lists: Sequence[str] = ()
    zone: str = "+00:00"


class Author:
    """Writes expressions for one place of a form."""

    def __init__(self, rng: random.Random, scope: Scope) -> None:
        self.rng = rng
        self.scope = scope

    def of(self, kind: str, depth: int) -> Expr:
        return {"N": self.number, "S": self.words, "B": self.truth, "D": self.day, "M": self.chosen}[kind](depth)

    # References

    def _way(self, path: Path) -> str:
        """A path to a node, absolute or by way of the parents."""
        here = self.scope.here
        if not here or self.rng.random() < 0.6:
            return "/" + "/".join(path)
        shared = 0
        while shared < min(len(here) - 1, len(path) - 1) and here[shared] == path[shared]:
            shared += 1
        up = "/".join([".."] * (len(here) - shared) + list(path[shared:]))
        return f"current()/{up}" if self.rng.random() < 0.15 else up

    def _up_to(self, path: Path) -> str:
        """A path by way of the parents to all items of a repeat this place lies in."""
        return "/".join([".."] * (len(self.scope.here) - len(path) + 1) + [path[-1]])

    def _single(self, kinds: str) -> list[Target]:
        own = self.scope.repeats
        return [
            target
            for target in self.scope.targets
            if target.kind in kinds and target.repeats == own[: len(target.repeats)]
        ]

    def _many(self, kinds: str) -> list[Target]:
        own = self.scope.repeats
        return [
            target
            for target in self.scope.targets
            if target.kind in kinds and target.repeats[: len(own)] == own and len(target.repeats) > len(own)
        ]

    def reference(self, kinds: str) -> Expr | None:
        """A node that is there at most once, seen from here."""
        if self.scope.own_kind and self.scope.own_kind in kinds and self.rng.random() < 0.6:
            return Expr(self.scope.own_kind, ".")
        found = self._single(kinds)
        if not found:
            return None
        target = self.rng.choice(found)
        return Expr(target.kind, self._way(target.path))

    def nodes(self, kinds: str) -> Expr | None:
        """The nodes of a question in the items of a repeat, sometimes of some items only."""
        around = [target for target in self._single(kinds) if target.repeats and target.repeats == self.scope.repeats]
        if around and self.scope.here and self.rng.random() < 0.2:
            target = self.rng.choice(around)
            repeat = target.repeats[-1]
            tail = "/".join(target.path[len(repeat) :])
            return Expr("X", f"{self._up_to(repeat)}/{tail}")
        found = self._many(kinds)
        if not found:
            return None
        target = self.rng.choice(found)
        path = self._way(target.path)
        if self.rng.random() < 0.35:
            repeat = target.repeats[-1]
            head, tail = "/" + "/".join(repeat), "/".join(target.path[len(repeat) :])
            inside = [
                other for other in self.scope.targets if other.repeats == target.repeats and other.path[:-1] == repeat
            ]
            if inside and self.rng.random() < 0.7:
                test = self._test(self.rng.choice(inside))
                return Expr("X", f"{head}[{HOLE}]/{tail}", (test,))
            place = self.rng.choice(("position() = 1", "position() > 1", "position() = 2", "position() < 3"))
            return Expr("X", f"{head}[{place}]/{tail}")
        return Expr("X", path)

    def _test(self, target: Target) -> Expr:
        """A condition inside brackets: names are those of the item tested, all else is named from the top."""
        name = self.rng.choice(("", "./")) + target.path[-1]
        outside = Author(self.rng, replace(self.scope, here=(), own_kind=""))
        if target.kind == "N":
            return Expr("B", f"{name} {self.rng.choice(('>', '<', '=', '!=', '>='))} {HOLE}", (outside.number(0),))
        return Expr("B", f"{name} {self.rng.choice(('=', '!='))} {HOLE}", (Expr("S", self.rng.choice(WORDS)),))

    def indexed(self, kinds: str, depth: int) -> Expr | None:
        found = [target for target in self._many(kinds) if len(target.repeats) <= 2]
        if not found:
            return None
        target = self.rng.choice(found)
        form, parts = "indexed-repeat(/" + "/".join(target.path), []
        for repeat in target.repeats:
            form += ", /" + "/".join(repeat) + f", {HOLE}"
            parts.append(Expr("N", self.rng.choice(("1", "1", "2", "3"))))
        return Expr(target.kind, form + ")", tuple(parts))

    # Kinds

    def _pick(self, makers: Sequence[Callable[[], Expr | None]], spare: Callable[[], Expr]) -> Expr:
        for _ in range(4):
            made = self.rng.choice(makers)()
            if made is not None:
                return made
        return spare()

    def _number_leaf(self) -> Expr:
        if self.rng.random() < 0.65:
            found = self.reference("N")
            if found is not None:
                return found
        return Expr("N", self.rng.choice(NUMBERS))

    def _words_leaf(self) -> Expr:
        if self.rng.random() < 0.65:
            found = self.reference("S")
            if found is not None:
                return found
        return Expr("S", self.rng.choice(WORDS))

    def _day_leaf(self) -> Expr:
        if self.rng.random() < 0.65:
            found = self.reference("D")
            if found is not None:
                return found
        return Expr("D", f"date('{self.rng.choice(DAYS)}')")

    def number(self, depth: int) -> Expr:
        if depth <= 0:
            return self._number_leaf()
        return self._pick(
            [
                self._number_leaf,
                lambda: self._operation(depth),
                lambda: self._operation(depth),
                lambda: self._number_call(depth),
                lambda: self._number_call(depth),
                lambda: self._of_words(depth),
                self._of_nodes,
                self._of_nodes,
                lambda: self._choose("N", depth),
                lambda: self.indexed("N", depth),
                self._place,
                lambda: self._of_days(depth),
                self._of_times,
                lambda: self._of_list(depth),
            ],
            self._number_leaf,
        )

    def _operation(self, depth: int) -> Expr:
        sign = self.rng.choice(("+", "-", "*", "div", "mod", "+", "-", "*"))
        form = f"({HOLE} {sign} {HOLE})"
        if self.rng.random() < 0.1:
            return Expr("N", f"(-{HOLE})", (self.number(depth - 1),))
        return Expr("N", form, (self.number(depth - 1), self.number(depth - 1)))

    def _number_call(self, depth: int) -> Expr:
        name = self.rng.choice(NUMBER_CALLS)
        one = self.number(depth - 1)
        if name == "round2":
            return Expr("N", f"round({HOLE}, {self.rng.choice(('0', '1', '2', '-1'))})", (one,))
        if name == "pi":
            return Expr("N", "pi()")
        if name in ("pow", "atan2"):
            return Expr("N", f"{name}({HOLE}, {HOLE})", (one, self.number(depth - 1)))
        if name in ("min", "max"):
            return Expr("N", f"{name}({HOLE}, {HOLE})", (one, self.number(depth - 1)))
        return Expr("N", f"{name}({HOLE})", (one,))

    def _of_words(self, depth: int) -> Expr:
        text = self.words(depth - 1)
        if self.rng.random() < 0.3:
            chosen = self.reference("M")
            if chosen is not None:
                return Expr("N", f"count-selected({HOLE})", (chosen,))
        return Expr("N", f"{self.rng.choice(('string-length', 'number', 'string-length'))}({HOLE})", (text,))

    def _of_nodes(self) -> Expr | None:
        name = self.rng.choice(("sum", "count", "min", "max", "count-non-empty", "sum"))
        nodes = self.nodes("N") if name in ("sum", "min", "max") else self.nodes("NSDM")
        if self.rng.random() < 0.25:
            inner = [path for path, around in self.scope.all_repeats if self._is_around(around)]
            if inner:
                path = self.rng.choice(inner)
                way = self._up_to(path) if path in self.scope.repeats else "/" + "/".join(path)
                return Expr("N", f"count({way})")
        return None if nodes is None else Expr("N", f"{name}({HOLE})", (nodes,))

    def _is_around(self, around: tuple[Path, ...]) -> bool:
        return around == self.scope.repeats[: len(around)]

    def _choose(self, kind: str, depth: int) -> Expr:
        if self.rng.random() < 0.5:
            parts: tuple[Expr, ...] = (self.truth(depth - 1), self.of(kind, depth - 1), self.of(kind, depth - 1))
            return Expr(kind, f"if({HOLE}, {HOLE}, {HOLE})", parts)
        return Expr(kind, f"coalesce({HOLE}, {HOLE})", (self.of(kind, depth - 1), self.of(kind, depth - 1)))

    def _place(self) -> Expr | None:
        if not self.scope.repeats:
            return None
        up = len(self.scope.here) - len(self.scope.repeats[-1])
        return Expr("N", f"position({'/'.join(['..'] * up)})") if up else None

    def _of_days(self, depth: int) -> Expr | None:
        first = self.day(depth - 1)
        if self.rng.random() < 0.4:
            return Expr("N", f"({HOLE} - {HOLE})", (first, self.day(depth - 1)))
        if self.scope.zone != "+00:00" and self.rng.random() < 0.97:
            return None
        name = self.rng.choice(("number", "int", "decimal-date-time"))
        return Expr("N", f"{name}({HOLE})", (first,))

    def _of_times(self) -> Expr | None:
        """Of points in time and shapes."""
        name, kind = self.rng.choice(
            (("decimal-date-time", "P"), ("decimal-time", "T"), ("distance", "G"), ("area", "G"))
        )
        found = self.reference(kind)
        if found is None:
            return None
        return Expr("N", f"round({name}({HOLE}) div 10)" if kind == "G" else f"{name}({HOLE})", (found,))

    def _of_list(self, depth: int) -> Expr | None:
        if not self.scope.lists:
            return None
        outside = Author(self.rng, replace(self.scope, here=(), own_kind=""))
        name = self.rng.choice(self.scope.lists)
        return Expr("N", f"count(instance('{name}')/root/item[part = {HOLE}])", (outside.words(depth - 1),))

    def words(self, depth: int) -> Expr:
        if depth <= 0:
            return self._words_leaf()
        return self._pick(
            [
                self._words_leaf,
                lambda: self._words_call(depth),
                lambda: self._words_call(depth),
                lambda: self._words_call(depth),
                lambda: self._choose("S", depth),
                lambda: self.indexed("S", depth),
                lambda: self._joined(depth),
                lambda: self._formatted(depth),
                lambda: self._from_choices(depth),
                lambda: Expr("S", f"string({HOLE})", (self.of(self.rng.choice("NBD"), depth - 1),)),
            ],
            self._words_leaf,
        )

    def _words_call(self, depth: int) -> Expr:
        rng, one = self.rng, self.words(depth - 1)
        form, *others = rng.choice(
            (
                lambda: (f"concat({HOLE}, {HOLE})", self.words(depth - 1)),
                lambda: (f"concat({HOLE}, {HOLE}, {HOLE})", self.number(depth - 1), self.words(depth - 1)),
                lambda: (f"substr({HOLE}, {rng.randint(-3, 4)})",),
                lambda: (f"substr({HOLE}, {rng.randint(-2, 3)}, {rng.randint(-2, 6)})",),
                lambda: (f"substring-{rng.choice(('before', 'after'))}({HOLE}, {rng.choice(WORDS)})",),
                lambda: (f"translate({HOLE}, 'abc1', {rng.choice(WORDS)})",),
                lambda: (f"normalize-space({HOLE})",),
                lambda: (f"digest({HOLE}, '{rng.choice(DIGESTS)}'{rng.choice(ENCODINGS)})",),
                lambda: (f"join({rng.choice(WORDS)}, {HOLE}, {HOLE})", self.words(depth - 1)),
                lambda: (f"concat({HOLE}, base64-decode('{rng.choice(('YWJj', '5bGL6aG2', '', 'YQ=='))}'))",),
            )
        )()
        return Expr("S", form, (one, *others))

    def _joined(self, depth: int) -> Expr | None:
        nodes = self.nodes("NSDM")
        if nodes is None:
            return None
        return Expr("S", self.rng.choice(("join(', ', §)", "concat(§)")), (nodes,))

    def _formatted(self, depth: int) -> Expr:
        name = self.rng.choice(("format-date", "format-date-time"))
        found = self.reference("P")
        if found is not None and self.rng.random() < 0.5:
            return Expr("S", f"{name}({HOLE}, '{self.rng.choice(DAY_FORMATS)}')", (found,))
        return Expr("S", f"{name}({HOLE}, '{self.rng.choice(DAY_FORMATS)}')", (self.day(depth - 1),))

    def _from_choices(self, depth: int) -> Expr | None:
        which = self.rng.random()
        if which < 0.3 and self.scope.lists:
            outside = Author(self.rng, replace(self.scope, here=(), own_kind=""))
            column = self.rng.choice(("label", "part", "name"))
            form = f"instance('{self.rng.choice(self.scope.lists)}')/root/item[name = {HOLE}]/{column}"
            return Expr("S", form, (outside.words(0),))
        named = [target for target in self._single("S") if target.values]
        if which < 0.6 and named:
            target = self.rng.choice(named)
            path = "/" + "/".join(target.path)
            return Expr("S", f"jr:choice-name({HOLE}, '{path}')", (Expr("S", self._way(target.path)),))
        chosen = self.reference("M")
        if chosen is None:
            return None
        return Expr("S", f"selected-at({HOLE}, {self.rng.choice(('0', '1', '2', '-1', '5'))})", (chosen,))

    def chosen(self, depth: int) -> Expr:
        return self.reference("M") or Expr("M", "'a b'")

    def day(self, depth: int) -> Expr:
        if depth <= 0:
            return self._day_leaf()
        return self._pick(
            [
                self._day_leaf,
                self._day_leaf,
                lambda: Expr("D", "today()"),
                lambda: Expr(
                    "D", f"date({HOLE} + {HOLE})", (self._day_leaf(), Expr("N", self.rng.choice(("1", "30", "-366"))))
                ),
                lambda: self._choose("D", depth),
                lambda: self.indexed("D", depth),
            ],
            self._day_leaf,
        )

    def truth(self, depth: int) -> Expr:
        if depth <= 0:
            return self._comparison(0)
        return self._pick(
            [
                lambda: self._comparison(depth),
                lambda: self._comparison(depth),
                lambda: self._comparison(depth),
                lambda: self._both(depth),
                lambda: Expr("B", f"not({HOLE})", (self.truth(depth - 1),)),
                lambda: self._of_text(depth),
                self._is_chosen,
                self._is_chosen,
                lambda: self._list_of_checks(depth),
                lambda: Expr("B", f"boolean({HOLE})", (self.of(self.rng.choice("NS"), depth - 1),)),
                lambda: Expr("B", f"boolean-from-string({HOLE})", (self.words(depth - 1),)),
                lambda: Expr("B", self.rng.choice(STEADY)),
                lambda: Expr("B", HOLE, (self._number_leaf(),)),
                self._answered,
            ],
            lambda: self._comparison(0),
        )

    def _answered(self) -> Expr | None:
        """A reference for a condition: true when answered, a number when it is not 0."""
        found = self.reference("NSDM")
        return None if found is None else Expr("B", HOLE, (found,))

    def _comparison(self, depth: int) -> Expr:
        sign = self.rng.choice(("=", "!=", "<", "<=", ">", ">="))
        which = self.rng.random()
        if which < 0.55:
            return Expr("B", f"{HOLE} {sign} {HOLE}", (self.number(depth - 1), self.number(depth - 1)))
        if which < 0.7:
            found = self.reference("NSDM")
            if found is not None:
                return Expr("B", f"{HOLE} {self.rng.choice(('=', '!='))} ''", (found,))
        if which < 0.85:
            return Expr(
                "B", f"{HOLE} {self.rng.choice(('=', '!='))} {HOLE}", (self.words(depth - 1), self.words(depth - 1))
            )
        return Expr("B", f"{HOLE} {sign} {HOLE}", (self.day(depth - 1), self.day(depth - 1)))

    def _both(self, depth: int) -> Expr:
        return Expr(
            "B", f"({HOLE} {self.rng.choice(('and', 'or'))} {HOLE})", (self.truth(depth - 1), self.truth(depth - 1))
        )

    def _of_text(self, depth: int) -> Expr:
        one = self.words(depth - 1)
        if self.rng.random() < 0.4:
            return Expr("B", f"regex({HOLE}, '{self.rng.choice(PATTERNS)}')", (one,))
        name = self.rng.choice(("contains", "starts-with", "ends-with"))
        return Expr("B", f"{name}({HOLE}, {self.rng.choice(WORDS)})", (one,))

    def _is_chosen(self) -> Expr | None:
        targets = [target for target in self._single("MS") if target.values]
        if not targets:
            return None
        target = self.rng.choice(targets)
        value = self.rng.choice((*target.values, "none"))
        return Expr("B", f"selected({HOLE}, '{value}')", (Expr(target.kind, self._way(target.path)),))

    def _list_of_checks(self, depth: int) -> Expr:
        least, most = self.rng.choice(("-1", "0", "1", "2")), self.rng.choice(("0", "1", "2", "3"))
        if self.rng.random() < 0.5:
            checks = tuple(self.truth(depth - 1) for _ in range(self.rng.randint(1, 3)))
            return Expr("B", f"checklist({least}, {most}, {', '.join([HOLE] * len(checks))})", checks)
        pairs = [(self.truth(depth - 1), Expr("N", self.rng.choice(NUMBERS))) for _ in range(self.rng.randint(1, 3))]
        parts = tuple(part for pair in pairs for part in pair)
        return Expr("B", f"weighted-checklist({least}, {most}, {', '.join([HOLE] * len(parts))})", parts)
