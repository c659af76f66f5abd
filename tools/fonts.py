"""Makes the fonts of `resources/fonts` from the static Noto Sans SC that npm carries.

    npm pack @expo-google-fonts/noto-sans-sc
    tar xzf expo-google-fonts-noto-sans-sc-*.tgz
    python tools/fonts.py package

The same package gives the same bytes. fontTools is a development dependency; the program never needs it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

ROOT: Final = Path(__file__).resolve().parents[1]
TARGET: Final = ROOT / "resources" / "fonts"
STANDARD_CHARACTERS: Final = Path(__file__).with_name("general_standard_characters.txt")
TEXT_SUFFIXES: Final = frozenset({".csv", ".json", ".md", ".txt", ".svg", ".xml"})

SUBSCRIPT_TWO: Final = 0x2082
SUBSCRIPT_SCALE: Final = 0.62
SUBSCRIPT_SHIFT: Final = -140
NARROW_DOT_ADVANCE: Final = 320
LATIN_FAMILY: Final = "Noto Sans SC Latin"

LATIN_RANGES: Final = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x2010, 0x205E),
    (0x2070, 0x209C),
    (0x20A0, 0x20BF),
    (0x2190, 0x22FF),
)
PROPORTIONAL: Final = (0x2018, 0x2019, 0x201C, 0x201D, 0x2026)
"""Quotes and ellipsis: as wide as a Chinese character in this font, too wide for English text."""


def main() -> None:
    """Make the four fonts from the unpacked npm package that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    package: Path = parser.parse_args().package
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    TARGET.mkdir(parents=True, exist_ok=True)
    for weight, folder in (("Regular", "400Regular"), ("Bold", "700Bold")):
        source = package / folder / f"NotoSansSC_{folder}.ttf"
        full = _opened(source)
        _add_subscript_two(full)
        if weight == "Bold":
            _subset(full, bold_characters())
        full.save(TARGET / f"NotoSansSC-{weight}.ttf")
        latin = _opened(source)
        _add_subscript_two(latin)
        _make_latin(latin, weight)
        latin.save(TARGET / f"NotoSansSCLatin-{weight}.ttf")
    (TARGET / "OFL.txt").write_bytes((package / "LICENSE_FONT").read_bytes())
    for path in sorted(TARGET.glob("*.ttf")):
        font = TTFont(path)
        print(f"{path.name}: {path.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters ({version})")


def bold_characters() -> set[int]:
    """What Bold holds: the national standard table, GB 2312 with its symbols, Latin, and all of our own resources."""
    lines = STANDARD_CHARACTERS.read_text(encoding="utf-8").splitlines()
    found = {ord(character) for line in lines if not line.startswith("#") for character in line}
    found.update(code for low, high in LATIN_RANGES for code in range(low, high + 1))
    found.update(range(0x2460, 0x2500))  # circled figures
    found.update(range(0x25A0, 0x2600))  # squares, discs, triangles
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            found.update(ord(character) for character in bytes((row, cell)).decode("gb2312", errors="ignore"))
    for path in sorted((ROOT / "resources").rglob("*")):
        if path.suffix in TEXT_SUFFIXES and path.parent != TARGET:
            found.update(map(ord, path.read_text(encoding="utf-8")))
    return found


def _opened(path: Path) -> TTFont:
    return TTFont(path, recalcTimestamp=False, recalcBBoxes=False)


def _add_subscript_two(font: TTFont) -> None:
    """The subscript two of CO₂, which the font lacks: its `2`, smaller and lowered."""
    name, base = "uni2082", font.getBestCmap()[ord("2")]
    component = GlyphComponent()
    component.glyphName = base
    component.x, component.y = 0, SUBSCRIPT_SHIFT
    component.transform = [[SUBSCRIPT_SCALE, 0], [0, SUBSCRIPT_SCALE]]
    component.flags = 0x0004 | 0x0008  # round to grid; one scale for both directions
    glyph = Glyph()
    glyph.numberOfContours = -1
    glyph.components = [component]
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    glyphs = font["glyf"]
    glyphs[name] = glyph
    glyph.recalcBounds(glyphs)
    advance, _ = font["hmtx"][base]
    font["hmtx"][name] = (round(advance * SUBSCRIPT_SCALE), glyph.xMin)
    font["vmtx"][name] = font["vmtx"][base]
    font["maxp"].numGlyphs = len(font.getGlyphOrder())
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format != 14:
            table.cmap[SUBSCRIPT_TWO] = name


def _subset(font: TTFont, characters: set[int]) -> None:
    options = Options()
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.layout_features = ["kern", "palt", "pwid", "liga", "ccmp"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def _make_latin(font: TTFont, weight: str) -> None:
    """Turns a full font into the companion for English: Latin only, with punctuation of Latin width."""
    wide, narrow = font.getBestCmap(), _single_substitutions(font, "pwid")
    missing = [f"U+{code:04X}" for code in PROPORTIONAL if wide[code] not in narrow]
    if missing:
        raise SystemExit(f"no proportional form in this version of the font: {' '.join(missing)}")
    forms = {code: narrow[wide[code]] for code in PROPORTIONAL}
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format != 14:
            table.cmap.update(forms)
    characters = {code for low, high in LATIN_RANGES for code in range(low, high + 1)}
    _subset(font, characters)
    _narrow_dot(font)
    _rename(font, weight)


def _narrow_dot(font: TTFont) -> None:
    name = font.getBestCmap()[0xB7]
    advance, bearing = font["hmtx"][name]
    moved = (advance - NARROW_DOT_ADVANCE) // 2
    glyph = font["glyf"][name]
    glyph.coordinates.translate((-moved, 0))
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (NARROW_DOT_ADVANCE, bearing - moved)


def _single_substitutions(font: TTFont, tag: str) -> dict[str, str]:
    table: Any = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == tag
        for index in record.Feature.LookupListIndex
    }
    return {
        old: new
        for index in sorted(lookups)
        for part in table.LookupList.Lookup[index].SubTable
        for old, new in getattr(part, "ExtSubTable", part).mapping.items()
    }


def _rename(font: TTFont, weight: str) -> None:
    compact = LATIN_FAMILY.replace(" ", "")
    names = {1: LATIN_FAMILY, 3: f"cpdesk;{compact}-{weight}", 4: f"{LATIN_FAMILY} {weight}", 6: f"{compact}-{weight}"}
    table = font["name"]
    table.names = [record for record in table.names if record.nameID not in (16, 17, 25)]
    for record in table.names:
        if record.nameID in names:
            record.string = names[record.nameID]


if __name__ == "__main__":
    main()
