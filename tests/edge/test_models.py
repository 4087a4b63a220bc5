"""GET /v1/models: what Claude Code's discovery and the SDKs read."""

import pytest

from tests.support.messages import assert_is_error


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


def test_an_unknown_model_is_not_found(client):
    # protocol K253
    assert "model: none/such" in assert_is_error(client.get("/v1/models/none%2Fsuch"), 404, "not_found_error")
