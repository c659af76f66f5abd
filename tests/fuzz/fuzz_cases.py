"""Cases at random: which questions a form has, what its rules read, and what a person answers. One seed, one case."""

from __future__ import annotations

import random
from typing import Final

from fuzz_expressions import HOLE, Author, Expr, Path, Scope, Target
from fuzz_forms import Case, Item, Said

TYPES: Final = {
    "int": ("int", "input", "N"),
    "decimal": ("decimal", "input", "N"),
    "text": ("string", "input", "S"),
    "date": ("date", "input", "D"),
    "select1": ("string", "select1", "S"),
    "select": ("string", "select", "M"),
    "dateTime": ("dateTime", "input", "P"),
    "time": ("time", "input", "T"),
    "geopoint": ("geopoint", "input", "-"),
    "geotrace": ("geotrace", "input", "G"),
    "geoshape": ("geoshape", "input", "G"),
    "barcode": ("barcode", "input", "S"),
    "trigger": ("string", "trigger", "S"),
    "range": ("int", "range", "N"),
    "ladder": ("decimal", "range", "N"),
    "order": ("odk:rank", "odk:rank", "M"),
    "kept": ("string", "", "S"),
}
"""Sort of question → type of its bind, its control, and what an expression may take it for (-: nothing)."""
WEIGHTS: Final = (22, 16, 18, 12, 12, 10, 3, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2)
ANSWERS: dict[str, tuple[str, ...]] = {
    "int": ("0", "1", "2", "3", "4", "5", "7", "12", "49", "-1", "100", "999999999", "-2147483648", ""),
    "decimal": ("0", "1", "2.5", "0.1", "-0.5", "3.14159", "1000.25", "0.005", "12", "123456.789", "-7.25", ""),
    "string": ("a", "b", "abc", "1", "0", "2.50", "a b c", "屋顶", "é", "😀 x", "x  y", "it's", "<&>", "12", ""),
    "barcode": ("6901234567892", "a b", ""),
    "date": ("2024-02-29", "2023-02-28", "1970-01-01", "2026-11-22", "1999-12-31", "1989-04-16", "2100-03-01", ""),
    "dateTime": ("2024-02-29T23:59:59.000", "2026-11-22T08:30:00.000", "1989-04-16T00:00:00.000", ""),
    "time": ("08:30:00.000", "23:59:59.000", "00:00:00.000", ""),
    "geopoint": ("40.22 116.23 50.0 5.0", "40.0 116.0 0.0 0.0", ""),
}
_LINE: Final = "40.22 116.23 50.0 5.0; 40.23 116.23 50.0 5.0; 40.23 116.25 0.0 0.0"
"""Shapes as phones write them."""
ANSWERS |= {
    "geotrace": (_LINE, "", "40.22 116.23 0.0 0.0; 40.22 116.2312 0.0 0.0"),
    "geoshape": (f"{_LINE}; 40.22 116.23 50.0 5.0", ""),
}
XLSFORM_SHARE: Final = 0.04
"""Of forms that pyxform makes; it takes many times as long as both engines together."""
WRONG: Final = {
    "int": ("abc", "1.5", "12 m2", "--1", "1e3"),
    "decimal": ("abc", "1.2.3", "12 m2", "--1"),
    "date": ("abc", "2024-13-40", "yesterday", "2023-02-30"),
    "dateTime": ("abc", "2024-02-30T25:00:00.000"),
    "time": ("abc", "25:61"),
    "geopoint": ("abc", "north"),
}
"""Texts that are no value of the type: phones do not let them be typed, we keep them with a problem."""
LABELS: Final = ("Area", "面积", "How many?", "Wall & roof", "<5 years", "")


class Maker:
    """Makes the case of one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.case = Case(seed, Item("group", "data"))
        self.targets: list[Target] = []
        self.repeats: list[tuple[Path, tuple[Path, ...]]] = []
        self.number = 0

    def make(self) -> Case:
        rng = self.rng
        self.case.languages = rng.random() < 0.25
        self.case.from_xlsform = rng.random() < XLSFORM_SHARE
        self.case.zone = rng.choice(("+00:00", "+00:00", "+08:00"))
        for number in range(rng.choice((0, 1, 1, 2))):
            size = rng.randint(2, 6)
            self.case.lists[f"list{number}"] = [(f"v{index}", rng.choice(("a", "b", "1"))) for index in range(size)]
        self._fill(self.case.root, ("data",), (), rng.randint(3, 9), 0)
        if rng.random() < 0.2:
            self._first_load()
        self.case.operations = [operation for _ in range(rng.randint(3, 14)) for operation in self._operation()]
        if self.case.from_xlsform:
            self._fit_for_xlsform()
        return self.case

    def _fit_for_xlsform(self) -> None:
        """A bar ends a cell of the markdown table; a default with colons is an expression to pyxform."""
        for item in self.case.root.walk():
            if ":" in item.default:
                item.default = ""
        self.case.from_xlsform = "|" not in self.case.xml(written=True)

    def _name(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.number}"

    def _fill(self, parent: Item, path: Path, repeats: tuple[Path, ...], size: int, depth: int) -> None:
        for _ in range(size):
            which = self.rng.random()
            if depth < 3 and which < 0.12:
                self._group(parent, path, repeats, depth)
            elif depth < 3 and len(repeats) < 2 and which < 0.26:
                self._repeat(parent, path, repeats, depth)
            else:
                self._question(parent, path, repeats)

    def _author(self, here: Path, repeats: tuple[Path, ...], own_kind: str = "") -> Author:
        return Author(
            self.rng, Scope(here, repeats, self.targets, self.repeats, own_kind, list(self.case.lists), self.case.zone)
        )

    def _group(self, parent: Item, path: Path, repeats: tuple[Path, ...], depth: int) -> None:
        group = Item("group", self._name("g"), label=("Group",))
        here = (*path, group.name)
        if self.rng.random() < 0.4:
            group.rules["relevant"] = self._author(here, repeats).truth(2)
        if self.rng.random() < 0.1:
            group.rules["readonly"] = self._author(here, repeats).truth(1)
        parent.children.append(group)
        self._fill(group, here, repeats, self.rng.randint(1, 4), depth + 1)

    def _repeat(self, parent: Item, path: Path, repeats: tuple[Path, ...], depth: int) -> None:
        repeat = Item("repeat", self._name("r"), label=("Repeat",), template=self.rng.random() < 0.6)
        here = (*path, repeat.name)
        author = self._author(here, repeats)
        if self.rng.random() < 0.25:
            repeat.count = self._count(parent, path, repeats)
        if self.rng.random() < 0.2:
            repeat.rules["relevant"] = author.truth(1)
        parent.children.append(repeat)
        self.repeats.append((here, repeats))
        self._fill(repeat, here, (*repeats, here), self.rng.randint(1, 4), depth + 1)
        if self.rng.random() < 0.2:
            self._new_item_action(repeat, here, (*repeats, here))

    def _count(self, parent: Item, path: Path, repeats: tuple[Path, ...]) -> Expr:
        """A question of its own for the number of items, so that numbers stay small."""
        item = Item("question", self._name("n"), "int", "input", label=("Count",))
        item.default = self.rng.choice(("", *("0", "1", "1", "2") * 3))
        parent.children.append(item)
        here = (*path, item.name)
        self.targets.append(Target(here, "N", repeats))
        return Expr("N", "/" + "/".join(here))

    def _question(self, parent: Item, path: Path, repeats: tuple[Path, ...]) -> None:
        rng = self.rng
        if rng.random() < 0.3:
            self._calculation(parent, path, repeats)
            return
        sort = rng.choices(list(TYPES), WEIGHTS)[0]
        kind, control, reads = TYPES[sort]
        item = Item("question", self._name(sort[0]), kind, control)
        here = (*path, item.name)
        author = self._author(here, repeats)
        item.label = self._said(author)
        if rng.random() < 0.15:
            item.hint = self._said(author)
        if rng.random() < 0.25:
            item.rules["relevant"] = author.truth(2)
        if rng.random() < 0.2:
            item.rules["required"] = author.truth(1)
        if rng.random() < 0.08:
            item.rules["readonly"] = author.truth(1)
        if rng.random() < 0.25 and reads in "NSDM":
            item.rules["constraint"] = self._author(here, repeats, reads).truth(2)
            if rng.random() < 0.5:
                item.message = rng.choice(("Too large", "面积不对", "<1 & >2"))
        if sort == "range":
            item.attributes = 'start="0" end="10" step="1"'
        elif sort == "ladder":
            item.attributes = 'start="-2" end="2" step="0.5"'
        if sort in ("select1", "select", "order"):
            self._choices(item, author)
        elif rng.random() < 0.15 and kind in ANSWERS and control != "range":
            item.default = self._typed(kind)
        if rng.random() < 0.1:
            self._action(item, repeats)
        parent.children.append(item)
        self.targets.append(Target(here, reads, repeats, item.values))

    def _calculation(self, parent: Item, path: Path, repeats: tuple[Path, ...]) -> None:
        kind, reads = self.rng.choice((("int", "N"), ("decimal", "N"), ("string", "S"), ("string", "N"), ("date", "D")))
        if self.rng.random() < 0.15:
            kind, reads = "string", "B"
        item = Item("question", self._name("c"), kind)
        here = (*path, item.name)
        author = self._author(here, repeats)
        item.rules["calculate"] = author.of(reads, self.rng.randint(1, 3))
        if item.rules["calculate"].form == HOLE:
            item.rules["calculate"] = Expr("B", f"boolean({HOLE})", (item.rules["calculate"],))
        if self.rng.random() < 0.1:
            item.rules["calculate"] = Expr("S", "once(§)", (item.rules["calculate"],))
        if self.rng.random() < 0.1:
            item.rules["relevant"] = author.truth(1)
        parent.children.append(item)
        if reads != "B":
            self.targets.append(Target(here, reads, repeats))

    def _said(self, author: Author) -> Said:
        parts: list[str | Expr] = [self.rng.choice(LABELS) or "L"]
        if self.rng.random() < 0.25:
            parts += [" ", author.of(self.rng.choice("NSD"), 1), " end"]
        return tuple(parts)

    def _choices(self, item: Item, author: Author) -> None:
        inside = [target for target in author._many("NS") if target.path[:-1] == target.repeats[-1]]
        if inside and self.rng.random() < 0.3:
            item.choices_nodes = Expr("X", "/" + "/".join(self.rng.choice(inside).path))
            item.values = ("1", "2", "a", "b")
        elif self.case.lists and self.rng.random() < 0.5:
            item.choices_from = self.rng.choice(list(self.case.lists))
            if self.rng.random() < 0.15:
                item.randomize = self.rng.choice(("1", "42", "1234567", "-3", "2.5"))
            rows = self.case.lists[item.choices_from]
            item.values = tuple(value for value, _ in rows)
            if self.rng.random() < 0.6:
                plain = Author(self.rng, Scope((), author.scope.repeats, self.targets, self.repeats))
                item.filter = Expr("B", "part = §", (plain.words(1),))
        else:
            item.values = tuple(self.rng.sample(("a", "b", "c", "1", "2", "12", "屋顶"), self.rng.randint(2, 5)))

    def _action(self, item: Item, repeats: tuple[Path, ...]) -> None:
        plain = [
            target
            for target in self.targets
            if target.kind in "NS" and target.repeats == repeats and target.path[-1][0] in "idt"
        ]
        if plain:
            target = self.rng.choice(plain)
            value = self._author(target.path, repeats).of(target.kind, 1)
            item.actions.append(("xforms-value-changed", target.path, value))

    def _new_item_action(self, repeat: Item, here: Path, repeats: tuple[Path, ...]) -> None:
        plain = [
            target
            for target in self.targets
            if target.kind in "NS" and target.repeats == repeats and target.path[-1][0] in "idt"
        ]
        if plain:
            target = self.rng.choice(plain)
            outer = [other for other in self.targets if other.repeats != repeats]
            scope = Scope(target.path, repeats, outer, self.repeats)
            repeat.actions.append(("odk-new-repeat", target.path, Author(self.rng, scope).of(target.kind, 1)))

    def _first_load(self) -> None:
        plain = [
            target
            for target in self.targets
            if target.kind in "NS" and not target.repeats and target.path[-1][0] in "idt"
        ]
        if plain:
            target = self.rng.choice(plain)
            value = Author(self.rng, Scope((), (), [], [])).of(target.kind, 1)
            event = self.rng.choice(("odk-instance-first-load", "odk-instance-first-load", "odk-instance-load"))
            self.case.actions.append((event, target.path, value))

    # What a person does

    def _operation(self) -> list[list[str]]:
        rng = self.rng
        if self.case.languages and rng.random() < 0.08:
            return [["language", rng.choice(("en", "zh"))]]
        if rng.random() < 0.03:
            return [["reopen"]]
        free = [place for place in self.repeats if self._item(place[0]).count is None]
        if free and rng.random() < 0.25:
            path, around = rng.choice(free)
            return [["add", self._place(path, around)]]
        if free and rng.random() < 0.08:
            path, around = rng.choice(free)
            return [["remove", f"{self._place(path, around)}[{rng.randint(1, 3)}]"]]
        asked = [(target, self._item(target.path)) for target in self.targets]
        asked = [(target, item) for target, item in asked if item.control]
        if not asked:
            return []
        target, item = rng.choice(asked)
        return [["set", self._place(target.path, target.repeats), self._answer(item)]]

    def _item(self, path: Path) -> Item:
        item = self.case.root
        for name in path[1:]:
            item = next(child for child in item.children if child.name == name)
        return item

    def _place(self, path: Path, repeats: tuple[Path, ...]) -> str:
        text = ""
        for length, name in enumerate(path, 1):
            text += f"/{name}"
            if path[:length] in repeats:
                text += f"[{self.rng.choice((1, 1, 1, 2, 2, 3))}]"
        return text

    def _answer(self, item: Item) -> str:
        rng = self.rng
        if rng.random() < 0.1:
            return ""
        if item.type in WRONG and item.control == "input" and rng.random() < 0.1:
            return rng.choice(WRONG[item.type])
        if item.name.startswith("n"):
            return rng.choice(("0", "1", "2", "3", "2", "-1", ""))
        if item.control == "range":
            return rng.choice(("0", "1", "2", "7") if item.type == "int" else ("0", "0.5", "-1.5", "2"))
        if item.control == "trigger":
            return "OK"
        return self._choice(item) if item.values else self._typed(item.type)

    def _choice(self, item: Item) -> str:
        rng = self.rng
        if item.control == "select1":
            return rng.choice(item.values)
        if item.control == "odk:rank":
            return " ".join(rng.sample(item.values, len(item.values)))
        chosen = rng.sample(item.values, rng.randint(1, min(3, len(item.values))))
        return " ".join(value for value in item.values if value in chosen)

    def _typed(self, kind: str) -> str:
        """What a person types; times carry the zone of the device."""
        text = self.rng.choice(ANSWERS[kind])
        if kind in ("dateTime", "time") and text:
            text += "Z" if self.case.zone == "+00:00" else self.case.zone
        return text


def make_case(seed: int) -> Case:
    """The case of a seed."""
    return Maker(seed).make()
