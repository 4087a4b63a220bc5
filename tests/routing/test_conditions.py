"""Mappings that hold only for some requests."""

import json

import pytest

from conversion.request.read import read_messages_request
from routing import loading
from routing.properties import NOTHING, properties
from routing.resolve import resolve
from tests.routing import factories

TOOL = {"name": "Read", "input_schema": {"type": "object"}}
SEARCH = {"type": "web_search_20250305", "name": "web_search"}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 4000}}


def message(content="Hello", **fields):
    asked = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": content}]}
    return read_messages_request(json.dumps({"tools": [TOOL], **asked, **fields}).encode())


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        pytest.param(message(thinking={"type": "adaptive"}), "thinking", id="adaptive"),
        pytest.param(message(thinking={"type": "enabled", "budget_tokens": 2000}), "thinking", id="with a budget"),
        pytest.param(message([IMAGE]), "images", id="image"),
        pytest.param(message([{"type": "tool_result", "tool_use_id": "t", "content": [IMAGE]}]), "images", id="nested"),
        pytest.param(message(tools=[SEARCH]), "web_search", id="web search"),
        pytest.param(message(tools=[]), "background", id="no tools"),
    ],
)
def test_a_property_is_told_by_the_shape_of_the_request(request_, name):
    found = properties(request_)
    flags = {flag for flag in ("thinking", "images", "web_search", "background") if getattr(found, flag)}
    assert flags == {name}


@pytest.mark.parametrize(
    "request_",
    [message(), message(thinking={"type": "disabled"}), message('{"type": "image"}')],
    ids=["plain", "no thinking", "a text about images"],
)
def test_a_plain_request_has_none_of_them(request_):
    assert properties(request_)[:4] == NOTHING[:4]


def test_input_is_estimated_without_the_bytes_of_images():
    assert 900 < properties(message("word " * 800)).input_tokens < 1200
    assert properties(message([IMAGE] * 2)).input_tokens < 3500


@pytest.fixture
def ask(db):
    """The model that a request goes to, as the rows are now."""
    factories.key()

    def asked(request):
        table = loading.load({})
        (entry,) = table.keys.values()
        return resolve(table, entry, request.model, table.telling(request)).model

    return asked


def test_a_long_request_goes_to_a_model_with_a_long_context(ask):
    factories.mapping("opus", kind="family", model="usual")
    factories.mapping("opus", kind="family", model="long", when_input_above=1000)
    factories.mapping("opus", kind="family", model="longest", when_input_above=5000)
    assert [ask(message("word " * count)) for count in (10, 2000, 9000)] == ["usual", "long", "longest"]


def test_all_conditions_of_a_mapping_must_hold_and_more_of_them_go_first(ask):
    factories.mapping("claude-*", kind="glob", model="usual")
    factories.mapping("*", kind="glob", model="thinks", when_thinking=True)
    factories.mapping("*", kind="glob", model="thinks and sees", when_thinking=True, when_images=True)
    thinking = {"thinking": {"type": "adaptive"}}
    assert ask(message()) == "usual"
    assert ask(message([IMAGE])) == "usual"
    assert ask(message(**thinking)) == "thinks"
    assert ask(message([IMAGE], **thinking)) == "thinks and sees"


def test_a_step_goes_before_conditions_of_a_later_one(ask):
    factories.mapping("claude-opus-5-5", model="exact")
    factories.mapping(kind="default", model="thinks", when_thinking=True)
    assert ask(message(thinking={"type": "adaptive"})) == "exact"


def test_without_conditions_nothing_of_a_request_is_looked_at(db, monkeypatch):
    factories.mapping("opus", kind="family", model="usual")
    monkeypatch.setattr("routing.table.properties", None)
    assert loading.load({}).telling(message()) is NOTHING


def test_a_route_is_remembered_for_requests_that_are_alike(db):
    factories.mapping("opus", kind="family", model="usual")
    factories.mapping("opus", kind="family", model="long", when_input_above=1000)
    factories.key()
    table = loading.load({})
    (key,) = table.keys.values()
    for count in range(2000, 3000, 100):
        asked = message("word " * count)
        resolve(table, key, asked.model, table.telling(asked))
    assert len(table.routes) == 1
