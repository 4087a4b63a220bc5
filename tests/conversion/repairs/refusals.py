"""What backends say when they refuse, and what is made of it."""

import json

from conversion.repairs import find_repair, repaired
from conversion.reply.backend_errors import backend_failure
from conversion.request.convert import convert_request
from conversion.request.read import read_messages_request
from tests.conversion.request.ask import KEYS, SECRET, body_of


def error(message, **fields):
    """OpenAI's error body."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **fields}}


def convert(messages, destination, **parameters):
    request = read_messages_request(json.dumps(body_of(messages, **parameters)).encode())
    return convert_request(request, destination, secret=SECRET, keys=KEYS)


def failure(status, body, destination, conversion):
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    terms = conversion.terms
    return backend_failure(status, {}, encoded, terms=terms, destination=destination, now=0.0)


def find(body, destination, messages="Hello", status=400, earlier=(), **parameters):
    """The repair for a refusal of that request; a text is the message of OpenAI's error body."""
    body = error(body) if isinstance(body, str) else body
    conversion = convert(messages, destination, **parameters)
    return find_repair(failure(status, body, destination, conversion), destination, conversion, earlier)


def sent_after(repair, destination, messages="Hello", **parameters):
    """The repaired request."""
    return json.loads(convert(messages, repaired(destination, [repair]), **parameters).body)
