"""People are told what happens in a running service of two processes: by webhook and by mail, each thing once."""

from email.header import decode_header, make_header

import httpx
import pytest

from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.mail_server import MailServer
from tests.support.messages import request
from tests.support.rows import load, numbers
from tests.support.scripted_backend import error
from tests.support.webhook_receiver import WebhookReceiver


@pytest.fixture(scope="module")
def people():
    with WebhookReceiver() as receiver, MailServer() as server:
        yield receiver, server


@pytest.fixture(scope="module")
def told(people, backend_process, tmp_path_factory):
    receiver, server = people
    gateway = Gateway(
        tmp_path_factory.mktemp("notifications"),
        "--workers",
        "2",
        OPENAI_BASE_URL=backend_process.base_url,
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=str(server.port),
    )
    fields = {"name": "everybody", "url": receiver.url, "emails": "ada@example.com"}
    budget = {"name": "tokens of today", "unit": "tokens", "amount": "10", "period": "day", "warning_percent": 0}
    load(
        gateway,
        {"model": "accounting.notification", "pk": next(numbers), "fields": fields},
        {
            "model": "accounting.budget",
            "pk": next(numbers),
            "fields": budget | {"is_enabled": False, "created_at": "2026-11-01T00:00:00Z"},
        },
    )
    with gateway:
        yield gateway


def ask(gateway):
    headers = {"x-api-key": CLIENT_KEY}
    httpx.post(f"{gateway.url}/v1/messages", json=request(), headers=headers, timeout=30, trust_env=False)


def types(receiver):
    return [got.json["type"] for got in receiver.received]


def test_a_backend_that_fails_is_told_once_and_so_is_its_recovery(told, people, backend):
    receiver, _ = people
    backend.script_with(lambda asked: error(503, "out of order", headers={"retry-after": "60"}))
    for _ in range(8):
        ask(told)
    eventually(lambda: "backend.down" in types(receiver), 30, lambda: f"told {types(receiver)}:\n{told.output()}")
    backend.script_with(lambda asked: text("Hello"))
    eventually(lambda: recovered(told, receiver), 60, lambda: f"told {types(receiver)}:\n{told.output()}")
    assert types(receiver) == ["backend.down", "backend.up"]


def recovered(gateway, receiver):
    ask(gateway)
    return "backend.up" in types(receiver)


def test_a_budget_that_is_spent_is_mailed(told, people, backend):
    _, server = people
    backend.script_with(lambda asked: text("Hello"))
    told.manage("shell", "-c", "from accounting.models import Budget; Budget.objects.update(is_enabled=True)")
    eventually(lambda: mailed(told, server), 60, lambda: f"{len(server.messages)} mails:\n{told.output()}")
    (message,) = mails_about(server, "is spent")
    assert message["to"] == "ada@example.com"


def mailed(gateway, server):
    ask(gateway)
    return mails_about(server, "is spent")


def mails_about(server, words):
    return [message for message in server.messages if words in str(make_header(decode_header(message["subject"])))]
