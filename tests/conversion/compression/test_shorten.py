"""Whole requests: what is shortened, and what is left alone."""

import json

import pytest
from msgspec.json import decode

from conversion.compression import Extent, is_side_request, question_for, shortened
from conversion.request.read import read_messages_request
from tests.conversion.compression.prompts import CARE, CONTEXT, ENVIRONMENT, FILLER, HARNESS, IDENTITY, TONE, prompt

TOOL = {"name": "Bash", "description": f"Runs a command.\n\n{FILLER}\n\n{FILLER}\n\nNEVER guess.", "input_schema": {}}
OTHERS_TOOL = {"name": "mcp__jira__search", "description": TOOL["description"], "input_schema": {}}
USER = {"role": "user", "content": f"{TONE}\n\n{CONTEXT}"}
EXTENT = Extent(200)


def request(**fields):
    _, text = prompt(HARNESS, CARE, TONE, CONTEXT, ENVIRONMENT)
    system = [
        {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.331.abc;"},
        {"type": "text", "text": IDENTITY, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}, "later": 1},
    ]
    body = {"model": "m", "max_tokens": 10, "system": system, "messages": [USER], "tools": [TOOL, OTHERS_TOOL]}
    return read_messages_request(json.dumps(body | fields).encode())


def test_nothing_wanted_leaves_the_very_request():
    message = request()
    assert shortened(message, Extent()).request is message


def test_blocks_keep_their_places_and_markers():
    message = request()
    before, after = decode(message.system), decode(shortened(message, EXTENT).request.system)
    assert [block | {"text": ""} for block in before] == [block | {"text": ""} for block in after]
    assert before[:2] == after[:2]
    assert ENVIRONMENT in after[2]["text"]


def test_a_system_prompt_of_one_string_stays_one():
    message = request(system="\n\n".join(prompt(TONE, ENVIRONMENT)))
    after = decode(shortened(message, EXTENT).request.system)
    assert isinstance(after, str)
    assert ENVIRONMENT in after
    assert "emojis" not in after


def test_what_the_user_says_and_the_schemas_of_tools_are_not_touched():
    message = request()
    after = shortened(message, Extent(200, system_messages=True, tool_descriptions=True)).request
    assert after.messages == message.messages
    assert [(tool.name, tool.input_schema) for tool in after.tools] == [
        (tool.name, tool.input_schema) for tool in message.tools
    ]


def test_what_was_saved_and_what_went_are_told():
    result = shortened(request(), EXTENT)
    assert result.saved_tokens > 600
    codes = {notice.code: notice.detail for notice in result.notices}
    assert "context, tone" in codes["system_prompt_compacted"]


def test_what_cannot_fit_is_told():
    codes = [notice.code for notice in shortened(request(), Extent(10)).notices]
    assert codes == ["system_prompt_compacted", "system_prompt_too_long"]


def test_a_prompt_of_somebody_else_is_not_touched_but_told_of():
    message = request(system=f"You are somebody.\n\n{TONE}")
    result = shortened(message, Extent(10, system_messages=True, tool_descriptions=True))
    assert result.request is message
    assert [notice.code for notice in result.notices] == ["system_prompt_too_long"]


def test_descriptions_of_claude_codes_tools_are_shortened_only_where_that_is_wanted():
    assert shortened(request(), EXTENT).request.tools[0].description == TOOL["description"]
    own, others = shortened(request(), Extent(tool_descriptions=True)).request.tools
    assert own.description.startswith("Runs a command.")
    assert own.description.endswith("NEVER guess.")
    assert len(own.description) < len(TOOL["description"])
    assert others.description == OTHERS_TOOL["description"]


@pytest.mark.parametrize(
    "line",
    ["The sandbox allows writing to build only.", "Write to /tmp/claude-1000/ only.", "IMPORTANT: ask first."],
)
def test_paragraphs_about_this_machine_or_of_weight_stay_in_descriptions(line):
    tool = TOOL | {"description": f"Runs a command.\n\n{FILLER * 4}\n\n{line}"}
    assert line in shortened(request(tools=[tool]), Extent(tool_descriptions=True)).request.tools[0].description


LISTING = """\
Available agent types for the Agent tool:
- mine: Of the user's own. With two sentences.

The following skills are available for use with the Skill tool:

- claude-api: Reference for the Claude API, e.g. its models. Much more about it.
TRIGGER when asked for.
- run: Mine, with the name of another. Two sentences.
- deploy: Of the project's own. Two sentences.

Today's date is 2026-11-25."""


def test_the_listing_of_skills_keeps_names_and_what_is_not_claude_codes():
    message = request(messages=[USER, {"role": "system", "content": LISTING}])
    assert shortened(message, EXTENT).request.messages == message.messages
    after = decode(shortened(message, Extent(system_messages=True)).request.messages[1].content)
    gone = " Much more about it.\nTRIGGER when asked for."
    assert after == LISTING.replace(gone, "")


def test_a_turn_more_begins_with_the_same_bytes():
    extent = Extent(200, system_messages=True, tool_descriptions=True)
    spoken = [USER, {"role": "system", "content": LISTING}]
    first = shortened(request(messages=spoken), extent).request
    more = [*spoken, {"role": "assistant", "content": "Hi"}, {"role": "user", "content": "And?"}]
    second = shortened(request(messages=more), extent).request
    assert second.system == first.system
    assert second.tools == first.tools
    assert second.messages[:2] == first.messages


# A summary by a model

SUMMARY = "Be careful. " * 12


def test_a_summary_stands_for_all_guidance_and_for_nothing_else():
    text = decode(shortened(request(), EXTENT, SUMMARY).request.system)[2]["text"]
    assert SUMMARY in text
    assert ENVIRONMENT in text
    assert not any(heading in text for heading in ("# Harness", "# Tone and style", "# Context management"))


def test_the_question_has_nothing_of_the_users_in_it():
    question = question_for(request(), EXTENT)
    assert "/home/ada" not in question.guidance
    assert "emojis" in question.guidance


def test_another_environment_asks_the_same_question():
    _, text = prompt(HARNESS, CARE, TONE, CONTEXT, ENVIRONMENT.replace("ada", "grace/with/a/longer/path"))
    other = request(system=[{"type": "text", "text": IDENTITY}, {"type": "text", "text": text}])
    assert question_for(other, EXTENT).digest("m") == question_for(request(), EXTENT).digest("m")


@pytest.mark.parametrize("other", [("n",), ("m", 1)])
def test_another_model_has_a_summary_of_its_own(other):
    question = question_for(request(), EXTENT)
    assert question.digest("m") != question.digest(*other)


@pytest.mark.parametrize(
    ("message", "extent"),
    [
        pytest.param(request(), Extent(100_000), id="it fits"),
        pytest.param(request(), Extent(), id="nothing is wanted"),
        pytest.param(request(system="You are somebody. " + FILLER), EXTENT, id="somebody else's prompt"),
        pytest.param(request(system=f"{IDENTITY}\n\n{ENVIRONMENT}\n\n{FILLER * 4}"), EXTENT, id="no guidance in it"),
    ],
)
def test_no_question_is_asked_where_a_summary_is_of_no_use(message, extent):
    assert question_for(message, extent) is None


def reply(text, stop_reason="end_turn"):
    return json.dumps({"content": [{"type": "text", "text": text}], "stop_reason": stop_reason}).encode()


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        pytest.param(reply(f" {SUMMARY}\n"), SUMMARY.strip(), id="a summary"),
        pytest.param(reply(SUMMARY, "max_tokens"), None, id="one that is cut"),
        pytest.param(reply("No."), None, id="too short"),
        pytest.param(reply(FILLER * 20), None, id="longer than the guidance"),
        pytest.param(b'{"content": [], "stop_reason": "end_turn"}', None, id="nothing"),
        pytest.param(b'{"type": "error"}', None, id="an error"),
    ],
)
def test_only_an_answer_that_is_of_use_is_taken(answer, accepted):
    assert question_for(request(), EXTENT).accepted(answer) == accepted


# The requests beside the conversation (protocol §1.1)
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, False, id="a turn"),
        pytest.param({"tools": []}, True, id="no tools"),
        pytest.param({"output_config": {"format": {"type": "json_schema", "schema": {}}}}, True, id="a title"),
        pytest.param({"output_config": {"effort": "low"}}, False, id="an effort"),
        pytest.param({"stop_sequences": ["</severity>"]}, True, id="a check"),
        pytest.param(
            {"messages": [{"role": "user", "content": "CRITICAL: Respond with TEXT ONLY. No tools."}]},
            True,
            id="a compaction",
        ),
        pytest.param(
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "text", "text": "Your task is to create a detailed summary of"}],
                    },
                    {"role": "system", "content": []},
                ]
            },
            True,
            id="a compaction of older versions, with a system message behind it",
        ),
    ],
)
def test_requests_beside_the_conversation_are_known(fields, expected):
    assert is_side_request(request(**fields)) is expected
