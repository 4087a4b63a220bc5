"""Requests as clients send them, and what backends get of them, in one line of a test."""

from dataclasses import dataclass

import msgspec

from conversion.destination import Destination
from conversion.profiles import profile_for
from conversion.request.convert import Conversion, convert_request
from conversion.request.identity import CacheKeys
from conversion.request.read import read_messages_request
from tests.conversion.request import responses_judge
from tests.conversion.request.openai_judge import judge

SECRET = b"a secret of the tests"
KEYS = CacheKeys("c" * 32, "u" * 64)
MODELS = {
    "openai": "gpt-4.1",
    "azure": "gpt-4.1",
    "azure_v1": "gpt-4.1",
    "openrouter": "some/model",
    "groq": "llama-3.3-70b",
    "together": "llama-3.3-70b",
    "deepseek": "deepseek-v4-pro",
    "gemini": "gemini-3-pro",
    "xai": "grok-3",
    "mistral": "mistral-large-latest",
    "moonshot": "kimi-k2.6",
    "qwen": "qwen3-max",
    "zai": "glm-4.7",
    "minimax": "MiniMax-M3",
    "ollama": "qwen3",
    "vllm": "qwen3",
    "sglang": "qwen3",
    "llamacpp": "qwen3",
    "lmstudio": "qwen3",
    "generic": "qwen3-coder",
}
DIALECTS = tuple(MODELS)


@dataclass(frozen=True)
class Sent:
    """What a backend is sent, as plain JSON."""

    body: dict
    conversion: Conversion

    @property
    def messages(self):
        return self.body["messages"]

    @property
    def last(self):
        return self.body["messages"][-1]

    @property
    def tools(self):
        return [tool["function"] for tool in self.body.get("tools", []) if tool["type"] == "function"]

    @property
    def tool_names(self):
        return [function["name"] for function in self.tools]

    @property
    def terms(self):
        return self.conversion.terms

    @property
    def notices(self):
        return {notice.code: notice.detail for notice in self.conversion.notices}


def body_of(messages="Hello", **parameters):
    """The body of a request; a text is a conversation of one message."""
    if isinstance(messages, str):
        messages = [user(messages)]
    return {"model": "claude-test", "max_tokens": 1000, "messages": messages, **parameters}


def ask(messages="Hello", dialect="openai", *, model="", overrides=None, destination=None, outside=None, **parameters):
    """What a backend of the dialect is sent for a request; `outside`: what was read and fetched for it."""
    model = model or MODELS[dialect]
    limits = destination or {}
    destination = Destination(model, profile_for(dialect, model, overrides), group=f"{dialect}.test", **limits)
    request = read_messages_request(msgspec.json.encode(body_of(messages, **parameters)))
    conversion = convert_request(request, destination, secret=SECRET, keys=KEYS, **outside or {})
    sent = Sent(msgspec.json.decode(conversion.body), conversion)
    if "input" in sent.body:
        responses_judge.judge(sent.body)
    elif dialect in ("openai", "azure", "azure_v1"):
        judge(sent.body)
    return sent


def user(*content):
    return {"role": "user", "content": _content(content)}


def assistant(*content):
    return {"role": "assistant", "content": _content(content)}


def system(*content, **keys):
    return {"role": "system", "content": _content(content), **keys}


def _content(content):
    if len(content) == 1 and isinstance(content[0], str):
        return content[0]
    return [text(each) if isinstance(each, str) else each for each in content]


def text(words, **keys):
    return {"type": "text", "text": words, **keys}


def call(name="Read", input=None, id="toolu_1"):
    return {"type": "tool_use", "id": id, "name": name, "input": {} if input is None else input}


def result(content="done", id="toolu_1", **keys):
    return {"type": "tool_result", "tool_use_id": id, "content": content, **keys}


def tool(name="Read", **keys):
    return {"name": name, "description": f"Does {name}.", "input_schema": {"type": "object", "properties": {}}, **keys}


def image(data="iVBORw0KGgoAAAANSUhEUg==", media_type="image/png"):
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def pdf(**keys):
    source = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQK"}
    return {"type": "document", "source": source, **keys}
