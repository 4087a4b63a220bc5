"""Reasoning state in signatures: it comes back as it went, and nothing else does."""

import base64
import zlib

import pytest

from conversion.signatures import ReasoningState, StateTooLarge, _mark, seal, unseal

SECRET = b"secret"
STATES = [
    pytest.param(ReasoningState("deepseek:host", "r1", "t"), id="text"),
    pytest.param(ReasoningState("ollama:host", "r1", "t", "what the client does not see"), id="unshown text"),
    pytest.param(ReasoningState("openrouter:host", "gemini", "rd", [{"type": "x", "ä": [1, None]}]), id="details"),
    pytest.param(ReasoningState("gemini:host", "g", "gs", {"calls": {"a": {"b": 1}}, "msg": None}), id="signatures"),
]


@pytest.mark.parametrize("state", STATES)
def test_it_gives_back_what_was_sealed(state):
    assert unseal(seal(state, SECRET), SECRET) == state


def test_it_seals_the_same_state_to_the_same_text():
    state = ReasoningState("g", "m", "rd", [{"a": 1}])
    assert seal(state, SECRET) == seal(state, SECRET)


@pytest.mark.parametrize("payload", ["a" * (5 << 20), "".join(map(str, range(200_000)))], ids=["long", "dense"])
def test_it_seals_nothing_that_the_client_could_not_carry(payload):
    with pytest.raises(StateTooLarge):
        seal(ReasoningState("g", "m", "t", payload), SECRET)


SEALED = seal(ReasoningState("g", "m", "t", "abc"), SECRET)
STRANGERS = [
    pytest.param("", id="nothing"),
    pytest.param("ErUBCkYIBRgCIkD", id="from the real Claude"),
    pytest.param("ccp1.", id="only the prefix"),
    pytest.param("ccp1.e.f", id="no state"),
    pytest.param("ccp2" + SEALED[4:], id="another version"),
    pytest.param(SEALED[:-1], id="cut"),
    pytest.param(SEALED[:-1] + "ä", id="not ASCII"),
    pytest.param(SEALED.replace(".", "..", 1), id="a dot too many"),
    pytest.param(SEALED[:8] + ("A" if SEALED[8] != "A" else "B") + SEALED[9:], id="changed"),
]


@pytest.mark.parametrize("text", STRANGERS)
def test_it_takes_every_other_text_for_no_state(text):
    assert unseal(text, SECRET) is None


def test_it_takes_state_of_another_secret_for_none():
    assert unseal(SEALED, b"other") is None


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(zlib.compress(b'"' + b"a" * (5 << 20) + b'"'), id="a bomb"),
        pytest.param(zlib.compress(b"[" * 100_000), id="nested deeply"),
        pytest.param(zlib.compress(b'{"v":1,"g":"g","m":"m","k":"zz"}'), id="an unknown kind"),
        pytest.param(zlib.compress(b'{"v":2,"g":"g","m":"m","k":"t"}'), id="a later version"),
        pytest.param(zlib.compress(b"{}"), id="nothing in it"),
        pytest.param(zlib.compress(b'{"v":1}')[:-3], id="cut inside"),
        pytest.param(b"no zlib", id="not packed"),
    ],
)
def test_it_survives_what_only_the_holder_of_the_secret_could_make(packed):
    signed = b"ccp1." + base64.urlsafe_b64encode(packed)
    assert unseal((signed + b"." + _mark(signed, SECRET)).decode(), SECRET) is None
