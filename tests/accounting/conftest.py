"""Journals in folders of their own, and the driver program over a database that it shares with the test."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounting.journal import Journal
from accounting.writer import JournalWriter

ROOT = Path(settings.BASE_DIR)
TIMEOUT = 120


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def journal(directory):
    journal = Journal.create(directory)
    yield journal
    journal.abandon()


@pytest.fixture
def writer(journal):
    writer = JournalWriter(journal, lambda: None)
    writer.start()
    yield writer
    assert writer.stop(time.monotonic() + TIMEOUT)


class Driver:
    """The program of driver.py, in a folder and with a database of its own."""

    def __init__(self, folder, database):
        self.folder = folder
        self.environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_NAME": str(database)}

    def start(self, *command):
        program = [sys.executable, "-m", "tests.accounting.driver", *map(str, command)]
        pipe = subprocess.PIPE
        return subprocess.Popen(program, env=self.environment, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def run(self, *command):
        """The exit status and what was printed."""
        process = self.start(*command)
        printed, _ = process.communicate(timeout=TIMEOUT)
        return process.returncode, printed

    def settle(self):
        """The rows by their request's id, once everything that was left behind is in the table."""
        status, printed = self.run("settle")
        assert status == 0
        settled = json.loads(printed)
        assert settled["left"] == []
        return {row["id"]: row for row in settled["rows"]}

    def noted(self, file):
        path = self.folder / file
        return path.read_text().split() if path.exists() else []


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    folder = tmp_path_factory.mktemp("migrated")
    status, _ = Driver(folder, folder / "proxy.sqlite3").run("migrate")
    assert status == 0
    return folder / "proxy.sqlite3"


@pytest.fixture
def driver(request, tmp_path):
    """On PostgreSQL the driver writes into the test's database, on SQLite into a file of its own."""
    if connection.vendor == "postgresql":
        return Driver(tmp_path, connection.settings_dict["NAME"])
    database = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "proxy.sqlite3")
    return Driver(tmp_path, database)
