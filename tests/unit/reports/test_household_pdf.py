"""The household report on paper: what is printed, where it may stand, and how it is read back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import household_samples as samples
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.reports import photos
from cpdesk.reports.household_content import Figure, HouseholdContent, MeasureRow, Photo, Signature, plain, texts_of
from cpdesk.reports.household_pdf import Job, missing_glyphs, render_household, render_households
from cpdesk.reports.typeset import bare
from cpdesk.reports.verify import read_code, verify

KINDS = {"retrofit": samples.retrofit, "nothing": samples.nothing}


@cache
def printed(kind: str) -> bytes:
    return render_household(KINDS[kind](), samples.photos())


def page_texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def page_images(pdf: bytes, dots_per_inch: int) -> Iterator[Image.Image]:
    for page in pypdfium2.PdfDocument(pdf):
        yield page.render(scale=dots_per_inch / 72).to_pil()


def squeezed(text: str) -> str:
    return "".join(bare(text).split())


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_and_figure_of_the_content_is_on_paper(kind: str) -> None:
    content, whole = KINDS[kind](), "".join(page_texts(printed(kind)))
    hidden = {content.identity.record, content.identity.program, content.kind, content.identity.visited_on}
    codes = {"wall", "roof", "window", "air", "floor", "now", "saving", "warmth", "after", "do", "leave", "open"}
    codes |= {"modelled", "calibrated", "billed", "M", "B", "E", "D"}
    hidden |= {photo.sha256 for photo in content.closing.photos}
    wanted = [text for text in texts_of(content) if text not in hidden | codes and len(text) > 1]
    missing = [text for text in wanted if squeezed(text) not in whole]
    pieces = [text for text in missing if not all(part in whole for part in re.findall(r"\d[\d,.]*", bare(text)))]
    assert len(wanted) > 80
    assert not pieces
    assert len(missing) <= len(wanted) // 10  # texts broken over lines are extracted in pieces


def test_the_answer_and_its_figures_stand_on_page_1() -> None:
    first = page_texts(printed("retrofit"))[0]
    for figure in ("3,860", "11,880", "1,300", "12.4", "15.6", "38"):
        assert figure in first
    assert "CO₂" not in first
    assert "P10" not in first


def test_every_page_says_whose_it_is_and_which_of_how_many() -> None:
    content = samples.retrofit()
    pages = page_texts(printed("retrofit"))
    assert len(pages) == 4
    for number, text in enumerate(pages, 1):
        assert f"第{number}页，共4页" in text
        assert content.identity.site in text
        assert content.identity.household in text
        assert content.hash()[:4] + content.hash()[4:] in text
        assert "样张" in text


@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_read_from_a_print_of_110_dots_and_agree(kind: str) -> None:
    content = KINDS[kind]()
    for number, image in enumerate(page_images(printed(kind), 110), 1):
        codes = [read_code(found.text) for found in zxingcpp.read_barcodes(image)]
        assert {code.page for code in codes} == {number}
        assert len(codes) == (2 if number == 4 else 1)
        assert all(verify(code.text(), content).agrees for code in codes)
        for code in codes:
            assert content.identity.household not in code.text()


def test_the_same_content_gives_the_same_bytes() -> None:
    assert render_household(samples.retrofit(), samples.photos()) == printed("retrofit")
    again = replace(samples.retrofit(), answer="别的话。")
    assert render_household(again, samples.photos()) != printed("retrofit")


def test_only_embedded_fonts_are_referred_to() -> None:
    pdf = printed("retrofit")
    assert b"Helvetica" not in pdf
    assert b"ZapfDingbats" not in pdf
    assert pdf.count(b"/FontFile2") == pdf.count(b"/Type /FontDescriptor") > 0
    assert pdf.count(b"/Subtype /TrueType") == pdf.count(b"/Type /FontDescriptor")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("duplex", [True, False])
def test_margins_stay_white_but_for_the_binding_marks(kind: str, duplex: bool) -> None:
    pdf = render_household(KINDS[kind](), samples.photos(), duplex=duplex)
    for number, image in enumerate(page_images(pdf, 72), 1):
        grey = image.convert("L")
        millimetre = 72 / 25.4
        mirrored = duplex and number % 2 == 0
        outer = (0, 0, 14 * millimetre, 842) if mirrored else (196 * millimetre, 0, 595, 842)
        assert min(grey.crop(tuple(map(round, outer))).tobytes()) > 240
        assert min(grey.crop((0, 0, 595, round(11 * millimetre))).tobytes()) > 240
        foot = (round(30 * millimetre), round(277.6 * millimetre), round(180 * millimetre), round(279.0 * millimetre))
        assert min(grey.crop(foot).tobytes()) > 240


def test_a_draft_says_so_and_has_no_place_for_the_seal() -> None:
    content = samples.retrofit()
    draft = replace(content, identity=replace(content.identity, draft=True, sample=False))
    pages = page_texts(render_household(draft, samples.photos()))
    assert all("草稿" in text and "样张" not in text for text in pages)
    assert "盖章处" not in pages[3]
    assert "盖章处" in page_texts(printed("retrofit"))[3]


def test_a_final_report_carries_no_badge() -> None:
    content = samples.retrofit()
    final = replace(content, identity=replace(content.identity, sample=False, surveyor="孙立"))
    assert "样张" not in page_texts(render_household(final, samples.photos()))[1]


def test_a_missing_photo_leaves_its_frame_with_the_reason() -> None:
    text = page_texts(render_household(samples.retrofit()))[3]
    assert "后墙堆着柴" in text
    assert text.count("照片还没传到这台电") == 3


def test_a_photo_that_cannot_be_read_leaves_its_frame_with_the_code_of_the_error() -> None:
    pdf = render_household(samples.retrofit(), samples.photos() | {"b" * 64: b"not a picture"})
    assert "CP-1603" in page_texts(pdf)[3]
    damaged = {"b" * 64: "CP-3104"}
    some = {"a" * 64: samples.photo_bytes(0)}
    text = page_texts(render_household(samples.retrofit(), some, damaged=damaged))[3]
    assert "CP-3104" in text
    assert text.count("照片还没传到这台电") == 1


def signed() -> HouseholdContent:
    content = samples.retrofit()
    signature = Signature("householder", "d" * 64, "2026-11-20")
    return replace(content, closing=replace(content.closing, signatures=(signature,)))


def test_a_signature_stands_in_its_box_with_the_day_of_the_visit() -> None:
    drawn = {"d" * 64: samples.signature_bytes()}
    (plain_box, signed_box) = (
        list(page_images(render_household(content, samples.photos() | drawn), 72))[3].crop((50, 500, 200, 600))
        for content in (samples.retrofit(), signed())
    )
    dark = [sum(grey < 100 for grey in box.convert("L").tobytes()) for box in (plain_box, signed_box)]
    assert dark[1] > dark[0] + 60
    text = page_texts(render_household(signed(), drawn))[3]
    assert "2026年11月20日" in text
    assert text.count("年月日") == 2


@pytest.mark.parametrize("data", [b"not a picture", samples.signature_bytes(blank=True)])
def test_a_signature_that_cannot_be_read_says_so_in_its_box(data: bytes) -> None:
    assert "CP-1603" in page_texts(render_household(signed(), {"d" * 64: data}))[3]
    assert "签字还没传到" in page_texts(render_household(signed()))[3]


def test_a_danger_to_life_stands_before_the_answer() -> None:
    for content in (samples.retrofit(), samples.nothing()):
        warned = replace(content, warning=Translator("zh")("report.warning.co"))
        first = page_texts(render_household(warned, samples.photos()))[0]
        assert 0 < first.index("煤气中毒") < first.index(squeezed(content.answer)[:8])
        long = replace(warned, answer="近几年要翻建，只看 1,000 元以内的：" + content.answer)
        assert len(page_texts(render_household(long, samples.photos()))) == 4


def test_an_office_nobody_set_leaves_no_holes() -> None:
    content = samples.retrofit()
    bare_office = replace(content.closing.contact, phone="", hours="")
    without = replace(
        content, identity=replace(content.identity, phone=""), closing=replace(content.closing, contact=bare_office)
    )
    first, *_, last = page_texts(render_household(without, samples.photos()))
    assert "电话" not in first
    assert "电话010" not in last
    assert bare_office.office in last


def test_photos_are_turned_upright_and_lose_their_metadata() -> None:
    lying = samples.photo_bytes(1, size=(1200, 1600), orientation=6)
    with Image.open(io.BytesIO(photos.for_frame(lying, width_mm=39.5, height_mm=30, caption="x"))) as made:
        assert made.size == (311, 236)
        assert not made.getexif()
        red, _, blue = made.getpixel((300, 118))  # type: ignore[misc]
        assert blue > red + 60  # the upper edge of the sensor is the right edge of the picture
        red, _, blue = made.getpixel((10, 118))  # type: ignore[misc]
        assert red > blue


def test_more_photos_than_four_go_to_an_appendix() -> None:
    content = samples.retrofit()
    many = tuple(Photo(f"第{number}张", "a" * 64) for number in range(1, 26))
    longer = replace(content, closing=replace(content.closing, photos=many))
    pages = page_texts(render_household(longer, samples.photos()))
    assert len(pages) == 6
    assert "第5张" in pages[4]
    assert "第25张" in pages[5]
    assert all("共6页" in text for text in pages)


def test_seven_measures_fit_and_all_of_more_stand_on_an_extra_page() -> None:
    content = samples.retrofit()
    row = content.choices.measures[2]
    seven = tuple(replace(row, name=f"做法{number}，石墨聚苯板 80 mm") for number in range(7))
    many = tuple(replace(row, name=f"做法{number}") for number in range(12))
    full = replace(content, choices=replace(content.choices, measures=seven, all_measures=many))
    pages = page_texts(render_household(full))
    assert len(pages) == 5
    assert all(f"做法{number}" in pages[4] for number in range(12))


LONG = "阿卜杜热合曼·买买提依明·古丽巴哈尔·艾山江"


def test_long_names_and_addresses_wrap_and_are_never_cut() -> None:
    content = samples.retrofit()
    identity = replace(
        content.identity,
        household=LONG,
        address="北京市昌平区流村镇老峪沟中心村委会高口行政村西梁自然村北沟东侧山坡下新建居民点 1032 号院西厢房",
        surveyor=LONG,
    )
    long = replace(content, identity=identity)
    first = page_texts(render_household(long))[0]
    assert LONG in first
    assert "西厢房" in first


def test_a_text_that_has_no_room_is_named_instead_of_drawn_over_its_neighbour() -> None:
    content = samples.retrofit()
    identity = replace(content.identity, household=LONG * 6)
    with pytest.raises(InputFault) as caught:
        render_household(replace(content, identity=identity))
    assert caught.value.code == "CP-1601"
    assert LONG[:6] in caught.value.message("zh")


def test_characters_without_a_glyph_are_listed_before_printing() -> None:
    content = samples.retrofit()
    assert missing_glyphs(content) == []
    rare = replace(content, identity=replace(content.identity, household="赵\U0003134f家"))
    assert missing_glyphs(rare) == ["\U0003134f"]
    assert "赵〓家" in page_texts(render_household(rare))[0]


def test_a_batch_is_one_document_and_each_report_begins_on_a_front_page() -> None:
    content = samples.retrofit()
    many = replace(content, closing=replace(content.closing, photos=samples.PHOTOS * 2))
    jobs = [Job(many, samples.photos()), Job(samples.nothing())]
    pages = page_texts(render_households(jobs))
    assert len(pages) == 5 + 1 + 4
    assert pages[5] == ""
    assert "第1页，共4页" in pages[6]
    assert len(page_texts(render_households(jobs, duplex=False))) == 9


def test_one_package_or_two_keep_the_table_in_shape() -> None:
    content = samples.retrofit()
    for count in (1, 2):
        fewer = replace(content, choices=replace(content.choices, choices=content.choices.choices[:count]))
        assert "11,880" in page_texts(render_household(fewer))[1]


def test_english_edition_has_the_same_figures() -> None:
    english = "".join(page_texts(render_household(samples.retrofit(), samples.photos(), language="en")))
    for figure in ("11,880", "1,300", "7,300", "4,608"):
        assert figure in english
    assert "Page1of4" in english


def test_figures_print_their_sign_their_thousands_and_their_gaps() -> None:
    assert Figure(-32040, 1).text == "−3,204.0"
    assert Figure(710, signed=True).text == "+710"
    assert Figure(0, signed=True).text == "0"
    assert Figure(None).text == "—"
    assert Figure(343, 2, mark="B", unconfirmed=True).marked == "3.43{B}{U}"
    assert Figure(93, 1).number == pytest.approx(9.3)


def test_content_has_one_canonical_form() -> None:
    content = samples.retrofit()
    assert content.hash() == samples.retrofit().hash()
    assert re.fullmatch(r"[0-9a-f]{8}", content.hash())
    assert content.hash() != replace(content, kind="comfort").hash()
    assert plain("王{M}\n**家**") == "王｛M｝ ＊＊家＊＊"


def test_sample_figures_add_up() -> None:
    """The fixture itself is a report: its rows sum to its totals, and the waterfall ends where it says."""
    choices = samples.retrofit().choices
    assert choices.total is not None
    for column in ("total", "subsidy", "own", "saving_same", "saving"):
        rows = [getattr(row, column).scaled for row in choices.measures]
        assert sum(rows) == getattr(choices.total, column).scaled
    assert sum(bar.yuan.scaled or 0 for bar in choices.bars[:-1]) == choices.bars[-1].yuan.scaled
    assert sum(loss.yuan.scaled or 0 for loss in samples.retrofit().losses) == 100


def test_types_of_the_content_are_those_of_the_samples() -> None:
    content: HouseholdContent = samples.nothing()
    assert content.choices.measures == ()
    assert isinstance(samples.TOTAL, MeasureRow)
