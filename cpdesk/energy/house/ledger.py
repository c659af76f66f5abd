"""The ledger of inputs: every value the engine uses is taken through it, so that none is used unseen.

It checks an answer against what is plausible, puts a default in the place of a missing one, and writes down either
with its quality, range and source. For the sensitivity of a result the same building is made again with one entry
overridden, or multiplied by a factor where it is worked out from others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.model.building import Answer, Input
from cpdesk.model.records import Quality

_ZH, _EN = Translator("zh"), Translator("en")
_WORST = (Quality.DEFAULT, Quality.ESTIMATED, Quality.BILL, Quality.MEASURED)


def fault(code: str, *, place: tuple[str, ...] = (), name: str = "", **fields: object) -> InputFault:
    """An `InputFault` whose place, field name (text keys) and unit are told in both languages.

    Without a place it is the household that is spoken of.
    """
    told = place or ("energy.place.household",)
    named: dict[str, object] = {
        "place_zh": "·".join(_ZH(key) for key in told),
        "place_en": ", ".join(_EN(key) for key in told),
    }
    if "unit" in fields:
        named |= unit_words(str(fields["unit"]))
    if name:
        named |= {"name_zh": _ZH(name), "name_en": _EN(name)}
    return InputFault(code, **named, **fields)


def unit_words(unit: str) -> dict[str, object]:
    """A unit as it is written behind a number, with its blank: ` m²`, ` 天`; nothing for a mere count."""
    key = f"energy.unit.{unit}"
    zh, en = (words(key) if unit and words.has(key) else unit for words in (_ZH, _EN))
    return {"unit_zh": f" {zh}" if zh else "", "unit_en": f" {en}" if en else ""}


def worst(*qualities: Quality) -> Quality:
    """The least sure of several qualities: a value computed from others is as unsure as the worst of them."""
    return min(qualities, key=_WORST.index)


class Ledger:
    """Collects inputs.

    `overrides` replaces the value of an entry by its key, `factors` multiplies it; the entry keeps what was answered.
    `known` are entries of another ledger for the same facts and tables: those that come out the same are taken over, so
    that a house made again and again for samples is quick.
    """

    def __init__(
        self,
        overrides: Mapping[str, float | str] | None = None,
        factors: Mapping[str, float] | None = None,
        known: Mapping[str, Input] | None = None,
    ) -> None:
        self.inputs: dict[str, Input] = {}
        self._overrides = overrides or {}
        self._factors = factors or {}
        self._known = known or {}

    def touches(self, prefix: str) -> bool:
        """Whether an override or a factor changes an entry whose key begins like this."""
        return any(key.startswith(prefix) for key in (*self._overrides, *self._factors))

    def take(self, entries: Iterable[Input]) -> None:
        """Entries of a part that is as it was."""
        self.inputs.update((item.key, item) for item in entries)

    def number(
        self,
        key: str,
        answer: Answer[float] | None,
        default: float,
        unit: str,
        *,
        limits: tuple[float, float],
        place: tuple[str, ...] = (),
        spread: tuple[float, float] = (1.0, 1.0),
        reason: str = "energy.default.rule",
        reason_fields: Mapping[str, str | float] | None = None,
        source: str = "",
        status: str = "own_rule",
    ) -> float:
        """The answered number, or the default with its reason.

        Args:
            limits: what is plausible, inclusive; an answer outside is refused.
            spread: P10 and P90 of a default as factors on it.

        Raises:
            InputFault: CP-1301 with place, name, value and range.
        """
        held = self._known.get(key)
        if held is not None and held.value == (default if answer is None else answer.value):
            return self._enter(held)
        name = f"energy.input.{key.rpartition('.')[2]}"
        if answer is not None:
            value, low, high = float(answer.value), limits[0], limits[1]
            if not low <= value <= high:
                raise fault("CP-1301", place=place, name=name, value=f"{value:g}", unit=unit, low=low, high=high)
            given = Input(key=key, name=name, value=value, unit=unit, quality=answer.quality, place=_place(place))
            return self._enter(given)
        entry = Input(
            key=key,
            name=name,
            value=default,
            unit=unit,
            quality=Quality.DEFAULT,
            low=default * spread[0] if spread != (1.0, 1.0) else None,
            high=default * spread[1] if spread != (1.0, 1.0) else None,
            place=_place(place),
            reason=reason,
            reason_fields=reason_fields or {},
            source=source,
            status=status,
        )
        return self._enter(entry)

    def code(
        self,
        key: str,
        answer: Answer[str] | None,
        default: str,
        allowed: Collection[str],
        *,
        place: tuple[str, ...] = (),
        reason: str = "energy.default.rule",
        reason_fields: Mapping[str, str | float] | None = None,
    ) -> str:
        """The answered choice code, or the default with its reason.

        Raises:
            InputFault: CP-1304 with place, name, value and the codes there are.
        """
        held = self._known.get(key)
        if held is not None and held.value == (default if answer is None else answer.value):
            self.inputs[key] = held
            return str(held.value) if answer is not None else str(self._overrides.get(key, default))
        name = f"energy.input.{key.rpartition('.')[2]}"
        if answer is not None:
            if answer.value not in allowed:
                expected = "、".join(sorted(allowed))
                raise fault("CP-1304", place=place, name=name, value=answer.value, expected=expected)
            assumed = answer.quality is Quality.DEFAULT
            self.inputs[key] = Input(
                key=key, name=name, value=answer.value, unit="", quality=answer.quality, place=_place(place),
                reason=reason if assumed else "", reason_fields=(reason_fields or {}) if assumed else {},
                status="own_rule" if assumed else "computed",
            )  # fmt: skip
            return answer.value
        self.inputs[key] = Input(
            key=key,
            name=name,
            value=default,
            unit="",
            quality=Quality.DEFAULT,
            place=_place(place),
            reason=reason,
            reason_fields=reason_fields or {},
            status="own_rule",
        )
        return str(self._overrides.get(key, default))

    def computed(
        self,
        key: str,
        value: float,
        unit: str,
        quality: Quality,
        *,
        spread: tuple[float, float],
        place: tuple[str, ...] = (),
        reason: str = "",
        reason_fields: Mapping[str, str | float] | None = None,
        source: str = "",
        status: str = "computed",
        half: float | None = None,
    ) -> float:
        """A value worked out from answers and tables (a U-value, an efficiency), with its P10 and P90 as factors.

        Args:
            half: half-width of P10 to P90 in place of `spread`, of a value that may have either sign.
        """
        held = self._known.get(key)
        if held is not None and held.value == value and held.quality is quality:
            return self._enter(held)
        sure = spread == (1.0, 1.0)
        entry = Input(
            key=key,
            name=f"energy.input.{key.rpartition('.')[2]}",
            value=value,
            unit=unit,
            quality=quality,
            low=value - half if half is not None else None if sure else value * spread[0],
            high=value + half if half is not None else None if sure else value * spread[1],
            place=_place(place),
            reason=reason if quality is Quality.DEFAULT else "",
            reason_fields=reason_fields or {},
            source=source,
            status=status,
        )
        return self._enter(entry)

    def quality(self, key: str) -> Quality:
        """How the value entered under a key is known."""
        return self.inputs[key].quality

    def _enter(self, entry: Input) -> float:
        self.inputs[entry.key] = entry
        return float(self._overrides.get(entry.key, entry.value)) * self._factors.get(entry.key, 1.0)


def _place(place: tuple[str, ...]) -> str:
    return " ".join(place)
