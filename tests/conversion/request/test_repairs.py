"""Each repair of protocol §1.6 is a change of habits or limits that makes the same request acceptable."""

import pytest

from tests.conversion.request.ask import ask, assistant, call, image, pdf, result, system, text, tool, user

SCHEMA = {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"], "additionalProperties": False}
FORMAT = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}
HISTORY = [user("a"), assistant(call()), user(result(), "b"), assistant("c"), user("d")]
MARKED = text("a", cache_control={"type": "ephemeral"})


def overrides(**habits):
    return {"overrides": habits}


def limits(**values):
    return {"destination": values}


def field(name):
    return lambda sent: sent.body.get(name)


def contents(sent):
    return [message["content"] for message in sent.messages]


def roles(sent):
    return [message["role"] for message in sent.messages]


def function(name):
    return lambda sent: sent.tools[0].get(name)


def answers(name):
    return lambda sent: [message.get(name) for message in sent.messages if message["role"] == "assistant"]


def signatures(sent):
    return [message["tool_calls"][0].get("extra_content") for message in sent.messages if "tool_calls" in message]


def id_lengths(sent):
    return {len(each["id"]) for message in sent.messages for each in message.get("tool_calls", ())}


SIGNATURE = {"google": {"thought_signature": "skip_thought_signature_validator"}}
OMITTABLE = (
    ("stream_options", "generic", {"stream": True}),
    ("parallel_tool_calls", "openai", {"tools": [tool()], "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}),
    ("user", "openrouter", {}),
    ("safety_identifier", "openai", {}),
    ("prompt_cache_key", "openai", {}),
    ("session_id", "openrouter", {}),
    ("store", "openai", {}),
    ("service_tier", "openai", {"speed": "fast"}),
    ("reasoning", "openrouter", {"output_config": {"effort": "high"}}),
    ("reasoning_effort", "ollama", {"output_config": {"effort": "high"}}),
    ("thinking", "zai", {"output_config": {"effort": "high"}}),
    ("chat_template_kwargs", "vllm", {"output_config": {"effort": "high"}}),
    ("reasoning_format", "groq", {"model": "qwen/qwen3-32b"}),
)  # fmt: skip

REPAIRS = [
    # repair, request, what changes it, where to look, before, after
    ("R1", {"dialect": "generic"}, overrides(max_tokens_field="max_completion_tokens"), field("max_tokens"), 1000, None),
    ("R2", {}, overrides(max_tokens_field="max_tokens"), field("max_completion_tokens"), 1000, None),
    ("R3", {"max_tokens": 9000}, limits(max_output_tokens=4096), field("max_completion_tokens"), 9000, 4096),
    ("R4", {"max_tokens": 9000}, limits(max_output_tokens=2000, context_window=8000), field("max_completion_tokens"), 9000, 2000),
    *(("R5", {"dialect": "openrouter", name: 1}, overrides(omitted_fields=[name]), field(name), 1, None) for name in ("temperature", "top_p", "top_k")),
    ("R6", {"stop_sequences": ["x"]}, overrides(stop_limit=0), field("stop"), ["x"], None),
    ("R6", {"dialect": "vllm", "stop_sequences": list("abcde")}, overrides(stop_limit=4), field("stop"), list("abcde"), list("abcd")),
    ("R7", {"model": "gpt-5.1", "output_config": {"effort": "medium"}}, overrides(efforts=["low", "high"]), field("reasoning_effort"), "medium", "low"),
    ("R8", {"model": "gpt-5.1", "tools": [tool()], "output_config": {"effort": "high"}}, overrides(effort_with_tools="none"), field("reasoning_effort"), "high", "none"),
    ("R8", {"model": "gpt-5.6", "tools": [tool()]}, overrides(effort_with_tools="omit"), field("reasoning_effort"), "none", None),
    ("R9", {"dialect": "openrouter", "messages": [user(MARKED)]}, overrides(omitted_fields=["cache_control"]), contents, [[MARKED]], ["a"]),
    ("R9", {"model": "gpt-5.6", "messages": [user(MARKED)]}, overrides(omitted_fields=["prompt_cache_breakpoint"]), contents, [[text("a", prompt_cache_breakpoint={"mode": "explicit"})]], ["a"]),
    ("R10", {"tools": [tool()], "tool_choice": {"type": "any"}}, overrides(tool_choices=["auto", "none"], thinking_tool_choices=None), field("tool_choice"), "required", "auto"),
    ("R10", {"tools": [tool()], "tool_choice": {"type": "any"}}, overrides(tool_choices=["auto", "none"]), contents, ["Hello"], ["Your next answer must call one of the available tools.", "Hello"]),
    ("R10", {"dialect": "moonshot", "model": "kimi-k3", "tools": [tool()], "tool_choice": {"type": "any"}}, overrides(tool_choices=["auto", "none"], thinking_tool_choices=None), field("tool_choice"), "required", "auto"),
    ("R11", {"tools": [tool(input_schema=SCHEMA)]}, limits(schema_levels={"Read": 1}), function("parameters"), SCHEMA, {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}),
    ("R11", {"tools": [tool(), tool("Bash")]}, limits(schema_levels={"Bash": 4}), lambda sent: sent.tool_names, ["Read", "Bash"], ["Read"]),
    ("R11", {"tools": [tool(description="abcdef")]}, overrides(description_limit=4), function("description"), "abcdef", "abcd"),
    ("R11", {"tools": [tool(description="abcdef")]}, overrides(description_limit=4), contents, ["Hello"], ["## Tool Read\nef", "Hello"]),
    ("R12", {"dialect": "vllm", "messages": [user("a", image())]}, overrides(images=False), lambda sent: sent.last["content"] == "a\n\n[image]", False, True),
    ("R13", {"messages": [user("a"), system("b")]}, overrides(system_anywhere=False), roles, ["user", "system"], ["user"]),
    ("R14", {"messages": HISTORY, "dialect": "vllm"}, overrides(reasoning_fields=["reasoning_content"], reasoning_filler=""), answers("reasoning_content"), [None, None], ["", ""]),
    ("R14", {"messages": HISTORY, "dialect": "deepseek"}, overrides(reasoning_filler=" "), answers("reasoning_content"), ["", ""], [" ", " "]),
    ("R15", {"messages": HISTORY}, overrides(call_signature="skip_thought_signature_validator"), signatures, [None], [SIGNATURE]),
    ("R16", {"messages": HISTORY}, overrides(user_after_tool=False), roles, ["user", "assistant", "tool", "user", "assistant", "user"], ["user", "assistant", "tool", "assistant", "user", "assistant", "user"]),
    ("R17", {"messages": HISTORY, "dialect": "generic"}, overrides(tool_ids="nine"), id_lengths, {7}, {9}),
    ("R18", {"tools": [tool(input_schema=SCHEMA, strict=True)]}, overrides(strict_tools=False), function("strict"), True, None),
    ("R18", FORMAT, overrides(strict_format=False), lambda sent: sent.body["response_format"]["json_schema"]["strict"], True, False),
    ("R19", FORMAT, overrides(response_format="json_object"), lambda sent: sent.body["response_format"]["type"], "json_schema", "json_object"),
    ("R19", {**FORMAT, "dialect": "minimax"}, overrides(response_format="none"), field("response_format"), {"type": "json_object"}, None),
    ("R20", {"system": "s", "dialect": "generic"}, overrides(system_role="developer"), roles, ["system", "user"], ["developer", "user"]),
    ("R21", {"messages": [user(pdf())]}, overrides(files=False), lambda sent: isinstance(sent.last["content"], str), False, True),
    ("R22", {"messages": [user("a", "b")]}, overrides(text_parts=False), contents, [[text("a"), text("b")]], ["a\n\nb"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "change", "look", "before", "after"),
    [pytest.param(*rest, id=f"{number} {index}") for index, (number, *rest) in enumerate(REPAIRS)],
)
def test_a_repair_is_a_change_of_habits_or_limits(request_, change, look, before, after):
    assert look(ask(**request_)) == before
    assert look(ask(**request_ | change)) == after


@pytest.mark.parametrize(("name", "dialect", "parameters"), OMITTABLE, ids=[name for name, *_ in OMITTABLE])
def test_any_field_may_be_left_out(name, dialect, parameters):  # R9
    assert name in ask(dialect=dialect, **parameters).body
    assert name not in ask(dialect=dialect, **parameters, overrides={"omitted_fields": [name]}).body
