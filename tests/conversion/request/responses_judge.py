"""The official OpenAI types as judge of a request to the Responses API."""

from typing import get_type_hints

from openai.types.responses.easy_input_message_param import EasyInputMessageParam
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from openai.types.responses.response_function_tool_call_param import ResponseFunctionToolCallParam
from openai.types.responses.response_input_item_param import FunctionCallOutput, Message
from openai.types.responses.response_reasoning_item_param import ResponseReasoningItemParam
from pydantic import TypeAdapter

from tests.conversion.request.openai_judge import consume

_BODIES = {True: TypeAdapter(ResponseCreateParamsStreaming), False: TypeAdapter(ResponseCreateParamsNonStreaming)}
_KEYS = get_type_hints(ResponseCreateParamsStreaming).keys()
_ITEMS = {
    "message": Message,
    "function_call": ResponseFunctionToolCallParam,
    "function_call_output": FunctionCallOutput,
    "reasoning": ResponseReasoningItemParam,
}


def judge(body):
    assert body.keys() <= _KEYS
    consume(_BODIES[bool(body.get("stream"))].validate_python(body))
    for item in body["input"]:
        _judge_item(item)


def _judge_item(item):
    """By its own type: the union of all items is so wide that something in it takes nearly everything."""
    shape = _ITEMS[item["type"]]
    if item["type"] == "message" and isinstance(item["content"], str):
        shape = EasyInputMessageParam
    assert item.keys() <= get_type_hints(shape).keys()
    consume(TypeAdapter(shape).validate_python(item))
