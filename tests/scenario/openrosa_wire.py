"""Requests byte for byte: what is written down is what goes over the socket, and what comes back is read as it came."""

from __future__ import annotations

import hashlib
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """Status, headers as they came (several of one name are kept) and body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header.lower() == name.lower()]

    def one(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


class Line:
    """One connection to a server, kept alive from request to request as phones do."""

    def __init__(self, url: str) -> None:
        split = urlsplit(url)
        self.host = split.netloc
        self._socket = socket.create_connection((split.hostname, split.port), timeout=20)
        self._buffer = b""

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def send(self, raw: bytes) -> None:
        self._socket.sendall(raw)

    def ask(self, raw: bytes) -> Answer:
        self._socket.sendall(raw)
        return self.answer(is_head=raw.startswith(b"HEAD "))

    def answer(self, *, is_head: bool = False) -> Answer:
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split()[1])
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
        size = 0 if is_head or status in (204, 304) else lengths[0]
        while len(self._buffer) < size:
            self._more()
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return Answer(status, headers, body)

    def _more(self) -> None:
        piece = self._socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the line")
        self._buffer += piece


def digest_header(login: str, password: str, method: str, uri: str, challenge: str, count: int = 1) -> str:
    """An Authorization header as the authenticator library of Collect writes it."""
    found = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.partition(" ")[2]))
    nonce, realm, cnonce = found["nonce"], found["realm"], "0123456789abcdef"
    ha1 = _md5(f"{login}:{realm}:{password}")
    ha2 = _md5(f"{method}:{uri}")
    nc = f"{count:08x}"
    response = _md5(f"{ha1}:{nonce}:{nc}:{cnonce}:auth:{ha2}")
    return (
        f'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
        f'response="{response}", qop=auth, nc={nc}, cnonce="{cnonce}", algorithm=MD5'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
