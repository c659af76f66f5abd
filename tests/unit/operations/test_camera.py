"""The camera program is started, and pictures are seen once they lie whole in a watched folder."""

import os
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from cpdesk.base.errors import EnvironmentFault
from cpdesk.operations import camera
from cpdesk.operations.camera import Watch, WatchedFolder


def jpeg(colour=(30, 90, 160), size=(800, 600), turned=1):
    image = Image.new("RGB", size, colour)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    stream = BytesIO()
    image.save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def noisy_jpeg(size=(1200, 900)):
    stream = BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(stream, "JPEG")
    return stream.getvalue()


def names(arrivals):
    return [arrival.path.name for arrival in arrivals]


def looks(watch, times=2):
    """What the next looks give, put together."""
    return [arrival for _ in range(times) for arrival in watch.look()]


@pytest.fixture
def roll(tmp_path):
    folder = tmp_path / "Camera Roll"
    folder.mkdir()
    (folder / "old.jpg").write_bytes(jpeg())
    return folder


@pytest.fixture
def watch(roll):
    begun = Watch([WatchedFolder(roll)])
    assert begun.look() == [], "what was there before is old"
    return begun


def test_a_new_picture_is_given_once_and_the_file_stays_untouched(roll, watch):
    content = jpeg()
    (roll / "new.jpg").write_bytes(content)
    assert watch.look() == [], "it may still be growing"
    assert names(watch.look()) == ["new.jpg"]
    assert looks(watch, 3) == []
    assert (roll / "new.jpg").read_bytes() == content


def test_a_half_written_picture_waits_until_it_is_whole(roll, watch):
    content = noisy_jpeg()
    file = roll / "slow.jpg"
    file.write_bytes(content[: len(content) // 2])
    assert looks(watch, 5) == [], "unchanged for a while, but its second half is missing"
    file.write_bytes(content)
    assert names(looks(watch)) == ["slow.jpg"]


def test_an_empty_file_is_waited_for_however_long(roll, watch):
    (roll / "begun.png").write_bytes(b"")
    assert looks(watch, 30) == []
    stream = BytesIO()
    Image.new("RGB", (64, 48), (10, 120, 90)).save(stream, "PNG")
    (roll / "begun.png").write_bytes(stream.getvalue())
    assert names(looks(watch)) == ["begun.png"]


def test_a_picture_that_cannot_be_opened_is_said_once_without_preview(roll, watch):
    (roll / "phone.heic").write_bytes(b"no picture we know" * 100)
    found = looks(watch, 20)
    assert [(arrival.path.name, arrival.preview) for arrival in found] == [("phone.heic", b"")]


def test_other_files_and_hidden_ones_do_not_count(roll, watch):
    (roll / "film.mp4").write_bytes(b"film")
    (roll / ".thumb.jpg").write_bytes(jpeg())
    (roll / "new.jpg.part").write_bytes(jpeg())
    assert looks(watch, 4) == []
    (roll / "new.jpg.part").rename(roll / "new.jpg")
    assert names(looks(watch)) == ["new.jpg"]


def test_the_same_name_written_again_is_a_new_picture(roll, watch):
    (roll / "old.jpg").write_bytes(jpeg(size=(640, 480)))
    assert names(looks(watch)) == ["old.jpg"]


def test_several_at_once_come_with_the_newest_last(roll, watch):
    for number, name in enumerate(("b.jpg", "c.jpg", "a.jpg")):
        (roll / name).write_bytes(jpeg())
        os.utime(roll / name, ns=(10**18 + number, 10**18 + number))
    assert names(looks(watch)) == ["b.jpg", "c.jpg", "a.jpg"]


def test_a_folder_that_the_camera_program_makes_is_new_with_all_in_it(tmp_path):
    pictures = tmp_path / "Pictures"
    watch = Watch([WatchedFolder(pictures)])
    assert watch.look() == []
    (pictures / "Webcam").mkdir(parents=True)
    (pictures / "Webcam" / "first.jpg").write_bytes(jpeg())
    assert names(looks(watch)) == ["first.jpg"]


def test_what_lies_on_a_stick_that_is_put_in_later_is_old(tmp_path):
    stick = tmp_path / "stick"
    watch = Watch([WatchedFolder(stick, outside=True)])
    assert watch.look() == []
    (stick / "DCIM").mkdir(parents=True)
    (stick / "DCIM" / "last-year.jpg").write_bytes(jpeg())
    assert looks(watch, 3) == []
    (stick / "DCIM" / "today.jpg").write_bytes(jpeg())
    assert names(looks(watch)) == ["today.jpg"]


def test_a_home_folder_is_not_searched_below(tmp_path):
    watch = Watch([WatchedFolder(tmp_path, deep=False)])
    watch.look()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "x.jpg").write_bytes(jpeg())
    (tmp_path / "y.jpg").write_bytes(jpeg())
    assert names(looks(watch)) == ["y.jpg"]


def test_the_preview_is_small_and_upright(roll, watch):
    (roll / "turned.jpg").write_bytes(jpeg(size=(1600, 1200), turned=6))
    (arrival,) = looks(watch)
    assert Image.open(BytesIO(arrival.preview)).size == (240, 320)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP", "TIFF"])
def test_half_of_any_kind_of_picture_has_no_preview(kind):
    stream = BytesIO()
    Image.effect_noise((500, 400), 80).convert("RGB").save(stream, kind)
    content = stream.getvalue()
    assert camera._preview(content[: len(content) // 2]) == b""
    assert camera._preview(content) != b""
    assert camera._preview(content[:4]) == b""


def test_the_first_camera_program_of_the_list_that_is_there_is_started(monkeypatch):
    there = {"guvcview": "/usr/bin/guvcview", "cheese": "/usr/bin/cheese"}
    started = []
    monkeypatch.setattr(camera.shutil, "which", there.get)
    monkeypatch.setattr(camera, "_start", started.append)
    camera.start_camera()
    assert started == ["/usr/bin/cheese"]
    camera.start_camera("guvcview")
    assert started[1:] == ["/usr/bin/guvcview"], "the one the person named goes first"


def test_on_windows_the_camera_app_is_started_by_its_uri(monkeypatch):
    asked = []
    monkeypatch.setattr(os, "startfile", asked.append, raising=False)
    camera.start_camera()
    assert asked == ["microsoft.windows.camera:"]

    def missing(uri):
        raise OSError(uri)

    monkeypatch.setattr(os, "startfile", missing, raising=False)
    with pytest.raises(EnvironmentFault) as fault:
        camera.start_camera()
    assert fault.value.code == "CP-2302"


def test_no_camera_program_is_said_with_a_remedy(monkeypatch):
    monkeypatch.setattr(camera.shutil, "which", lambda name: None)
    with pytest.raises(EnvironmentFault) as none:
        camera.start_camera()
    assert none.value.code == "CP-2302"
    assert "选照片传到的文件夹" in none.value.remedy("zh")
    with pytest.raises(EnvironmentFault) as named:
        camera.start_camera("mycam")
    assert named.value.code == "CP-2301"
    assert "mycam" in named.value.message("zh")


@pytest.mark.skipif(sys.platform == "win32", reason="starts a shell script")
def test_a_program_that_fails_at_once_is_said_and_one_that_runs_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/person")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    program = tmp_path / "snapshot"
    program.write_text(f'#!/bin/sh\necho "$LD_LIBRARY_PATH" > "{tmp_path}/libraries"\nsleep 1\n')
    program.chmod(0o700)
    camera.start_camera(str(program))
    assert (tmp_path / "libraries").read_text() == "/opt/person\n", "not the libraries of this program"
    program.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(EnvironmentFault) as fault:
        camera.start_camera(str(program))
    assert fault.value.code == "CP-2303"
    assert "snapshot" in fault.value.message("zh")


@pytest.mark.skipif(sys.platform == "win32", reason="the folders of Linux")
def test_folders_of_linux_are_the_pictures_and_the_home(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_PICTURES_DIR", str(tmp_path / "图片"))
    found = camera.camera_folders()
    assert [(folder.path, folder.deep) for folder in found] == [(tmp_path / "图片", True), (Path.home(), False)]


def test_folders_of_windows_are_the_camera_roll_wherever_it_was_moved_and_the_pictures(monkeypatch, tmp_path):
    monkeypatch.setattr(camera, "_camera_roll", lambda: tmp_path / "OneDrive" / "本机照片")
    first, second = camera.camera_folders()
    assert first.path == tmp_path / "OneDrive" / "本机照片"
    assert second.deep


def test_hundreds_at_once_come_in_small_lots_and_none_is_left_out(roll, watch):
    for number in range(30):
        (roll / f"{number:02d}.jpg").write_bytes(jpeg(size=(64, 48)))
    lots = [len(watch.look()) for _ in range(6)]
    assert lots == [0, 8, 8, 8, 6, 0]
