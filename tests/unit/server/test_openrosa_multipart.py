"""The parser of multipart bodies: any cut of the bytes gives the same parts, and what is none is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.server.openrosa.multipart import (
    HEAD_BYTES_MAX,
    MalformedBody,
    MultipartParser,
    PartData,
    PartEnd,
    PartHead,
    boundary_of,
)

BOUNDARY = b"xY"
CONTENT = st.lists(
    st.sampled_from([b"\r", b"\n", b"-", b"--", b"xY", b"\r\n--x", b"\r\n", b"a", b"\0\xff", b"\r\n--"]), max_size=8
).map(b"".join)


def body_of(parts: list[tuple[str, bytes]]) -> bytes:
    lines = [
        b'--xY\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + content + b"\r\n"
        for name, content in parts
    ]
    return b"".join(lines) + b"--xY--\r\n"


def parsed(body: bytes, cuts: list[int]) -> list[tuple[str, bytes]]:
    parser, found, data = MultipartParser(BOUNDARY), [], b""
    places = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    name = ""
    for start, end in pairwise(places):
        for event in parser.feed(body[start:end]):
            if isinstance(event, PartHead):
                name, data = event.name, b""
            elif isinstance(event, PartData):
                data += event.data
            elif isinstance(event, PartEnd):
                found.append((name, data))
    assert parser.is_finished
    return found


@given(
    parts=st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), CONTENT), max_size=4),
    cuts=st.lists(st.integers(0, 400), max_size=40),
)
def test_every_cut_gives_the_same_parts(parts: list[tuple[str, bytes]], cuts: list[int]) -> None:
    whole = [(name, content) for name, content in parts if b"\r\n--xY" not in b"\r\n" + content]
    assert parsed(body_of(whole), cuts) == whole


def test_a_body_byte_by_byte_and_with_an_epilogue() -> None:
    body = body_of([("a", b"1\r\n--x2"), ("b", b"")]) + b"epilogue\r\n--xY\r\n"
    assert parsed(body, list(range(len(body)))) == [("a", b"1\r\n--x2"), ("b", b"")]


def test_heads_are_read_as_clients_write_them() -> None:
    head = 'Content-Disposition: form-data; name="井.jpg"; filename="a\\"b.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    (event,) = MultipartParser(BOUNDARY).feed(b"--xY\r\n" + head.encode())
    assert event == PartHead("井.jpg", 'a"b.jpg', "image/jpeg")


@pytest.mark.parametrize(
    "body",
    [
        b"--xY\r\nContent-Type: text/xml\r\n\r\n",
        b"--xY\r\nContent-Disposition: attachment; name=a\r\n\r\n",
        b"--xY\r\nContent-Disposition: form-data\r\n\r\n",
        b"--xYZ\r\n",
        b"--xY\r\n" + b"a" * (HEAD_BYTES_MAX + 10),
        b"--xY" + b" " * (HEAD_BYTES_MAX + 10),
    ],
)
def test_what_is_no_form_data_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        list(MultipartParser(BOUNDARY).feed(body))


@pytest.mark.parametrize(
    "header", ["", "text/xml", "multipart/form-data", "multipart/mixed; boundary=x", 'multipart/form-data; boundary=""',
               f"multipart/form-data; boundary={'x' * 71}", 'multipart/form-data; boundary="a\x00"'],
)  # fmt: skip
def test_other_types_and_boundaries_are_refused(header: str) -> None:
    with pytest.raises(MalformedBody):
        boundary_of(header)


def test_a_quoted_boundary_counts() -> None:
    assert boundary_of('Multipart/Form-Data; charset=utf-8; boundary="a b"') == b"a b"
