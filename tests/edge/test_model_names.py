"""Names of models, as clients write them: with a suffix, of a family, with a slash."""

import httpx
import pytest

from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.messages import assert_is_error, request
from tests.support.rows import backend_rows, load


@pytest.mark.parametrize(
    ("asked", "sent"),
    [  # protocol B16, B17
        ("claude-opus-5-5[1m]", "big"),
        ("claude-fable-5-2", "big"),
        ("claude-sonnet-5", "middle"),
        ("claude-haiku-5-5", "small"),
        ("nobody-knows-it", "big"),
    ],
)
def test_a_name_is_mapped_for_the_backend_and_echoed_to_the_client(client, backend, asked, sent):
    backend.script(text("Hello"))
    assert client.post("/v1/messages", json=request(model=asked)).json()["model"] == asked
    assert backend.requests[0].json["model"] == sent


@pytest.fixture(scope="module")
def offering(backend_process, tmp_path_factory):
    """A client of a service that offers a model with slashes in its name."""
    gateway = Gateway(tmp_path_factory.mktemp("offering"), OPENAI_BASE_URL=backend_process.base_url)
    load(gateway, *backend_rows("lab", backend_process.base_url, "acme/tiny/v2", is_offered=True))
    headers = {"x-api-key": CLIENT_KEY}
    with gateway, httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("path", ["claude-gw/acme/tiny/v2", "claude-gw%2Facme%2Ftiny%2Fv2"], ids=["plain", "encoded"])
def test_a_name_with_slashes_is_found(offering, path):
    # protocol K254
    model = offering.get(f"/v1/models/{path}").json()
    assert model["id"] == "claude-gw/acme/tiny/v2"
    assert model in offering.get("/v1/models", params={"limit": 1000}).json()["data"]


@pytest.mark.parametrize("path", ["claude-gw/acme/tiny", "acme%2F..%2Ftiny"])
def test_another_name_with_slashes_is_not(offering, path):
    assert_is_error(offering.get(f"/v1/models/{path}"), 404, "not_found_error")


@pytest.mark.parametrize("name", ["claude-gw/acme/tiny/v2", "lab/acme/tiny/v2", "acme/tiny/v2"])
def test_a_name_with_slashes_is_sent_as_the_backend_writes_it(offering, backend, name):
    backend.script(text("Hello"))
    assert offering.post("/v1/messages", json=request(model=name)).json()["model"] == name
    assert backend.requests[0].json["model"] == "acme/tiny/v2"
