import threading

import pytest
from django.db import connection

from accounting.database import use_own_connection

POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"pool": {"max_size": 8}, "sslmode": "require"}}


def options_of_a_thread():
    found = {}

    def run():
        use_own_connection()
        found.update(connection.settings_dict["OPTIONS"])
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found


@pytest.fixture
def on_postgresql(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ENGINE", POSTGRESQL["ENGINE"])
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", POSTGRESQL["OPTIONS"])


@pytest.mark.usefixtures("on_postgresql")
def test_it_comes_from_no_pool_and_has_limits():
    options = options_of_a_thread()
    assert "pool" not in options
    assert (options["sslmode"], options["connect_timeout"]) == ("require", 5)


@pytest.mark.usefixtures("on_postgresql")
def test_the_connections_of_others_stay_as_they_are():
    options_of_a_thread()
    assert connection.settings_dict["OPTIONS"] == POSTGRESQL["OPTIONS"]
