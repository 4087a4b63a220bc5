"""What the real client does when its money is spent: it stops, and says what it was told."""

import pytest

from tests.support.answers import text, usage
from tests.support.gateway import Gateway
from tests.support.rows import load
from tests.support.spending import budget_row, limit_row, price_row

pytestmark = pytest.mark.full


@pytest.fixture
def rows():
    return [price_row(), budget_row("0.05", name="Ann, daily", period="day")]


@pytest.fixture
def gateway(backend_process, tmp_path, rows):
    folder = tmp_path / "gateway"
    folder.mkdir()
    gateway = Gateway(folder, OPENAI_BASE_URL=backend_process.base_url)
    load(gateway, *rows)
    with gateway:
        yield gateway


@pytest.fixture
def patient(claude):
    claude.environment["CLAUDE_CODE_MAX_RETRIES"] = "3"
    return claude


def messages(wiretap):
    return [exchange for exchange in wiretap.exchanges if exchange.path.startswith("/v1/messages")]


def test_it_stops_at_a_spent_budget_and_says_so(patient, backend, wiretap):
    # protocol J246
    backend.script(text("Forty-two.", usage=usage(10, 4500)))
    assert patient.run("What is the answer?").text == "Forty-two."
    before = len(messages(wiretap))
    result = patient.run("And the question?").result
    assert result["is_error"]
    assert "spend limit reached (Ann, daily: $0.05 a day; resets " in result["result"]
    assert len(messages(wiretap)) == before + 1
    assert len(backend.requests) == 1


@pytest.mark.parametrize("rows", [[limit_row(requests_per_minute=1)]], ids=["a request a minute"])
def test_it_waits_where_that_helps(patient, backend, wiretap):
    backend.script_with(lambda _: text("Forty-two.", usage=usage(10, 10)))
    assert patient.run("What is the answer?").text == "Forty-two."
    assert patient.run("And again?").text == "Forty-two."
    assert len(messages(wiretap)) > len(backend.requests) == 2
