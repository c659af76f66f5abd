"""Whole conversations, byte for byte, as ODK Collect and Enketo hold them, with a real server process.

The requests are written down from the OpenRosa 1.0 specifications and from what the sources of the two clients do:
their headers in their order, their boundaries, their parts. `{…}` stands for what differs from run to run.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
import socket
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from openrosa_phone import NANKOU, Server, form_xml, running, submission
from openrosa_wire import Answer, Line, digest_header

from cpdesk.forms.xform import load_form
from cpdesk.server.openrosa.admin import OpenRosaAdmin
from cpdesk.sync.client import sync_once

ONE = "5b9a0f54-1f0b-4f1b-9d3f-2f6c2a1d7e11"

COLLECT_GET = """GET {path} HTTP/1.1
Authorization: {authorization}
User-Agent: org.odk.collect.android/v2025.2.3 Dalvik/2.1.0 (Linux; U; Android 14; sdk Build/UE1A)
X-OpenRosa-Version: 1.0
Date: Mon, 23 Nov 2026 06:32:01 GMT
Accept-Language: zh-CN,zh;q=0.9
Host: {host}
Connection: Keep-Alive
Accept-Encoding: gzip

"""
COLLECT_POST = COLLECT_GET.replace("GET", "POST").replace(
    "Host:", "Content-Type: multipart/form-data; boundary={boundary}\nContent-Length: {length}\nHost:"
)
COLLECT_BOUNDARY = "cf1c3a9e-5b0e-4c4e-a6f1-2f5f4bd0c1aa"
ENKETO_GET = """GET {path} HTTP/1.1
X-OpenRosa-Version: 1.0
Date: Mon, 23 Nov 2026 06:32:01 GMT
authorization: {authorization}
host: {host}
Connection: close

"""
ENKETO_BOUNDARY = "----WebKitFormBoundaryp7MA4YWxkTrZu0gW"
ENKETO_POST = """POST {path} HTTP/1.1
host: {host}
accept: */*
accept-language: en-US,en;q=0.9
content-type: multipart/form-data; boundary={boundary}
x-openrosa-version: 1.0
x-openrosa-deviceid: enketo.example:8Bp1Qd2MzTqLk0cX
origin: https://enketo.example
x-forwarded-proto: https
authorization: {authorization}
transfer-encoding: chunked

"""


def written(template: str, **values: object) -> bytes:
    lines = template.format(**values).replace("\n", "\r\n")
    return re.sub(r"(?im)^authorization: \r\n", "", lines).encode()


def collect_body(xml: bytes, *files: tuple[str, bytes], incomplete: bool = False) -> bytes:
    """OkHttp's multipart: Content-Disposition, Content-Type and Content-Length of each part."""
    parts = [("xml_submission_file", "wells_quick_2026-11-23.xml", "text/xml; charset=utf-8", xml)]
    parts += [(name, name, "image/jpeg; charset=utf-8", content) for name, content in files]
    lines = [
        f'--{COLLECT_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, filename, kind, content in parts
    ]
    if incomplete:
        more = 'Content-Disposition: form-data; name="*isIncomplete*"\r\nContent-Length: 3\r\n\r\nyes\r\n'
        lines.append(f"--{COLLECT_BOUNDARY}\r\n{more}".encode())
    return b"".join(lines) + f"--{COLLECT_BOUNDARY}--\r\n".encode()


def enketo_body(xml: bytes, *files: tuple[str, bytes]) -> bytes:
    """The browser's FormData: a file called "xml_submission_file", then the files by their names."""
    parts = [("xml_submission_file", "xml_submission_file", "text/xml", xml)]
    parts += [(name, name, "image/png", content) for name, content in files]
    lines = [
        f'--{ENKETO_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, filename, kind, content in parts
    ]
    return b"".join(lines) + f"--{ENKETO_BOUNDARY}--\r\n".encode()


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"


def element(answer: Answer, name: str) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>", answer.text)
    assert found is not None, answer.text
    return found[1]


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    with running(tmp_path, database_url) as found:
        found.publish(form_xml(), "wells_quick", "3", "热力井巡查（样例）")
        yield found


def test_collect_with_digest_lists_downloads_and_sends(server: Server) -> None:
    user = server.app_user()
    with Line(server.url) as line:
        count = 0

        def get(path: str, challenge: str, template: str = COLLECT_GET) -> Answer:
            nonlocal count
            count += 1
            method = template.split(maxsplit=1)[0]
            header = digest_header(user.login, user.password, method, path, challenge, count) if challenge else ""
            return line.ask(written(template, path=path, host=line.host, authorization=header))

        path = f"/openrosa/{NANKOU}/formList"
        refused = get(path, "")
        assert refused.status == 401
        assert refused.one("X-OpenRosa-Version") == "1.0"
        challenge = refused.one("WWW-Authenticate")  # no Basic where anybody can listen
        assert re.fullmatch(r'Digest realm="cpdesk", qop="auth", algorithm=MD5, nonce="[\w=-]+"', challenge)
        count = 0
        listed = get(path, challenge)
        assert listed.status == 200
        assert listed.one("X-OpenRosa-Version") == "1.0"
        assert listed.one("Content-Type") == "text/xml; charset=utf-8"
        assert parsedate_to_datetime(listed.one("Date")).year >= 2026
        assert element(listed, "name") == "热力井巡查（样例）"
        assert element(listed, "version") == "3"

        form = get(element(listed, "downloadUrl").removeprefix(server.url), challenge)
        assert form.body == form_xml().encode()
        assert element(listed, "hash") == "md5:" + hashlib.md5(form.body, usedforsecurity=False).hexdigest()
        assert load_form(form.body).id == "wells_quick"
        files = get(element(listed, "manifestUrl").removeprefix(server.url), challenge)
        assert element(files, "filename") == "wells.csv"
        table = get(element(files, "downloadUrl").removeprefix(server.url), challenge)
        assert element(files, "hash") == "md5:" + hashlib.md5(table.body, usedforsecurity=False).hexdigest()

        path = f"/openrosa/{NANKOU}/submission"
        asked = get(path, challenge, COLLECT_GET.replace("GET", "HEAD"))
        assert asked.status == 204
        assert asked.one("Location") == f"{server.url}/openrosa/{NANKOU}/submission"
        assert int(asked.one("X-OpenRosa-Accept-Content-Length")) >= 10_000_000
        count += 1
        body = collect_body(submission(ONE, photo="1763879521000.jpg"), ("1763879521000.jpg", b"\xff\xd8sample"))
        header = digest_header(user.login, user.password, "POST", path, challenge, count)
        values = {"boundary": COLLECT_BOUNDARY, "length": len(body), "authorization": header}
        sent = line.ask(written(COLLECT_POST, path=path, host=line.host, **values) + body)
        assert sent.status == 201
        assert sent.one("Location") == f"{server.url}/openrosa/{NANKOU}/submission"
        assert "已收到，谢谢。" in sent.text
        again = line.ask(written(COLLECT_POST, path=path, host=line.host, **values) + body)
        assert again.status == 401  # the same bytes again are not proof: somebody may have listened
        assert "stale=true" in again.one("WWW-Authenticate")
    (survey,) = server.pulled().records()
    photo = hashlib.sha256(b"\xff\xd8sample").hexdigest()
    assert server.pulled().visible(survey)["photo"] == f"{photo}.jpg"


def test_collect_with_a_token_needs_no_password_and_the_token_can_be_revoked(server: Server) -> None:
    user = server.app_user()
    path = user.paths[NANKOU]
    with Line(server.url) as line:
        listed = line.ask(written(COLLECT_GET, path=f"{path}/formList", host=line.host, authorization=""))
        assert listed.status == 200
        assert path in element(listed, "downloadUrl")
        tag = listed.one("ETag")
        unchanged = written(COLLECT_GET, path=f"{path}/formList", host=line.host, authorization="")
        unchanged = unchanged.replace(b"Host:", f"If-None-Match: {tag}\r\nHost:".encode())
        assert line.ask(unchanged).status == 304
        with server.admin() as admin:
            admin.revoke_device(user.device)
        refused = line.ask(written(COLLECT_GET, path=f"{path}/formList", host=line.host, authorization=""))
        assert refused.status == 403
        assert "已被停用" in refused.text
        wrong = path.replace("key/", "key/x")
        assert line.ask(written(COLLECT_GET, path=f"{wrong}/formList", host=line.host, authorization="")).status == 403


def test_enketo_asks_by_basic_under_tls_and_sends_in_chunks(server: Server) -> None:
    user = server.app_user()
    basic = "Basic " + base64.b64encode(f"{user.login}:{user.password}".encode()).decode()
    secure = ENKETO_GET.replace("host:", "X-Forwarded-Proto: https\nhost:").replace("close", "keep-alive")
    path = f"/openrosa/{NANKOU}"
    with Line(server.url) as line:
        plain = line.ask(
            written(
                ENKETO_GET.replace("close", "keep-alive"), path=f"{path}/formList", host=line.host, authorization=basic
            )
        )
        assert plain.status == 401
        assert plain.one("Cpdesk-Problem") == "CP-4113"
        unknown = line.ask(written(secure, path=f"{path}/formList", host=line.host, authorization=""))
        assert [one.partition(" ")[0] for one in unknown.all("WWW-Authenticate")] == ["Digest", "Basic"]
        listed = line.ask(
            written(secure, path=f"{path}/formList?formID=wells_quick", host=line.host, authorization=basic)
        )
        assert element(listed, "downloadUrl").startswith(f"https://{line.host}/openrosa/{NANKOU}/")
        none = line.ask(written(secure, path=f"{path}/formList?formID=other", host=line.host, authorization=basic))
        assert "<formID>" not in none.text
        body = chunked(enketo_body(submission(ONE, photo="drawing.png"), ("drawing.png", b"\x89PNGsample")), 700)
        values = {"boundary": ENKETO_BOUNDARY, "authorization": basic}
        head = written(ENKETO_POST, path=f"{path}/submission", host=line.host, **values)
        sent = line.ask(head + body)
        assert sent.status == 201
        assert "Received. Thank you." in sent.text
        assert line.ask(head + body).status == 201  # Enketo repeats what it got no answer for
    assert len(server.pulled().records()) == 1


def test_wrong_passwords_lock_a_login_for_a_while(server: Server) -> None:
    user = server.app_user()
    path = f"/openrosa/{NANKOU}/formList"
    with Line(server.url) as line:
        challenge = line.ask(written(COLLECT_GET, path=path, host=line.host, authorization="")).one("WWW-Authenticate")

        def ask(password: str, count: int, uri: str = path) -> Answer:
            header = digest_header(user.login, password, "GET", uri, challenge, count)
            return line.ask(written(COLLECT_GET, path=path, host=line.host, authorization=header))

        assert ask(user.password, 1, "/openrosa/elsewhere").status == 401  # made for another address
        for count in range(10):
            assert ask("wrong", count + 1).status == 401
        locked = ask(user.password, 20)
        assert locked.status == 403
        assert "15 分钟" in locked.text
        with OpenRosaAdmin(server.config) as admin:
            assert [row.locked_until != "" for row in admin.users()] == [True]
            admin.unlock(user.login)
        assert ask(user.password, 21).status == 200


def test_five_megabytes_in_three_posts_with_the_server_killed_in_between(server: Server) -> None:
    path = server.app_user().paths[NANKOU]
    photos = {f"{name}.jpg": random.Random(name).randbytes(5_000_000) for name in "abc"}
    extra = "<defect><what>锈</what><shot>b.jpg</shot></defect><defect><what>水</what><shot>c.jpg</shot></defect>"
    xml = submission(ONE, photo="a.jpg", extra=extra)

    def request(name: str, host: str, *, incomplete: bool) -> bytes:
        body = collect_body(xml, (name, photos[name]), incomplete=incomplete)
        values = {"boundary": COLLECT_BOUNDARY, "length": len(body), "authorization": ""}
        return written(COLLECT_POST, path=f"{path}/submission", host=host, **values) + body

    for name, incomplete in (("a.jpg", True), ("b.jpg", True), ("c.jpg", False)):
        with Line(server.url) as line:  # cut in the middle of the body
            raw = request(name, line.host, incomplete=incomplete)
            line.send(raw[: len(raw) // 2])
            server.kill()
        server.start()
        with Line(server.url) as line:  # all of it sent, and the server killed before the phone hears the answer
            line.send(request(name, line.host, incomplete=incomplete))
            server.kill()
        server.start()
        with Line(server.url) as line:
            answer = line.ask(request(name, line.host, incomplete=incomplete))
            assert answer.status == (202 if incomplete else 201), answer.text
            again = line.ask(request(name, line.host, incomplete=incomplete))
            assert again.status == answer.status
    assert list((server.config.blobs / "parts").iterdir()) == []
    replica, transport = server.desk()
    sync_once(replica, transport)
    (survey,) = replica.records()
    fields = replica.visible(survey)
    named = {value.removesuffix(".jpg") for path, value in fields.items() if path == "photo" or path.endswith("/shot")}
    assert named == {hashlib.sha256(content).hexdigest() for content in photos.values()}
    assert {replica.blob_content(name) for name in named} == set(photos.values())


def test_a_line_that_breaks_leaves_nothing_behind(server: Server) -> None:
    path = server.app_user().paths[NANKOU]
    body = collect_body(submission(ONE, photo="a.jpg"), ("a.jpg", bytes(1_000_000)))
    values = {"boundary": COLLECT_BOUNDARY, "length": len(body), "authorization": ""}
    line = Line(server.url)
    line.send(written(COLLECT_POST, path=f"{path}/submission", host=line.host, **values) + body[:-40])
    line._socket.shutdown(socket.SHUT_WR)
    line._socket.close()
    with Line(server.url) as other:
        asked = written(COLLECT_GET, path=f"{path}/formList", host=other.host, authorization="")
        for _ in range(50):
            assert other.ask(asked).status == 200
            if not list((server.config.blobs / "parts").iterdir()):
                break
    assert list((server.config.blobs / "parts").iterdir()) == []
    assert server.pulled().records() == set()
