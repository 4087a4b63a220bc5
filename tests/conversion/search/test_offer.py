"""When the gateway searches, for what, and what the model is offered for it."""

import json

import msgspec
import pytest
from msgspec import Raw

from conversion.profiles import BackendProfile
from conversion.request.read import read_messages_request
from conversion.search.offer import MOST_USES, SearchTerms, next_round, search_terms, with_function

SEARCH = {"type": "web_search_20250305", "name": "web_search"}
PLAIN = BackendProfile()


def asking(*tools, **fields):
    body = {"model": "m", "max_tokens": 10, "messages": [{"role": "user", "content": "Hi"}], "tools": tools, **fields}
    return read_messages_request(json.dumps(body).encode())


def terms(**fields):
    return search_terms(asking({**SEARCH, **fields}), PLAIN)


def test_a_request_without_the_tool_wants_no_search():
    assert search_terms(asking({"name": "Bash", "input_schema": {}}), PLAIN) is None


@pytest.mark.parametrize(
    "profile",
    [BackendProfile(search_options=True), BackendProfile(server_tools=(("web_search", "openrouter:web_search"),))],
    ids=["search model", "server tool"],
)
def test_a_backend_that_searches_itself_is_left_to_it(profile):
    assert search_terms(asking(SEARCH), profile) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, SearchTerms()),
        ({"max_uses": 3}, SearchTerms(max_uses=3)),
        ({"max_uses": 1000}, SearchTerms(max_uses=MOST_USES)),
        ({"max_uses": "3"}, SearchTerms()),
        ({"allowed_domains": ["Example.com ", 7, ""]}, SearchTerms(allowed_domains=("example.com",))),
        ({"blocked_domains": ["bad.org"]}, SearchTerms(blocked_domains=("bad.org",))),
        ({"user_location": {"type": "approximate", "country": "DE"}}, SearchTerms(country="de")),
        ({"user_location": {"country": "Germany"}}, SearchTerms()),
    ],
    ids=str,
)
def test_terms_are_what_the_client_asks_for_within_bounds(fields, expected):
    assert terms(**fields) == expected


def test_the_model_is_offered_a_function_in_its_place():
    request = with_function(asking({"name": "Bash", "input_schema": {}}, SEARCH))
    assert [(tool.name, tool.type) for tool in request.tools] == [("Bash", None), ("web_search", None)]
    assert json.loads(bytes(request.tools[1].input_schema))["required"] == ["query"]


@pytest.mark.parametrize(("last", "choice"), [(False, None), (True, {"type": "none"})])
def test_the_next_round_goes_on_from_what_was_found(last, choice):
    request = asking(SEARCH, tool_choice={"type": "tool", "name": "web_search"})
    following = next_round(request, Raw(b'"said"'), Raw(b'"found"'), last=last)
    assert [message.role for message in following.messages] == ["user", "assistant", "user"]
    assert following.tool_choice == choice
    assert msgspec.json.encode(following.messages[:1]) == msgspec.json.encode(request.messages)
