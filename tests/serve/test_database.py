"""Several processes that start at once prepare the database one after the other."""

import threading

import pytest
from django.db import connection, connections

from proxysite.serving import database


@pytest.mark.django_db(transaction=True)
def test_one_process_prepares_at_a_time():
    order = []

    def second():
        try:
            with database.alone():
                order.append("second")
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    with database.alone():
        thread.start()
        thread.join(0.3)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_migrating_twice_changes_nothing():
    database.migrate()
    tables = set(connection.introspection.table_names())
    database.migrate()
    assert set(connection.introspection.table_names()) == tables
