"""Which weather was used, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from cpdesk.base.i18n import Translator
from cpdesk.model.climate import WeatherNote, WeatherUse


def note_sentences(notes: Sequence[WeatherNote], translate: Translator) -> list[str]:
    """What a reader should know of a year of weather."""
    sentences = []
    for note in notes:
        fields = dict(note.fields)
        if isinstance(fields.get("field"), str):
            fields["field"] = translate(str(fields["field"]))
        sentences.append(translate(note.text_key, **fields))
    return sentences


def weather_sentence(use: WeatherUse, translate: Translator) -> str:
    """Which year an audit used, what it rests on, and what a reader should know of it."""
    if use.origin == "normals":
        return translate("energy.weather.used.normals", terrain=translate(f"energy.weather.terrain.{use.name}"))
    used = translate("energy.weather.used.file", source=use.source, altitude=round(use.altitude_m))
    space = "" if translate.language == "zh" else " "
    return space.join([used, *note_sentences(use.notes, translate)])
