import errno
from pathlib import Path

import pytest

from accounting import reserve
from accounting.reserve import Reserve


@pytest.fixture
def full_disk(monkeypatch):
    def write_bytes(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


def test_it_takes_space(tmp_path):
    assert Reserve(tmp_path / "some.reserve").hold()
    assert (tmp_path / "some.reserve").stat().st_blocks * 512 >= reserve.SIZE


def test_it_gives_the_space_back(tmp_path):
    space = Reserve(tmp_path / "some.reserve")
    space.hold()
    space.release()
    assert list(tmp_path.iterdir()) == []


def test_it_holds_nothing_on_a_full_disk(tmp_path, full_disk):
    assert not Reserve(tmp_path / "some.reserve").hold()
    assert list(tmp_path.iterdir()) == []


def test_it_tries_again_after_a_while(tmp_path, monkeypatch):
    space = Reserve(tmp_path / "some.reserve")
    space.release()
    assert not space.hold()
    monkeypatch.setattr(reserve.time, "monotonic", lambda: float("inf"))
    assert space.hold()
