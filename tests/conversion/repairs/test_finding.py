"""Which repair a refusal calls for (protocol §1.6)."""

import json

import pytest

from conversion.destination import Destination
from conversion.errors import BackendFailure
from conversion.profiles import profile_for
from conversion.repairs import KINDS, find_repair, repaired
from tests.conversion.repairs.refusals import convert, error, find
from tests.conversion.repairs.wordings import CALLED, FORMAT, SCHEMA, TOOLS, WORDINGS, habits
from tests.conversion.request.ask import tool

TAUGHT = [row for row in WORDINGS if row.values[3]]
OVERFLOW = "'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 131072 tokens and your request has {} input tokens"


@pytest.mark.parametrize(("destination", "said", "asked", "expected"), WORDINGS)
def test_a_refusal_teaches_what_to_do(destination, said, asked, expected):
    repair = find(said, destination, **asked)
    assert (repair and (repair.kind, repair.subject, dict(repair.overrides), dict(repair.limits))) == expected


@pytest.mark.parametrize(("destination", "said", "asked", "expected"), TAUGHT)
def test_the_repaired_request_is_another_one(destination, said, asked, expected):
    asked = dict(asked)
    repair = find(said, destination, **asked)
    asked.pop("status", None)
    messages = asked.pop("messages", "Hello")
    after = convert(messages, repaired(destination, [repair]), **asked)
    assert json.loads(after.body) != json.loads(convert(messages, destination, **asked).body)


@pytest.mark.parametrize(("destination", "said", "asked", "expected"), TAUGHT)
def test_no_repair_is_found_again_after_it_was_made(destination, said, asked, expected):
    repair = find(said, destination, **asked)
    second = find(said, repaired(destination, [repair]), earlier=[repair], **asked)
    assert second is None or (second.overrides, second.limits) != (repair.overrides, repair.limits)


@pytest.mark.parametrize(
    ("said", "asked", "steps"),
    [
        pytest.param(
            "Unsupported parameter: 'max_tokens', 'max_completion_tokens'", {}, ["max_completion_tokens"], id="R1"
        ),
        pytest.param("Function tools with reasoning_effort are not supported", TOOLS, ["none", "omit"], id="R8"),
        pytest.param("reasoning_content is missing", {"messages": CALLED}, ["", " "], id="R14"),
        pytest.param("response_format is not supported", {"output_config": FORMAT}, ["json_object", "none"], id="R19"),
    ],
)
def test_what_is_refused_again_and_again_comes_to_an_end(said, asked, steps):
    destination, made = habits(), []
    while repair := find(said, destination, earlier=made, **asked):
        made.append(repair)
        destination = repaired(destination, [repair])
    assert [list(repair.overrides.values())[-1] for repair in made] == steps


def test_each_kind_is_explained():
    assert {row.values[3][0] for row in TAUGHT} | {"room", "credit"} == set(KINDS)


@pytest.mark.parametrize(
    ("said", "room"),
    [
        # protocol J230
        pytest.param(OVERFLOW.format(90_000), 131_072 - 90_000 - 64, id="vllm"),
        pytest.param(
            "This model's maximum context length is 131072 tokens. However, you requested 154000 tokens (90000 in the messages, 64000 in the completion).",
            131_072 - 90_000 - 64,
            id="openai",
        ),
        pytest.param(
            "input length and `max_tokens` exceed context limit: 150000 + 64000 > 200000, decrease input length or `max_tokens` and try again",
            200_000 - 150_000 - 64,
            id="anthropic",
        ),
        pytest.param(OVERFLOW.format(131_072 - 1_000), None, id="no room that is worth it"),
        pytest.param(OVERFLOW.format(131_073), None, id="the prompt alone is too long"),
        pytest.param("Please reduce the length of the messages or completion.", None, id="no numbers"),
        pytest.param(
            "prompt is too long: 210000 tokens > 200000 maximum; 'temperature' is not supported",
            None,
            id="nothing else",
        ),
    ],
)
def test_a_reply_that_does_not_fit_beside_its_prompt_is_made_shorter_this_once(said, room):
    repair = find(said, habits(), max_tokens=64_000, temperature=1)
    assert (repair and repair.limits.get("max_output_tokens")) == room
    assert repair is None or (repair.kind, repair.lasting) == ("room", False)


def test_a_count_that_stopped_early_is_not_believed():
    said = "This model's maximum context length is 32768 tokens. However, you requested 8000 output tokens and your prompt contains at least 24769 input tokens, for a total of at least 32769 tokens."
    repair = find(said, habits(), "word " * 22_000, max_tokens=8_000)
    assert repair is None or repair.limits["max_output_tokens"] < 6_000


@pytest.mark.parametrize(("affordable", "limit"), [(12_345, 12_345), (1_000, None), (200_000, None)])
def test_a_reply_is_made_as_short_as_the_account_can_pay_for(affordable, limit):
    said = f"This request requires more credits, or fewer max_tokens. You requested up to 128000 tokens, but can only afford {affordable}."
    repair = find(said, habits("openrouter"), max_tokens=128_000, status=402)
    assert (repair and repair.limits.get("max_output_tokens")) == limit
    assert repair is None or not repair.lasting


@pytest.mark.parametrize(
    ("dialect", "before", "level"),
    [
        ("generic", {}, 1),
        ("generic", {"Read": 1}, 3),
        ("generic", {"Read": 3}, 4),
        ("gemini", {}, 2),
        ("gemini", {"Read": 2}, 3),
    ],
)
def test_a_schema_that_is_refused_again_loses_all_that_can_be_refused(dialect, before, level):
    destination = Destination("some-model", profile_for(dialect, "some-model"), schema_levels=before)
    repair = find("Invalid schema for function 'Read'", destination, **TOOLS)
    assert (repair.subject, repair.limits) == ("Read", {"schema_levels": {"Read": level}})


def test_after_one_tool_another_all_schemas_become_simpler():
    # protocol E123: in the first place it is one tool
    first = find("Invalid schema for function 'Read'", habits(), **TOOLS)
    destination = repaired(habits(), [first])
    second = find("Invalid schema for function 'mcp__files__Search'", destination, earlier=[first], **TOOLS)
    assert (second.kind, second.overrides) == ("schemas", {"schema_level": 1})


def test_a_renamed_tool_is_known_by_the_name_of_the_client():
    name = "mcp__" + "x" * 80
    repair = find(
        error("Invalid schema", param="tools[0].function.parameters"), habits(), tools=[tool(name, input_schema=SCHEMA)]
    )
    assert repair.subject == name


def test_a_member_of_a_toolset_is_known_by_its_qualified_name():
    computer = {"type": "computer_toolset_20260701", "display_width_px": 1, "display_height_px": 1}
    repair = find(error("Invalid schema", param="tools[0].function.parameters"), habits(), tools=[computer])
    assert repair.subject.startswith("computer_")


def test_what_the_backend_said_is_kept_without_its_secrets():
    repair = find("Unsupported parameter: 'temperature' (key sk-abcdefgh)", habits(), temperature=1)
    assert repair.said == "Unsupported parameter: 'temperature' (key [redacted])"


def test_the_words_that_an_aggregator_quotes_count():
    quoted = json.dumps(error("Unsupported parameter", param="temperature", code="unsupported_parameter"))
    said = {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": quoted}}}
    assert find(said, habits("openrouter"), temperature=1).subject == "temperature"


def test_a_failure_of_the_way_there_teaches_nothing():
    destination = habits()
    assert find_repair(BackendFailure("Cannot reach the backend"), destination, convert("Hello", destination)) is None
