"""Every function over node-sets, blank answers, numbers that are none, texts and truths."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cpdesk.base.errors import InputFault
from cpdesk.forms.files.external import MemoryTable
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.forms.xpath.context import Environment
from cpdesk.forms.xpath.functions import registry
from cpdesk.forms.xpath.functions_forms import park_miller
from cpdesk.forms.xpath.values import Value, to_text

WorkedOut = Callable[[str], Value]

TEXTS = [
    ("string(t)", "abc"),
    ("string(r/x)", "3"),
    ("string(nothing)", ""),
    ("string(1 div 0)", "Infinity"),
    ("string(0 div 0)", "NaN"),
    ("string(-0)", "0"),
    ("string(0.0000001)", "0.0000001"),
    ("string(1 = 1)", "true"),
    ("w[string() = 'no']", "no"),
    ("concat()", ""),
    ("concat(w, 1, true(), e)", "no51true"),
    ("join(',')", ""),
    ("join(',', w)", "no,5"),
    ("join(',', nothing)", ""),
    ("join(',', 'a', nothing, 2)", "a,,2"),
    ("join(',', r/x, 'end')", "3,4,,end"),
    ("contains(t, 'b')", "true"),
    ("contains(t, '')", "true"),
    ("contains(e, 'b')", "false"),
    ("starts-with(a, 1)", "true"),
    ("ends-with('abc', 'bc')", "true"),
    ("ends-with('', 'bc')", "false"),
    ("substring-before('a-b-c', '-')", "a"),
    ("substring-before('abc', '')", ""),
    ("substring-after('a-b-c', '-')", "b-c"),
    ("substring-after('abc', '')", "abc"),
    ("substring('12345', 2)", "2345"),
    ("substring('12345', 0, 3)", "12"),
    ("substring('12345', 0 div 0, 3)", ""),
    ("substring('12345', -42, 1 div 0)", "12345"),
    ("substr('hello', 1, 3)", "el"),
    ("substr('hello', -3)", "llo"),
    ("substr('hello', 1.9, 3.9)", "el"),
    ("substr('hello', 'x')", "hello"),
    ("substr('hello', 4, 2)", ""),
    ("string-length(t)", "3"),
    ("string-length(12.50)", "4"),
    ("w[string-length() = 1]", "5"),
    ("normalize-space('  a \t\n b ')", "a b"),
    ("normalize-space('a\u00a0 b')", "a\u00a0 b"),
    ("translate('bar', 'abc', 'AB')", "BAr"),
    ("translate('abc', 'aab', 'xyz')", "xzc"),
    ("digest('a', 'MD5', 'hex')", "0cc175b9c0f1b6a831c399e269772661"),
    ("digest('a', 'sha-1')", "hvfkN/qlp/zhXR3cuerq6jd2Z7g="),
    ("digest('some text', 'SHA-256', 'base64')", "uU9vElx546X/qoJvWEwQ1SraZp5nYgUbgmtVd20FrtI="),
    ("string-length(digest(e, 'SHA-384', 'hex'))", "96"),
    ("string-length(digest(e, 'SHA-512', 'HEX'))", "128"),
    ("base64-encode('中')", "5Lit"),
    ("base64-decode('5Lit')", "中"),
    ("base64-decode('aGVs bG8=')", "hello"),
    ("base64-decode('aGVsbG8')", ""),
    ("base64-decode(e)", ""),
    ("uuid(3)", "fff"),
    ("uuid(e)", ""),
    ("uuid(-1)", ""),
    ("version()", "7"),
    ("property('username')", "样例"),
    ("property('deviceid')", ""),
    ("coalesce(e, nothing, 'x')", "x"),
    ("coalesce(0 div 0, 'x')", "x"),
    ("coalesce('NaN', 'x')", "NaN"),
    ("coalesce(e, '')", ""),
    ("if(e, 'yes', 'no')", "no"),
    ("if('false', 'yes', 'no')", "yes"),
    ("if(0 div 0, 'yes', 'no')", "no"),
    ("selected-at('a b', 1.7)", "b"),
    ("selected-at('a b', -1)", ""),
    ("selected-at('a b', 2)", ""),
    ("selected-at('a b', e)", "a"),
    ("depend(t, a, n)", "abc"),
    ("name(*[1])", "a"),
    ("name(nothing)", ""),
    ("local-name(//deep)", "deep"),
    ("namespace-uri()", ""),
    ("indexed-repeat(r/x, r, 2)", "4"),
    ("indexed-repeat(/data/r/x, /data/r, 4)", ""),
    ("indexed-repeat(/data/r/x, /data/r, e)", ""),
    ("pulldata('list', 'label', 'name', 'i3')", "L3"),
    ("pulldata('list.csv', 'label', 'name', concat('i', 2))", "L2"),
    ("pulldata('list', 'label', '@code', 'c4')", "L4"),
    ("pulldata('list', '@code', 'name', 'i5')", "c5"),
    ("pulldata('list', 'label', 'name', 'none')", ""),
    ("pulldata('list', 'nothing', 'name', 'i1')", ""),
]
NUMBERS = [
    ("number(' 12 ')", "12"),
    ("number('+5')", "NaN"),
    ("number('1e3')", "NaN"),
    ("number('7.9e-3')", "0.0079"),
    ("number('.')", "NaN"),
    ("number('5.')", "5"),
    ("number(true())", "1"),
    ("number(nothing)", "NaN"),
    ("number(r/x)", "3"),
    ("int(n)", "-2"),
    ("int('x')", "NaN"),
    ("int(1 div 0)", "Infinity"),
    ("int(7.9e-12)", "0"),
    ("floor(n)", "-3"),
    ("floor(e)", "NaN"),
    ("ceiling(n)", "-2"),
    ("round(n)", "-2"),
    ("round(0.5)", "1"),
    ("round(1.005, 2)", "1.01"),
    ("round(-1.25, 1)", "-1.2"),
    ("round(155, -1)", "160"),
    ("round('4,6')", "5"),
    ("round(1.55, e)", "2"),
    ("round(1.5, 31)", "NaN"),
    ("round(123456789012345683968, 2)", "123456789012345683968"),
    ("round(e, 1)", "NaN"),
    ("abs(n)", "2.5"),
    ("sum(r/x)", "7"),
    ("sum(nothing)", "0"),
    ("sum(w)", "NaN"),
    ("min(r/x)", "3"),
    ("max(r/x, 9)", "9"),
    ("max(1, e, '', 0 div 0)", "1"),
    ("min(nothing)", "NaN"),
    ("max(w)", "NaN"),
    ("count(r)", "3"),
    ("count(nothing)", "0"),
    ("count-non-empty(r/x)", "2"),
    ("count-selected(s)", "3"),
    ("count-selected(e)", "0"),
    ("count-selected(12)", "1"),
    ("position(r[2])", "2"),
    ("position(nothing)", "0"),
    ("position(/)", "1"),
    ("position(@xml:lang)", "1"),
    ("position(t/text())", "1"),
    ("pow(2, 10)", "1024"),
    ("pow(0, -1)", "Infinity"),
    ("pow(-10, 309)", "-Infinity"),
    ("pow(-8, 1 div 3)", "NaN"),
    ("pow(1, 1 div 0)", "NaN"),
    ("sqrt(e)", "NaN"),
    ("log(0)", "-Infinity"),
    ("log10(1000)", "3"),
    ("exp(710)", "Infinity"),
    ("exp10(2)", "100"),
    ("sin(1 div 0)", "NaN"),
    ("cos(0)", "1"),
    ("tan(0)", "0"),
    ("asin(2)", "NaN"),
    ("acos(1)", "0"),
    ("atan(0)", "0"),
    ("round(atan2(1, 1) * 4 - pi(), 9)", "0"),
    ("random()", "0.25"),
    ("3 + e", "NaN"),
    ("5 mod 0", "NaN"),
    ("-5 mod 3", "-2"),
    ("1e2 + 1", "101"),
]
TRUTHS = [
    ("boolean(e)", "false"),
    ("boolean(nothing)", "false"),
    ("boolean('false')", "true"),
    ("boolean(0 div 0)", "false"),
    ("boolean(r[x = 9])", "false"),
    ("not(a)", "false"),
    ("true() and not(false())", "true"),
    ("boolean-from-string('1')", "true"),
    ("boolean-from-string(true())", "true"),
    ("boolean-from-string(1.0001)", "false"),
    ("selected(s, 'a')", "true"),
    ("selected('ab', 'a')", "false"),
    ("selected(e, '')", "true"),
    ("is-selected(12, '12')", "true"),
    ("checklist(1, 1, w)", "false"),
    ("checklist(-1, 2, true(), 'x', e)", "true"),
    ("checklist(-1, -1)", "true"),
    ("weighted-checklist(5, 5, true(), 5, e, 9)", "true"),
    ("weighted-checklist(-1, 2, 1, 3)", "false"),
    ("weighted-checklist(-5, 5, 1, -6)", "false"),
    ("weighted-checklist(2, -1, 1, 3)", "true"),
    ("weighted-checklist(0, 0)", "true"),
    ("weighted-checklist(5, 5, nothere, 9, true(), 5)", "true"),
    ("false() and weighted-checklist(1, 2, 3)", "false"),
    ("weighted-checklist(3, 3, r/x, r/x)", "false"),
    ("lang('zh')", "true"),
    ("lang('ZH-cn')", "true"),
    ("lang('en')", "false"),
    ("regex(t, '[a-c]+')", "true"),
    ("regex(t, 'b')", "false"),
    ("regex(e, '')", "true"),
    ("regex(12, '[0-9]{2}')", "true"),
    ("e = ''", "true"),
    ("nothing = ''", "true"),
    ("nothing/* = ''", "false"),
    ("0 != nothing/*", "false"),
    ("nothing/* = false()", "true"),
    ("r/x = 4 and r/x != 4", "true"),
    ("r/x > 3", "true"),
    ("r/x > r/x and r/x <= r/x", "true"),
    ("w < r/x", "false"),
    ("r/x < w", "true"),
    ("r/x = w", "false"),
    ("r/x != r/x", "true"),
    ("a != a", "false"),
    ("nothing != e", "false"),
    ("w = 5", "true"),
    ("4 = r/x", "true"),
    ("6.1 - 7.8 = -1.7", "true"),
    ("9007199254740991 = 9007199254740990", "false"),
    ("'' > 0 or '' <= 0", "false"),
    ("false() and nowhere(1)", "false"),
    ("if(true(), true(), nowhere())", "true"),
]


@pytest.mark.parametrize(("source", "text"), [*TEXTS, *NUMBERS, *TRUTHS])
def test_values(source: str, text: str, worked_out: WorkedOut) -> None:
    assert to_text(worked_out(source)) == text


def test_every_function_is_in_the_tables_or_has_its_own_test() -> None:
    sources = " ".join(source for source, _ in [*TEXTS, *NUMBERS, *TRUTHS])
    elsewhere = {
        "last", "id", "current", "instance", "once", "jr:itext", "jr:choice-name", "randomize", "extract-signed",
        "today", "now", "date", "date-time", "decimal-date-time", "decimal-time", "format-date", "format-date-time",
        "area", "enclosed-area", "distance", "geofence", "intersects",
    }  # fmt: skip
    called = set(re.findall(r"[a-z0-9:-]+(?=\()", sources))
    assert set(registry()) - called == elsewhere


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("nowhere(1)", "CP-1206"),
        ("pulldata('list')", "CP-1208"),
        ("weighted-checklist(1, 2, 3)", "CP-1208"),
        ("indexed-repeat(r/x, r, 1, 2)", "CP-1208"),
        ("pulldata('lost', 'a', 'b', 'c')", "CP-1210"),
        ("instance('lost')", "CP-1210"),
        ("digest('a', 'CRC32')", "CP-1218"),
        ("digest('a', 'MD5', 'roman')", "CP-1218"),
        ("count(1)", "CP-1218"),
        ("sum('1')", "CP-1218"),
        ("randomize('a')", "CP-1218"),
        ("uuid(1001)", "CP-1218"),
        ("'a' | r", "CP-1218"),
        ("'a'/b", "CP-1218"),
        ("(1)[1]", "CP-1218"),
        ("regex('a', '(')", "CP-1218"),
        ("$variable", "CP-1205"),
    ],
)
def test_what_a_function_cannot_take_is_a_coded_fault(source: str, code: str, worked_out: WorkedOut) -> None:
    with pytest.raises(InputFault) as caught:
        worked_out(source)
    assert caught.value.code == code
    assert caught.value.message("zh")
    assert caught.value.remedy("en")


@pytest.mark.parametrize(
    ("seed", "order"),
    [
        ("42", "163245"),
        ("'42'", "163245"),
        ("0", "325164"),
        ("e", "325164"),
        ("-5", "431265"),
        ("1.7", "265134"),
        ("123456789012", "432561"),
        ("2147483647", "325164"),
    ],
)
def test_a_seed_shuffles_as_javarosa_does(seed: str, order: str, worked_out: WorkedOut) -> None:
    """The orders were printed by the JavaRosa inside ODK Validate 1.20."""
    names = to_text(worked_out(f"join('', randomize(instance('list')/root/item/name, {seed}))"))
    assert names.replace("i", "") == order


def test_chance_shuffles_without_a_seed(worked_out: WorkedOut, environment: Environment) -> None:
    assert to_text(worked_out("join('', randomize(instance('list')/root/item/name))")) != "i1i2i3i4i5i6"
    draws = park_miller(1)
    assert [round(draws(), 6) for _ in range(3)] == [0.000008, 0.131538, 0.755605]  # 16807, 16807^2 mod 2^31-1, ...


def test_what_was_signed_is_given_only_to_the_right_key(worked_out: WorkedOut) -> None:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    message = "农宅 12".encode()
    signed = base64.b64encode(key.sign(message) + message).decode()
    assert worked_out(f"extract-signed('{signed}', '{public}')") == "农宅 12"
    other = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    assert worked_out(f"extract-signed('{signed}', '{other}')") == ""
    assert worked_out(f"extract-signed('{signed}', 'no key')") == ""
    assert worked_out(f"extract-signed('AAAA', '{public}')") == ""


def test_pulldata_asks_the_index_of_a_choice_file(
    load: Callable[..., Form], open_session: Callable[..., Session]
) -> None:
    form = load(
        "type | name | label | calculation",
        "text | well | Well | ",
        "calculate | depth | | pulldata('wells', 'depth_m', 'code', ${well})",
    )
    wells = MemoryTable(
        ("code", "depth_m"), [{"code": f"W{number}", "depth_m": str(number)} for number in range(2_000)]
    )
    session = open_session(form=form, files={"wells.csv": wells})
    session.set("well", "W1234")
    assert session.state("depth").value == "1234"
    session.set("well", "W9999")
    assert session.state("depth").value == ""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("boolean(/data/n)", "false"),
        ("if(/data/n, 'yes', 'no')", "no"),
        ("checklist(1, -1, /data/n)", "false"),
        ("checklist(1, 1, /data/n, true())", "true"),
        ("weighted-checklist(5, -1, /data/n, 5)", "false"),
        ("boolean(/data/t)", "true"),
        ("checklist(1, -1, /data/t)", "true"),
    ],
)
def test_a_question_of_numbers_holds_when_it_is_not_0(
    load: Callable[..., Form], open_session: Callable[..., Session], source: str, text: str
) -> None:
    session = open_session(form=load("type | name | label", "integer | n | N", "text | t | T"))
    session.set("n", "0")
    session.set("t", "0")
    assert session.evaluate(source) == text
