"""A backend that refuses, and says how it wants to be asked, is asked again; the next request begins with that."""

import json

import httpx
import pytest

from tests.conversion.request.ask import image, tool, user
from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.messages import assert_is_error, names, request
from tests.support.rows import backend_rows, load
from tests.support.scripted_backend import error, stream, whole

NO_MAX_TOKENS = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
)
NO_TEMPERATURE = "Unsupported parameter: 'temperature' is not supported with this model."
NO_STOP = "Unsupported parameter: 'stop' is not supported with this model."
NO_STREAM_OPTIONS = "Unrecognized request argument supplied: stream_options"
NO_IMAGES = "This model does not support image inputs"
NO_ROOM = "'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 131072 tokens and your request has 90000 input tokens."


@pytest.fixture
def model(request):
    """A model that no other test asks for, as what is learned of a model holds from then on."""
    return f"tests/{request.node.name}"


def refusing(**refusals):
    """A backend that refuses the first of these fields that a request has, in its words."""

    def reply(asked):
        for field, message in refusals.items():
            if field in asked.json:
                return error(400, message, code="unsupported_parameter")
        return text("Hello")

    return reply


def ask(client, model, **fields):
    return client.post("/v1/messages", json=request(model=model, **fields))


def sent(backend):
    """The requests since the last look."""
    found = [asked.json for asked in backend.requests]
    backend.requests.clear()
    return found


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_a_refused_field_is_replaced_and_the_next_request_begins_with_that(client, backend, model, streaming):
    # protocol J242
    backend.script_with(refusing(max_tokens=NO_MAX_TOKENS))
    assert ask(client, model, stream=streaming).status_code == 200
    first, second = sent(backend)
    assert ("max_tokens" in first, second["max_completion_tokens"]) == (True, 100)
    assert ask(client, model, stream=streaming).status_code == 200
    assert [asked["max_completion_tokens"] for asked in sent(backend)] == [100]


def test_two_refused_fields_are_left_out(client, backend, model):
    # protocol J243
    backend.script_with(refusing(temperature=NO_TEMPERATURE, stream_options=NO_STREAM_OPTIONS))
    response = ask(client, model, stream=True, temperature=0.5)
    assert names(response.text)[-1] == "message_stop"
    assert ["temperature" in asked or "stream_options" in asked for asked in sent(backend)] == [True, True, False]
    ask(client, model, stream=True, temperature=0.5)
    assert len(sent(backend)) == 1


def test_a_request_is_repaired_twice_at_most_and_the_next_one_goes_on_from_there(client, backend, model):
    backend.script_with(refusing(temperature=NO_TEMPERATURE, stop=NO_STOP, stream_options=NO_STREAM_OPTIONS))
    fields = {"stream": True, "temperature": 0.5, "stop_sequences": ["stop"]}
    message = assert_is_error(ask(client, model, **fields), 400, "invalid_request_error")
    assert message == NO_STREAM_OPTIONS
    assert len(sent(backend)) == 3
    assert ask(client, model, **fields).status_code == 200
    assert len(sent(backend)) == 2


def test_images_are_replaced_where_the_model_takes_none(client, backend, model):
    # protocol J244
    backend.script_with(lambda asked: error(400, NO_IMAGES) if b"image_url" in asked.body else text("Hello"))
    assert ask(client, model, messages=[user("See", image())]).status_code == 200
    assert sent(backend)[1]["messages"][0]["content"] == "See\n\n[image]"
    ask(client, model, messages=[user("See", image())])
    assert len(sent(backend)) == 1


def test_a_reply_that_does_not_fit_beside_its_prompt_is_made_shorter_this_once(client, backend, model):
    # protocol J230
    for _ in range(2):
        backend.script(error(400, NO_ROOM), text("Hello"))
        assert ask(client, model, max_tokens=64_000).status_code == 200
        assert [asked["max_tokens"] for asked in sent(backend)] == [64_000, 131_072 - 90_000 - 64]


def test_a_refused_schema_becomes_simpler_for_its_tool_alone(client, backend, model):
    # protocol E123
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    tools = [tool("Read", input_schema=schema), tool("Bash", input_schema=schema)]
    refused = "Invalid schema for function 'Read': unsupported keyword"
    backend.script(error(400, refused), text("Hello"), text("Hello"))
    assert ask(client, model, tools=tools).status_code == 200
    ask(client, model, tools=tools)
    functions = [[each["function"]["parameters"] for each in asked["tools"]] for asked in sent(backend)]
    simpler = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert functions == [[schema, schema], [simpler, schema], [simpler, schema]]


def test_a_repair_that_leaves_the_request_as_it_is_gives_way_to_the_next(client, backend, model):
    plain = {"type": "object", "properties": {"a": {"type": "string"}}}  # no level but the last one takes anything out
    backend.script(error(400, "Invalid schema for function 'Read'"), text("Hello"))
    assert ask(client, model, tools=[tool("Read", input_schema=plain)]).status_code == 200
    schemas = [asked["tools"][0]["function"]["parameters"] for asked in sent(backend)]
    assert schemas == [plain, {"type": "object", "properties": {}}]


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_a_refusal_with_status_200_is_repaired_too(client, backend, model, streaming):
    refusal = {"error": {"code": 400, "message": NO_TEMPERATURE}}
    backend.script(stream(refusal) if streaming else whole(refusal), text("Hello"))
    assert ask(client, model, stream=streaming, temperature=0.5).status_code == 200
    assert ["temperature" in asked for asked in sent(backend)] == [True, False]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        pytest.param(400, "string too long. Expected a string with maximum length 10", id="a limit of a field"),
        pytest.param(400, "Unsupported parameter: 'logprobs'", id="a field that was not sent"),
        pytest.param(429, NO_TEMPERATURE, id="another status"),
    ],
)
def test_what_teaches_nothing_is_not_repaired(client, backend, model, status, message):
    # protocol J231
    backend.script(error(status, message))
    assert message in ask(client, model, temperature=0.5).json()["error"]["message"]
    assert len(sent(backend)) == 1


def test_a_stream_that_has_begun_is_not_repaired(client, backend, model):
    begun = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hel"}}]}
    backend.script(stream(begun, {"error": {"code": 400, "message": NO_TEMPERATURE}}))
    response = ask(client, model, stream=True, temperature=0.5)
    assert names(response.text)[-1] == "error"
    assert len(sent(backend)) == 1


def test_a_repaired_request_is_one_row_that_says_what_was_done(client, backend, gateway, model):
    backend.script(error(400, NO_TEMPERATURE), text("Hello"))
    ask(client, model, temperature=0.5)
    (record,) = gateway.usage_records(1, routed_model=model)
    assert record["state"] == "closed"
    assert record["notices"] == [{"code": "repaired", "detail": "field temperature: the field is left out"}]


def test_a_repair_that_did_not_help_is_not_remembered(client, backend, model):
    backend.script(error(400, NO_TEMPERATURE), error(400, "Something else"))
    assert_is_error(ask(client, model, temperature=0.5), 400, "invalid_request_error")
    backend.script(text("Hello"))
    ask(client, model, temperature=0.5)
    assert ["temperature" in asked for asked in sent(backend)] == [True, False, True]


def test_what_one_gateway_learned_others_know(tmp_path, backend, model):
    # protocol J242: over one database
    def learned():
        rows = json.loads(first.manage("dumpdata", "routing.learnedhabit"))
        return [(row["fields"]["model"], row["fields"]["kind"], row["fields"]["overrides"]) for row in rows]

    backend.script_with(refusing(max_tokens=NO_MAX_TOKENS))
    expected = [(model, "max_tokens_field", {"max_tokens_field": "max_completion_tokens"})]
    headers = {"x-api-key": CLIENT_KEY}
    with Gateway(tmp_path, OPENAI_BASE_URL=backend.base_url) as first:
        httpx.post(f"{first.url}/v1/messages", json=request(model=model), headers=headers, trust_env=False)
        eventually(lambda: learned() == expected, 30, lambda: f"learned: {learned()}")
        sent(backend)
        with Gateway(tmp_path, OPENAI_BASE_URL=backend.base_url) as second:
            response = httpx.post(
                f"{second.url}/v1/messages", json=request(model=model), headers=headers, trust_env=False
            )
    assert response.status_code == 200
    assert ["max_tokens" in asked for asked in sent(backend)] == [False]


@pytest.fixture(scope="module")
def strict(backend_process, tmp_path_factory):
    """A client of a service with a backend that has OpenAI's habits."""
    gateway = Gateway(tmp_path_factory.mktemp("strict"), OPENAI_BASE_URL=backend_process.base_url)
    load(gateway, *backend_rows("lab", backend_process.base_url, "gpt-lab", dialect="openai"))
    headers = {"x-api-key": CLIENT_KEY}
    with gateway, httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def test_parallel_calls_that_cannot_be_forbidden_are_forbidden_here(strict, backend):
    # protocol J243
    backend.script_with(refusing(parallel_tool_calls="Unsupported parameter: 'parallel_tool_calls'"))
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    response = ask(strict, "lab/gpt-lab", tools=[tool("Read")], tool_choice=choice)
    assert response.status_code == 200
    assert [asked.get("parallel_tool_calls") for asked in sent(backend)] == [False, None]
