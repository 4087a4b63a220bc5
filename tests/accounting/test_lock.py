import fcntl
import os

import pytest

from accounting.lock import Lock


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.lock"


def test_it_is_not_seen_before_it_is_locked(path):
    lock = Lock.prepare(path)
    assert not path.exists()
    lock.publish()
    assert path.exists()
    assert Lock.seize(path) is None
    lock.release()


def test_it_is_seized_when_its_process_is_gone(path):
    lock = Lock.prepare(path)
    lock.publish()
    lock.release()
    seized = Lock.seize(path)
    assert seized is not None
    assert Lock.seize(path) is None
    seized.release()


def test_it_is_not_seized_when_there_is_none(path):
    assert Lock.seize(path) is None


def test_it_is_not_seized_when_somebody_faster_removed_it(path, monkeypatch):
    lock = Lock.prepare(path)
    lock.publish()
    lock.release()
    flock = fcntl.flock

    def flock_late(descriptor, operation):
        monkeypatch.setattr(fcntl, "flock", flock)
        faster = Lock.seize(path)
        faster.remove()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock_late)
    assert Lock.seize(path) is None


def test_it_is_not_seized_when_the_name_means_another_file_by_now(path, monkeypatch):
    path.touch()
    flock = fcntl.flock

    def flock_late(descriptor, operation):
        other = path.with_name("other")
        other.touch()
        os.replace(other, path)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock_late)
    assert Lock.seize(path) is None
