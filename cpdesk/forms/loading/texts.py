"""The texts of a form in its languages: itext with its forms (short, guidance, image, ...), labels, outputs."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import Form, Text, Words
from cpdesk.forms.tree import ELEMENT, TEXT, Node
from cpdesk.forms.xpath.compile import Expression, compile_expression

MEDIA: Final = ("image", "big-image", "audio", "video")
_PLAIN: Final = ("", "long", "short")
"""Which form speaks where a text has no plain one, first found."""
_GUIDANCE: Final = ("guidance", "print")
_CALL: Final = re.compile(r"\s*jr:itext\(\s*(?:'([^']*)'|\"([^\"]*)\")\s*\)\s*\Z")
_LANGUAGE: Final = re.compile(r"\(([A-Za-z]{2,3}(?:-\w+)*)\)\s*\Z")


def code_of_language(name: str) -> str:
    """ "zh" of "中文 (zh)"; a name without a code stands for itself."""
    match = _LANGUAGE.search(name)
    return match[1] if match else name


class Texts:
    """The dictionary of a form.

    Attributes:
        plain: texts by language and id; `forms` their other forms by language, id and form.
        default_language: the one marked as default, else the first.
    """

    def __init__(self, model: Node) -> None:
        self.plain: dict[str, dict[str, Text]] = {}
        self.forms: dict[str, dict[str, dict[str, Text]]] = {}
        self._formed: set[str] = set()  # the ids that have other forms in any language
        self.default_language = ""
        translations = [one for itext in model.elements() if itext.local == "itext" for one in itext.elements()]
        for translation in translations:
            language = translation.attribute("lang") or translation.attribute("xml:lang")
            if "default" in translation.attributes and not translation.attribute("default").startswith("false"):
                self.default_language = self.default_language or language
            plain = self.plain.setdefault(language, {})
            for text in translation.elements():
                self._read(text, plain, self.forms.setdefault(language, {}))
        self.default_language = self.default_language or next(iter(self.plain), "")

    def _read(self, text: Node, plain: dict[str, Text], forms: dict[str, dict[str, Text]]) -> None:
        key = text.attribute("id")
        found = {
            value.attribute("form"): text_of(value, f"itext {key}") for value in text.children if value.local == "value"
        }
        for form in _PLAIN:
            if form in found:
                plain[key] = found[form]
                break
        others = {form: _file_name(said) if form in MEDIA else said for form, said in found.items() if form}
        if others:
            forms[key] = others
            self._formed.add(key)

    def words_of(self, source: str, place: str) -> Words:
        """A text given as an attribute: the id of an itext in all languages, an itext expression, or plain words.

        Raises:
            InputFault: CP-1204 no language has that text.
        """
        key = itext_key(source)
        if key is not None:
            if not self._knows(key):
                raise InputFault("CP-1204", what=f"itext “{key}”", place=place)
            return {name: texts[key] for name, texts in self.plain.items() if key in texts and _says(texts[key])}
        if source.strip().startswith("jr:itext("):
            return {"": Text((compile_expression(source, place),))}
        return {"": Text((source,))} if source else {}

    def label_of(self, element: Node | None, place: str) -> Words:
        """The words of a <label> or <hint>; what stands in the element serves where its itext is missing."""
        if element is None:
            return {}
        reference = element.attribute("ref")
        key = itext_key(reference)
        inside = text_of(element, place)
        if not reference or (key is not None and inside.parts and not self._knows(key)):
            return {"": inside} if inside.parts else {}
        if reference.lstrip().startswith("jr:itext("):
            return self.words_of(reference, place)
        return {"": Text((compile_expression(reference, place),))}

    def media_of(self, element: Node | None) -> dict[str, Words]:
        """The files beside a label, by kind."""
        key = self._formed_key(element)
        if key is None:
            return {}
        return {kind: words for kind in MEDIA if (words := self._form_of(key, (kind,)))}

    def guidance_of(self, element: Node | None) -> Words:
        """What a <hint> says on paper or when asked for more."""
        key = self._formed_key(element)
        return {} if key is None else self._form_of(key, _GUIDANCE)

    def short_of(self, element: Node | None) -> Words:
        """The brief form of a <label>."""
        key = self._formed_key(element)
        return {} if key is None else self._form_of(key, ("short",))

    def _formed_key(self, element: Node | None) -> str | None:
        """The id of an element's text if it has other forms, as few have."""
        key = itext_key(element.attribute("ref")) if element is not None and self._formed else None
        return key if key in self._formed else None

    def _form_of(self, key: str, forms: tuple[str, ...]) -> Words:
        found: dict[str, Text] = {}
        for name, texts in self.forms.items():
            said = next((texts[key][form] for form in forms if form in texts.get(key, ())), None)
            if said is not None and said.parts and _says(said):
                found[name] = said
        return found

    def _knows(self, key: str) -> bool:
        return any(key in texts for texts in self.plain.values()) or any(key in texts for texts in self.forms.values())


def itext_key(source: str) -> str | None:
    """The id in `jr:itext('id')`, None for anything else."""
    match = _CALL.match(source)
    return None if match is None else match[1] if match[1] is not None else match[2]


def text_of(element: Node, place: str) -> Text:
    """Mixed content of words and `<output value="..."/>`. Raises CP-1205 to CP-1209 for an output that is wrong."""
    if element.value is not None:
        return Text((element.value,)) if element.value else Text()
    parts: list[str | Expression] = []
    for child in element.children:
        if child.kind == TEXT:
            parts.append(child.value or "")
        elif child.kind == ELEMENT and child.local == "output":
            parts.append(compile_expression(child.attribute("value") or child.attribute("ref"), f"output {place}"))
        else:
            parts.append(child.text)
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return Text(tuple(part for part in parts if part != ""))


def media_files(form: Form) -> list[str]:
    """Names of all files that the texts of a form show or play, in its order."""
    found = [
        said.parts[0]
        for texts in form.itext_forms.values()
        for forms in texts.values()
        for kind, said in forms.items()
        if kind in MEDIA and len(said.parts) == 1 and isinstance(said.parts[0], str) and _says(said)
    ]
    return list(dict.fromkeys(found))


def _file_name(text: Text) -> Text:
    """jr://images/plan.png → plan.png; a name with an output in it stays as it is."""
    if len(text.parts) == 1 and isinstance(text.parts[0], str):
        return Text((text.parts[0].strip().rpartition("/")[2],))
    return text


def _says(text: Text) -> bool:
    """pyxform writes "-" where a translation is missing; another language serves better than that."""
    return text.parts != ("-",)
