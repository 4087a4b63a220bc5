"""What of a body may be stored by the inspector."""

import json

import pytest

from proxysite.inspector.cleaning import BODY_LIMIT, clean_text, cleaned

SECRET = "sk-ant-0123456789abcdefghijklmn"

STAYS = {
    "JSON, to the letter": '{ "a" : [1, 2.50, "text"],\n "b": null }',
    "a stream": 'event: message_start\ndata: {"type": "message_start"}\n\n: ping\n\ndata: [DONE]\n\n',
    "a schema with a field for a password": '{"properties":{"password":{"type":"string"}}}',
    "what is no JSON": "{ half of an object",
    "a long text": json.dumps({"text": "word " * 1000}),
}
GOES = {
    "in a string": json.dumps({"text": f"it is {SECRET}, keep it"}),
    "written with escapes": json.dumps({"text": SECRET}).replace("sk-", "\\u0073k-"),
    "before an escaped quote": json.dumps({"text": f'curl -H "x-api-key: {SECRET}" host'}),
    "by its name": json.dumps({"input": {"api_key": SECRET.replace("sk-", "")}}),
    "by its name in the arguments of a call": json.dumps({"arguments": json.dumps({"password": SECRET[3:]})}),
    "by its name in what is no JSON": json.dumps({"api_key": SECRET[3:], "n": 1})[:-1],
    "by its name in arguments in what is no JSON": json.dumps({"arguments": json.dumps({"api_key": SECRET[3:]})})[:-1],
    "in a stream": f"data: {json.dumps({'text': SECRET})}\n\n",
    "in what is no JSON": f"{{ key {SECRET}",
    "as media": json.dumps({"source": {"type": "base64", "media_type": "image/png", "data": SECRET}}),
    "as short data in an address": json.dumps({"url": f"data:image/png;base64,{SECRET[3:]}"}),
    "as long base64": json.dumps({"url": f"data:image/png;base64,{SECRET * 100}"}),
}


def is_json(text):
    """Of a stream: its first event."""
    try:
        return bool(json.loads(text.strip().removeprefix("data: ")))
    except ValueError:
        return False


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS.keys())
def test_it_stays(text):
    assert clean_text(text) == text


@pytest.mark.parametrize("text", GOES.values(), ids=GOES.keys())
def test_it_goes_and_json_stays_json(text):
    clean = clean_text(text)
    assert SECRET.removeprefix("sk-") not in clean
    assert is_json(clean) == is_json(text)


def test_media_is_replaced_by_its_size():
    body = {"type": "base64", "media_type": "image/png", "data": "A" * 4000}
    assert json.loads(clean_text(json.dumps(body)))["data"] == "(3,000 bytes of base64, not kept)"


def test_what_is_too_long_is_cut_and_marked():
    body = cleaned(b"x " * BODY_LIMIT)
    assert (len(body.text), body.size, body.cut) == (BODY_LIMIT, 2 * BODY_LIMIT, True)


def test_the_beginning_of_a_longer_body_is_marked():
    assert cleaned(b"beginning", 100).cut


def test_an_image_does_not_use_up_the_limit():
    body = cleaned(json.dumps({"type": "base64", "data": "A" * (2 * BODY_LIMIT)}).encode())
    assert not body.cut
    assert len(body.text) < 100
