"""Two processes over one PostgreSQL: traffic does not stop with the database, and no record is lost."""

import anthropic
import pytest

from tests.support.answers import text, usage
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.missing import missing
from tests.support.postgres import NONE_HERE, programs, running

pytestmark = pytest.mark.full

REQUEST = {"model": "claude-opus-5-5", "max_tokens": 500, "messages": [{"role": "user", "content": "Hello?"}]}


@pytest.fixture
def database():
    if (found := programs()) is None:
        missing(NONE_HERE)
    with running(found) as server:
        yield server


@pytest.fixture
def gateway(backend, database, tmp_path):
    shared = {"DATABASE_URL": database.url, "SECRET_KEY": "of-all-hosts-" * 4, "CREDENTIALS_SECRET": "too-" * 10}
    with Gateway(tmp_path, "--workers", "2", OPENAI_BASE_URL=backend.base_url, **shared) as gateway:
        yield gateway


def test_it_answers_while_the_database_is_away_and_records_it_later(gateway, backend, database):
    backend.script_with(lambda request: text("Hello.", usage=usage(90, 7)))
    with anthropic.Anthropic(base_url=gateway.url, api_key=CLIENT_KEY, max_retries=0) as client:
        client.messages.create(**REQUEST)
        database.stop()
        answers = [client.messages.create(**REQUEST).content[0].text for _ in range(5)]
        database.start()
    assert answers == ["Hello."] * 5
    records = gateway.usage_records(6)
    assert [(r["state"], r["input_tokens"], r["output_tokens"]) for r in records] == [("closed", 90, 7)] * 6
