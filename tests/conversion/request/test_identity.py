import json

import msgspec
import pytest

from conversion.request.identity import cache_keys
from conversion.request.read import read_messages_request
from tests.conversion.request.ask import assistant, body_of, user


def user_id(session="s1", device="d1"):
    return json.dumps({"device_id": device, "account_uuid": "", "session_id": session})


def keys(messages="Hello", session_id="", agent_id="", client="", **parameters):
    request = read_messages_request(msgspec.json.encode(body_of(messages, **parameters)))
    return cache_keys(request, session_id=session_id, agent_id=agent_id, client=client)


def test_keys_are_digests():  # protocol B36
    found = keys(metadata={"user_id": user_id()})
    assert (len(found.conversation), len(found.user)) == (32, 64)
    assert set(found.conversation + found.user) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param({"session_id": "a"}, {"session_id": "a", "messages": "Bye"}, True, id="session of the header"),
        pytest.param({"session_id": "a"}, {"session_id": "b"}, False, id="other session of the header"),
        pytest.param({"session_id": "a"}, {"session_id": "a", "agent_id": "x"}, False, id="an agent of the session"),
        pytest.param(
            {"metadata": {"user_id": user_id("a")}},
            {"metadata": {"user_id": user_id("a")}, "messages": "Bye"},
            True,
            id="JSON",
        ),
        pytest.param(
            {"metadata": {"user_id": user_id("a")}}, {"metadata": {"user_id": user_id("b")}}, False, id="other JSON"
        ),
        pytest.param(
            {"metadata": {"user_id": "user_1_account__session_a"}},
            {"metadata": {"user_id": "user_1_account__session_b"}},
            False,
            id="older text",
        ),
        pytest.param({"system": "S"}, {"system": "S"}, True, id="same beginning"),
        pytest.param({"system": "S"}, {"system": "T"}, False, id="other system prompt"),
        pytest.param({"messages": "Hello"}, {"messages": "Bye"}, False, id="other first text"),
        pytest.param(
            {"messages": [user("a")]},
            {"messages": [user("a"), assistant("b"), user("c")]},
            True,
            id="conversation goes on",
        ),
    ],
)
def test_the_conversation_is_known_by_its_session_or_its_beginning(one, other, same):  # protocol B36
    assert (keys(**one).conversation == keys(**other).conversation) is same


def test_the_user_is_the_same_in_all_sessions():
    one, other = (keys(metadata={"user_id": user_id(session)}).user for session in "ab")
    assert one == other
    assert keys(metadata={"user_id": user_id(device="d2")}).user != one


def test_the_user_of_older_clients_is_the_same_in_all_sessions():
    one, other = (keys(metadata={"user_id": f"user_1_account__session_{session}"}).user for session in "ab")
    assert one == other


def test_without_a_user_the_client_of_the_gateway_stands_in():
    assert keys(client="7").user == keys(client="7", metadata={"user_id": None}).user
    assert keys(client="7").user != keys(client="8").user
