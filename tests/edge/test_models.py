"""GET /v1/models: what Claude Code's discovery and the SDKs read."""

import httpx
import pytest

from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.messages import assert_is_error
from tests.support.rows import backend_rows, load

OFFERED = "claude-gw/maker/model-1"


def listed(client, **parameters):
    response = client.get("/v1/models", params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def test_each_model_has_the_fields_that_clients_read(client):
    # protocol K251
    page = listed(client, limit=1000)
    assert page["data"]
    assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][-1]["id"])
    assert page["has_more"] is False
    for model in page["data"]:
        assert (model["type"], bool(model["id"]), bool(model["display_name"])) == ("model", True, True)
        assert model["created_at"].endswith("Z")
        assert model["capabilities"]["thinking"]["types"]["disabled"]["supported"] in {True, False}


def test_discovery_finds_every_mapped_family(client):
    # protocol K251: Claude Code shows only ids with one of these words
    models = {model["id"]: model["display_name"] for model in listed(client, limit=1000)["data"]}
    shown = {name: title for name, title in models.items() if "claude" in name or "anthropic" in name}
    assert {"claude-opus", "claude-sonnet", "claude-haiku"} <= set(shown)
    assert shown["claude-opus"].startswith("claude-opus: big (")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("lifecycle=active", True, id="active"),
        pytest.param("lifecycle=retired&lifecycle=active", True, id="several"),
        pytest.param("lifecycle[]=deprecated&lifecycle[]=retired", False, id="none of ours"),
        pytest.param("lifecycle=", True, id="empty"),
    ],
)
def test_every_model_is_active(client, query, found):
    assert bool(client.get(f"/v1/models?{query}").json()["data"]) is found


def test_an_unknown_lifecycle_is_refused(client):
    assert "lifecycle" in assert_is_error(client.get("/v1/models?lifecycle=old"), 400, "invalid_request_error")


def test_an_empty_page_has_no_ends(client):
    page = listed(client, lifecycle="retired")
    assert page == {"data": [], "has_more": False, "first_id": None, "last_id": None}


def test_pages_follow_each_other(client):
    # protocol K252
    everything = [model["id"] for model in listed(client, limit=1000)["data"]]
    first = listed(client, limit=1)
    second = listed(client, limit=1, after_id=first["last_id"])
    assert [first["data"][0]["id"], second["data"][0]["id"]] == everything[:2]
    assert first["has_more"] is True
    before = listed(client, limit=1, before_id=second["first_id"])
    assert before["data"] == first["data"]


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many", ""])
def test_a_limit_out_of_range_is_refused(client, limit):
    # protocol K252
    assert_is_error(client.get("/v1/models", params={"limit": limit}), 400, "invalid_request_error")


def test_a_listed_model_can_be_got(client):
    # protocol K253
    model = listed(client)["data"][0]
    assert client.get(f"/v1/models/{model['id']}").json() == model
    assert client.get(f"/v1/models/{model['id'].upper()}").json() == model


@pytest.mark.parametrize("name", ["claude-opus-4-8", "claude-haiku-4-5-20251001", "claude-opus-4-8[1m]"])
def test_a_name_that_a_family_covers_can_be_got(client, name):
    # protocol K253
    assert client.get(f"/v1/models/{name}").json()["id"] == name


def test_an_unknown_model_is_not_found(client):
    # protocol K253
    assert "model: none/such" in assert_is_error(client.get("/v1/models/none%2Fsuch"), 404, "not_found_error")


@pytest.fixture(scope="module")
def offering(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("offering"))
    load(gateway, *backend_rows("local", "http://127.0.0.1:9/v1", "maker/model-1", is_offered=True))
    with gateway:
        headers = {"x-api-key": CLIENT_KEY}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as client:
            yield client


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(OFFERED, id="plain"),
        pytest.param(OFFERED.replace("/", "%2F"), id="encoded"),
        pytest.param(OFFERED.upper(), id="another case"),
    ],
)
def test_a_name_with_slashes_is_found(offering, path):
    # protocol K254
    model = offering.get(f"/v1/models/{path}").json()
    assert (model["id"], model["display_name"]) == (OFFERED, "maker/model-1 (local)")


def test_an_offered_model_is_discovered(offering):
    # protocol K251
    assert OFFERED in {model["id"] for model in listed(offering, limit=1000)["data"]}
