"""Budgets and limits as clients meet them: one process, two that race, one that is killed, a database that is away."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal

import httpx
import pytest

from tests.support.answers import text, usage
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.messages import assert_is_error, request
from tests.support.missing import missing
from tests.support.postgres import NONE_HERE, programs, running
from tests.support.rows import load
from tests.support.scripted_backend import Gate, Reply, Request
from tests.support.spending import (
    NANO,
    PEPPER,
    Books,
    budget_row,
    client_rows,
    cost_of_rows,
    leased,
    limit_row,
    price_row,
    spent,
)

PATIENCE = 30.0
ANSWER = text("Hello", usage=usage(10, 700)).whole(Request("POST", "", {}, b'{"model": "middle"}'))
HOSTS = {"SECRET_KEY": "of-all-hosts-" * 4, "CREDENTIALS_SECRET": "too-" * 10}


CLIENTS = (
    "daily",
    "sums",
    "tight",
    "counting",
    "thresholds",
    "unpriced",
    "lenient",
    "tokens",
    "slowly",
    "wordy",
    "two hands",
)
BUDGETS = {
    "daily": {"amount": "0.01", "period": "day", "time_zone": "Europe/Berlin"},
    "sums": {"amount": "5"},
    "tight": {"amount": "0.02"},
    "counting": {"amount": "0.01", "stops": False, "warning_percent": 50},
    "thresholds": {"amount": "0.01"},
    "unpriced": {"amount": "5"},
    "lenient": {"amount": "5", "refuses_unpriced": False},
    "tokens": {"amount": "1000", "unit": "tokens"},
}
LIMITS = {
    "slowly": {"requests_per_minute": 3},
    "wordy": {"tokens_per_minute": 1000},
    "two hands": {"concurrent_requests": 2},
}
UNPRICED = "claude-haiku-4-5"
WITH_DEAR_INPUT = "claude-opus-5-5"


@pytest.fixture(scope="module")
def gateway(backend_process, tmp_path_factory):
    """A service whose clients have a budget or a limit each, called as they are."""
    folder = tmp_path_factory.mktemp("budgets")
    gateway = Gateway(folder, OPENAI_BASE_URL=backend_process.base_url, KEY_PEPPER=PEPPER)
    number = {name: 100 + index for index, name in enumerate(CLIENTS)}
    rows = [row for name in CLIENTS for row in client_rows(number[name], name, key_of(name))]
    rows += [budget_row(**fields, name=name, client=number[name]) for name, fields in BUDGETS.items()]
    rows += [limit_row(**fields, name=name, client=number[name]) for name, fields in LIMITS.items()]
    load(gateway, *rows, price_row("middle"), price_row("big", input="3"))
    with gateway:
        yield gateway


@pytest.fixture(scope="module")
def books(gateway):
    return Books(gateway)


@pytest.fixture
def client(gateway):
    """Asks as one of the clients."""

    def as_client(name, **fields):
        return ask(gateway, key_of(name), **fields)

    return as_client


def key_of(name):
    return f"key-of-{name}-0123456789".replace(" ", "-")


def ask(gateway, key=CLIENT_KEY, **fields):
    """The smallest request; a token of output costs a thousandth of a cent."""
    url, headers = f"{gateway.url}/v1/messages", {"x-api-key": key}
    return httpx.post(url, json=request(**fields), headers=headers, timeout=60, trust_env=False)


def is_answered(gateway):
    return ask(gateway, max_tokens=900).status_code == 200


def noted(books, budget, what):
    eventually(lambda: books.window(budget)[what], PATIENCE, lambda: f"{what} was not noted")


def test_a_spent_budget_is_told_in_the_words_that_clients_stop_on(client, backend, books):
    # protocol J246
    backend.script(text("Hello", usage=usage(10, 900)))
    assert client("daily", max_tokens=900).status_code == 200
    refused = client("daily", max_tokens=900)
    message = assert_is_error(refused, 429, "billing_error")
    assert message.startswith("spend limit reached (daily: $0.01 a day; resets 20")
    assert message.endswith(" 00:00 Europe/Berlin)")
    assert refused.headers["x-should-retry"] == "false"
    assert 0 < int(refused.headers["retry-after"]) <= 25 * 3600
    assert refused.headers["anthropic-ratelimit-unified-status"] == "rejected"
    assert int(refused.headers["anthropic-ratelimit-unified-reset"]) % 3600 == 0
    assert len(backend.requests) == 1
    row = books.records("daily", 2)[-1]
    assert (row["state"], row["http_status"], row["error_type"]) == ("failed", 429, "billing_error")
    assert row["output_tokens"] == 0


def test_what_was_spent_is_the_sum_of_the_rows(client, backend, books):
    backend.script_with(lambda _: text("Hello", usage=usage(1001, 33, cached=100)))
    for streamed in (True, False, True):
        assert client("sums", model=WITH_DEAR_INPUT, stream=streamed).status_code == 200
    rows = books.records("sums", 3)
    assert books.window("sums")["spent"] == round(sum(row["cost"] for row in rows) * NANO) == 3 * 3_333_000


def test_the_end_of_a_budget_is_served_with_fewer_tokens(client, backend, books):
    backend.script(text("Hello", usage=usage(10, 10)))
    assert client("tight", max_tokens=50_000).status_code == 200
    assert backend.requests[0].json["max_tokens"] == 2_000
    (row,) = books.records("tight", 1)
    assert "max_tokens_lowered" in row["notices"]


def test_a_budget_that_only_counts_stops_nobody(client, backend, books):
    backend.script_with(lambda _: text("Hello", usage=usage(10, 800)))
    assert [client("counting", max_tokens=900).status_code for _ in range(3)] == [200] * 3
    books.records("counting", 3)
    window = books.window("counting")
    assert (window["spent"], window["stopped_at"]) == (24_000_000, None)
    assert window["warned_at"] is not None


def test_the_times_of_warning_and_stop_are_noted(client, backend, books):
    backend.script(text("Hello", usage=usage(10, 850)))
    assert client("thresholds", max_tokens=900).status_code == 200
    books.records("thresholds", 1)
    assert books.window("thresholds")["warned_at"] is not None
    assert books.window("thresholds")["stopped_at"] is None
    assert client("thresholds", max_tokens=900).status_code == 429
    noted(books, "thresholds", "stopped_at")


def test_a_model_without_a_price_is_refused_where_money_counts(client, backend):
    message = assert_is_error(client("unpriced", model=UNPRICED), 403, "permission_error")
    assert "price of this model is not known" in message
    assert "unpriced" in message


def test_a_model_without_a_price_passes_where_the_admin_says_so(client, backend):
    backend.script(text("Hello", usage=usage(10, 800)))
    assert client("lenient", model=UNPRICED).status_code == 200


def test_tokens_are_counted_without_any_price(client, backend, books):
    backend.script(text("Hello", usage=usage(500, 100)), text("Hello", usage=usage(300, 90)))
    assert client("tokens", model=UNPRICED).status_code == 200
    books.records("tokens", 1)
    assert books.window("tokens")["spent"] == 600
    assert client("tokens", model=UNPRICED).status_code == 200
    books.records("tokens", 2)
    assert "1,000 tokens" in assert_is_error(client("tokens", model=UNPRICED), 429, "billing_error")


def test_more_requests_than_a_minute_may_have_are_told_when_to_come_back(client, backend):
    backend.script_with(lambda _: text("Hello", usage=usage(10, 10)))
    answers = [client("slowly") for _ in range(6)]
    assert 3 <= [answer.status_code for answer in answers].count(200) < 6
    refused = next(answer for answer in answers if answer.status_code != 200)
    message = assert_is_error(refused, 429, "rate_limit_error")
    assert message == "rate limit reached (slowly: 3 requests per minute)"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "x-should-retry" not in refused.headers


def test_tokens_of_a_minute_are_counted_when_they_were_written(client, backend):
    backend.script(text("Hello", usage=usage(100, 5_000)))
    assert client("wordy").status_code == 200
    assert_is_error(client("wordy"), 429, "rate_limit_error")


def test_more_requests_at_once_than_allowed_are_refused_until_one_ends(client, backend):
    gate = Gate()
    held = Reply(200, {}, [json.dumps(ANSWER).encode()], whole=True, before_head=gate)
    backend.script(held, held)
    with ThreadPoolExecutor(2) as beside:
        running_ones = [beside.submit(client, "two hands") for _ in range(2)]
        backend.wait_for_requests(2)
        refused = client("two hands")
        gate.open()
        assert [answer.result().status_code for answer in running_ones] == [200, 200]
    assert "two hands" in assert_is_error(refused, 429, "rate_limit_error")
    assert 1 <= int(refused.headers["retry-after"]) <= 5
    backend.script(text("Hello"))
    assert client("two hands").status_code == 200


def test_clients_without_a_budget_are_not_held_up(gateway, backend):
    backend.script(text("Hello", usage=usage(10, 50_000)))
    assert ask(gateway, model=UNPRICED, max_tokens=64_000).status_code == 200


def test_nothing_is_lent_once_the_process_has_stopped(backend, tmp_path):
    gateway = Gateway(tmp_path, OPENAI_BASE_URL=backend.base_url)
    load(gateway, price_row(), budget_row("5", name="all"))
    backend.script(text("Hello", usage=usage(10, 50)))
    with gateway:
        assert ask(gateway).status_code == 200
    books = Books(gateway)
    assert books.query("SELECT * FROM accounting_budgetlease") == []
    assert books.window("all")["spent"] == 500_000


@pytest.fixture
def database(request):
    """What two processes share beside a folder: SQLite there, or a PostgreSQL."""
    if request.param == "sqlite":
        yield {}
        return
    if (found := programs()) is None:
        missing(NONE_HERE)
    with running(found) as server:
        yield {"DATABASE_URL": server.url, **HOSTS}


@pytest.fixture
def pair(backend, database, tmp_path):
    """Two services over one database and one folder; the test's rows are loaded before they start."""
    started = []

    def start(*rows):
        data = {"DATA_DIR": str(tmp_path / "data"), "OPENAI_BASE_URL": backend.base_url, **database}
        folders = [tmp_path / name for name in ("first", "second")]
        for folder in folders:
            folder.mkdir()
        pair = [Gateway(folder, **data) for folder in folders]
        load(pair[0], *rows)
        started.extend(gateway.start() for gateway in pair)
        return pair

    yield start
    for gateway in started:
        gateway.kill()


EACH = [pytest.param("sqlite", id="SQLite"), pytest.param("postgresql", id="PostgreSQL", marks=pytest.mark.full)]


@pytest.mark.parametrize("database", EACH, indirect=True)
def test_two_processes_that_race_spend_no_more_than_there_is(pair, backend):
    # reliability R-12: 40 requests of a cent at most, 24 at a time, on a budget of ten cents
    first, second = pair(price_row(), budget_row("0.10"))
    backend.script_with(lambda _: text("Hello", usage=usage(10, 900)))
    with ThreadPoolExecutor(24) as clients:
        answers = list(clients.map(lambda number: ask((first, second)[number % 2], max_tokens=1000), range(40)))
    answered = [answer.status_code for answer in answers].count(200)
    assert {answer.status_code for answer in answers} <= {200, 429}
    while answered < 10 and ask(first, max_tokens=1000).status_code == 200:
        answered += 1
    first.usage_records(answered, state="closed")
    assert spent(first) == cost_of_rows(first) <= Decimal("0.10")
    assert spent(first) > Decimal("0.08")
    first.stop()
    second.stop()
    assert leased(first) == 0


@pytest.mark.parametrize("database", EACH, indirect=True)
def test_what_a_killed_process_was_lent_comes_back(pair, backend):
    # reliability I5
    first, second = pair(price_row(), budget_row("0.01"))
    gate = Gate()
    backend.script(Reply(200, {}, [b"{}"], whole=True, before_head=gate))
    with ThreadPoolExecutor(1) as beside:
        cut = beside.submit(ask, first, max_tokens=900)
        backend.wait_for_requests(1)
        assert_is_error(ask(second, max_tokens=900), 429, "rate_limit_error")
        first.kill()
        assert isinstance(cut.exception(), httpx.HTTPError)
    gate.open()
    second.usage_records(1, state="interrupted")
    backend.script(text("Hello", usage=usage(10, 20)))
    eventually(lambda: is_answered(second), PATIENCE, lambda: "the lease did not come back")
    second.usage_records(1, state="closed")
    assert spent(second) == cost_of_rows(second)


def test_without_the_database_a_process_spends_so_much_and_no_more(backend, tmp_path):
    # reliability §3.5
    gateway = Gateway(tmp_path, OPENAI_BASE_URL=backend.base_url, BUDGET_BLIND_USD="1")
    load(gateway, price_row(output="1000"), budget_row("10", name="all"))
    backend.script_with(lambda _: text("Hello", usage=usage(10, 900)))
    books = Books(gateway)
    with gateway:
        assert ask(gateway, max_tokens=900).status_code == 200
        books.records("environment", 1)
        with closing(sqlite3.connect(tmp_path / "data" / "proxy.sqlite3", isolation_level=None)) as beside:
            beside.execute("BEGIN EXCLUSIVE")
            assert ask(gateway, max_tokens=900).status_code == 200
            refused = ask(gateway, max_tokens=900)
            beside.execute("ROLLBACK")
        assert_is_error(refused, 529, "overloaded_error")
        assert refused.headers["retry-after"] == "30"
        eventually(lambda: is_answered(gateway), PATIENCE, lambda: "nothing is answered again")
    answers = [row for row in books.records("environment", 4) if row["state"] == "closed"]
    assert books.window("all")["spent"] == round(sum(row["cost"] for row in answers) * NANO) == 2_700_000_000
