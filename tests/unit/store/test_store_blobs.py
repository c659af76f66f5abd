"""Files beside the database: content-addressed, encrypted, verified."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpdesk.base.errors import EnvironmentFault, IntegrityFault
from cpdesk.store import BlobInfo, Store

CHUNK = 64 * 1024


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "desk", bytes(32)) as one:
        yield one


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_gives_back_what_was_put(store: Store, tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    sha256 = store.blobs.put(content, "image/jpeg")
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert store.blobs.get(sha256) == content
    (tmp_path / "photo.jpg").write_bytes(content)
    assert store.blobs.put(tmp_path / "photo.jpg", "image/jpeg") == sha256
    assert store.blobs.info(sha256) == BlobInfo(sha256, size, "image/jpeg")
    assert len([path for path in store.blobs.folder.rglob("*") if path.is_file()]) == 1
    if size > 100:
        assert content[:100] not in store.blobs.path_of(sha256).read_bytes()


def test_a_changed_or_cut_file_is_told_and_kept_aside(store: Store) -> None:
    for damage in (
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[: 24 + CHUNK + 16],
        lambda sealed: sealed[:500] + bytes([sealed[500] ^ 1]) + sealed[501:],
        lambda sealed: b"",
    ):
        sha256 = store.blobs.put(b"photo" * 40_000, "image/jpeg")
        path = store.blobs.path_of(sha256)
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(IntegrityFault, match="CP-3104"):
            store.blobs.get(sha256)
        assert path.with_name(sha256 + ".damaged").exists() and not path.exists()


def test_verify_lists_bad_files_as_missing(store: Store) -> None:
    good, bad = store.blobs.put(b"good", "image/png"), store.blobs.put(b"bad", "image/png")
    store.blobs.path_of(bad).write_bytes(b"broken")
    assert store.blobs.verify() == [bad] and store.verify() == []
    assert store.blobs.missing() == [bad] and store.blobs.get(good) == b"good"
    store.replica.blob_received(bad, b"bad")
    assert store.blobs.missing() == [] and store.replica.blob_content(bad) == b"bad"


def test_what_is_to_send_and_to_fetch(store: Store) -> None:
    mine = store.blobs.put(b"mine", "image/png")
    theirs = hashlib.sha256(b"theirs").hexdigest()
    store.replica.expect_blobs([theirs, mine])
    assert store.replica.waiting().blobs == 1 and store.replica.blobs_to_send(5) == [BlobInfo(mine, 4, "image/png")]
    assert store.replica.blobs_to_fetch(5) == [theirs]
    with pytest.raises(IntegrityFault, match="CP-3105"):
        store.blobs.get(theirs)
    with pytest.raises(IntegrityFault, match="CP-3104"):
        store.replica.blob_received(theirs, b"something else")
    assert store.replica.blobs_to_fetch(5) == [theirs]
    store.replica.blob_received(theirs, b"theirs")
    store.replica.blob_sent(mine)
    assert store.replica.blobs_to_fetch(5) == [] == store.replica.blobs_to_send(5)


def test_a_missing_source_is_told(store: Store, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="CP-2004"):
        store.blobs.put(tmp_path / "nowhere.jpg", "image/jpeg")
    assert [path for path in store.blobs.folder.rglob("*") if path.is_file()] == []
