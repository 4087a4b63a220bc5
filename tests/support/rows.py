"""Rows of the admin's tables, for a service that did not start yet: `load(gateway, *backend_rows("name", url, "model"))`"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.support.gateway import Gateway

numbers = count(1001)  # those of the rows from the environment are lower

Row = dict[str, Any]


def load(gateway: Gateway, *rows: Row) -> None:
    file = gateway.folder / "rows.json"
    file.write_text(json.dumps(rows))
    gateway.manage("migrate")
    gateway.manage("loaddata", str(file))


def backend_rows(name: str, url: str, model: str, *, dialect: str = "", is_offered: bool = False) -> Iterator[Row]:
    """A backend and its one model, which clients call `name/model`."""
    number = next(numbers)
    backend = {"name": name, "base_url": url, "dialect": dialect}
    yield {"model": "routing.backend", "pk": number, "fields": backend}
    known = {"backend": number, "name": model, "is_offered": is_offered}
    yield {"model": "routing.backendmodel", "pk": number, "fields": known}
