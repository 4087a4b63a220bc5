"""The official OpenAI types as judge of a request: every key is known, every value is of its type."""

from collections.abc import Iterator, Mapping
from typing import get_type_hints

from openai.types.chat.completion_create_params import CompletionCreateParams, CompletionCreateParamsStreaming
from pydantic import TypeAdapter

_ADAPTER = TypeAdapter(CompletionCreateParams)
_KEYS = get_type_hints(CompletionCreateParamsStreaming).keys()


def judge(body):
    assert body.keys() <= _KEYS
    consume(_ADAPTER.validate_python(body))


def consume(value):
    """Pydantic looks at the items of an iterable only when they are asked for."""
    match value:
        case Mapping():
            for each in value.values():
                consume(each)
        case list() | tuple() | Iterator():
            for each in value:
                consume(each)
