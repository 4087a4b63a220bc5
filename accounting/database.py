"""The copier's own connection to the database.

It comes from no pool: after an outage a pool waits longer and longer before it tries again, and the pages of the admin
should not wait for the copier. And it notices when the other side is gone without a word, which TCP alone takes a
quarter of an hour for.
"""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds; the others are seconds
}


def use_own_connection() -> None:
    """From now on this thread's connection is one of its own; who calls this closes it."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    if connection.vendor == "postgresql":
        options = PATIENCE | options
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
    connections[DEFAULT_DB_ALIAS] = connection
