"""What requests cost, from the socket to the row: by the journal alone, whatever becomes of the process."""

import json
from decimal import Decimal

import httpx
import pytest

from tests.support.answers import text, usage
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.messages import request
from tests.support.scripted_backend import DONE, Gate, error, stream

PRICES = {
    "data": [
        {
            "id": "big",
            "pricing": {"prompt": "0.000002", "completion": "0.00001", "input_cache_read": "0.0000005"},
        }
    ]
}
PRICES_OF_CLAUDE = {
    "tests/claude": {
        "litellm_provider": "anthropic",
        "mode": "chat",
        "input_cost_per_token": 3e-06,
        "output_cost_per_token": 1.5e-05,
        "cache_read_input_token_cost": 3e-07,
        "cache_creation_input_token_cost": 3.75e-06,
        "cache_creation_input_token_cost_above_1hr": 6e-06,
    }
}
BEGUN = {"choices": [{"index": 0, "delta": {"content": "Once upon "}, "finish_reason": None}]}
USED = usage(prompt=1000, completion=50, cached=800, reasoning=20)
CACHED = {
    **usage(prompt=1000, completion=50, cached=200),
    "cache_creation_input_tokens": 300,
    "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
}


@pytest.fixture(scope="module")
def gateway(backend_process, tmp_path_factory):
    """A service whose admin has a price for two of its models."""
    folder = tmp_path_factory.mktemp("priced")
    gateway = Gateway(folder, OPENAI_BASE_URL=backend_process.base_url)
    gateway.manage("migrate", "--skip-checks")
    for provider, prices in (("openrouter", PRICES), ("anthropic", PRICES_OF_CLAUDE)):
        file = folder / f"{provider}.json"
        file.write_text(json.dumps(prices))
        gateway.manage("import_prices", str(file), "--provider", provider)
    with gateway:
        yield gateway


def booked(gateway, session):
    (record,) = gateway.usage_records(1, session_id=session)
    cost = record["cost"]
    return None if cost is None else Decimal(cost), record["price_source"]


def asked(client, session, **fields):
    return client.post("/v1/messages", json=request(**fields), headers={"x-claude-code-session-id": session})


@pytest.mark.parametrize(
    ("model", "reply", "expected"),
    [
        pytest.param("claude-opus-5-5", text("Hi", usage=USED), (Decimal("0.0013"), "admin"), id="priced"),
        pytest.param("tests/claude", text("Hi", usage=CACHED), (Decimal("0.003885"), "admin"), id="cached for an hour"),
        pytest.param("claude-haiku-4-5", text("Hi", usage=USED), (None, ""), id="unknown"),
        pytest.param(
            "claude-haiku-4-5",
            text("Hi", usage={**USED, "cost": 0.0421}),
            (Decimal("0.0421"), "reported"),
            id="reported",
        ),
        pytest.param("claude-opus-5-5", error(400, "no"), (0, ""), id="refused"),
    ],
)
@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_a_row_has_its_cost(client, backend, gateway, model, reply, expected, streaming, request):
    session = request.node.name
    backend.script(reply)
    asked(client, session, model=model, stream=streaming)
    assert booked(gateway, session) == expected


def test_a_request_that_is_broken_costs_nothing(client, gateway):
    asked(client, "broken", messages=[])
    assert booked(gateway, "broken") == (0, "")


def test_the_row_of_a_process_that_was_killed_has_its_cost(backend, gateway):
    backend.script(stream(BEGUN, Gate(), DONE))
    headers = {"x-api-key": CLIENT_KEY, "x-claude-code-session-id": "killed"}
    body = request(model="claude-opus-5-5", stream=True)
    with httpx.stream("POST", f"{gateway.url}/v1/messages", json=body, headers=headers, trust_env=False) as reply:
        chunks = reply.iter_text()  # held, for the connection ends with it
        assert any("Once upon" in chunk for chunk in chunks)
        gateway.kill()
    gateway.start()
    (record,) = gateway.usage_records(1, session_id="killed")
    assert (record["state"], record["price_source"]) == ("interrupted", "admin")
    assert Decimal(record["cost"]) == Decimal("0.000002") * record["input_tokens"] + (
        Decimal("0.00001") * record["output_tokens"]
    )


def test_the_past_is_priced_anew_beside_the_running_service(client, backend, gateway):
    backend.script(text("Hi", usage=USED))
    asked(client, "past", model="claude-sonnet-5")
    assert booked(gateway, "past") == (None, "")
    file = gateway.folder / "late.json"
    file.write_text(json.dumps({"data": [{"id": "middle", "pricing": {"prompt": "0.000001", "completion": "0"}}]}))
    gateway.manage("import_prices", str(file), "--provider", "openrouter")
    assert "1 rows, $0.00 + 1 unpriced before, $0.0010 after" in gateway.manage("reprice", "--dry-run")
    assert booked(gateway, "past") == (None, "")
    gateway.manage("reprice")
    assert booked(gateway, "past") == (Decimal("0.001"), "admin")


def test_a_price_that_is_added_holds_for_the_next_request(client, backend, gateway):
    file = gateway.folder / "more.json"
    file.write_text(json.dumps({"data": [{"id": "small", "pricing": {"prompt": "0.001", "completion": "0"}}]}))
    gateway.manage("import_prices", str(file), "--provider", "openrouter")

    def priced():
        backend.reset()
        backend.script(text("Hi", usage=USED))
        identity = asked(client, "added", model="claude-haiku-4-5").headers["request-id"]
        return any(
            record["price_source"] == "admin"
            for record in gateway.usage_records(1, session_id="added")
            if record["id"].replace("-", "") == identity.removeprefix("req_")
        )

    eventually(priced, 20, lambda: "the price never came")
