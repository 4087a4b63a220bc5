"""A process that may not let its files grow, as on a full disk."""

import subprocess
import sys

import pytest

from tests.accounting.kill_protocol.outages import NoGrowth

PROGRAM = """
import sys
for _ in sys.stdin:
    with open(sys.argv[1], "wb", buffering=0) as file:
        print(file.write(bytes(8192)), flush=True)
"""


@pytest.fixture
def written(tmp_path):
    """What becomes of 8 KiB that a process writes."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM, tmp_path / "file"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as process:

        def ask():
            process.stdin.write("\n")
            return process.stdout.readline().strip()

        ask.pid = process.pid
        yield ask


def test_files_do_not_grow_until_there_is_space_again(written):
    disk = NoGrowth()
    assert written() == "8192"
    disk.fill([written.pid])
    assert written() == "4096"
    disk.free()
    assert written() == "8192"


def test_a_process_that_is_gone_has_no_files():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    disk = NoGrowth()
    disk.fill([process.pid])
    disk.free()
