"""Refusals in the words of real backends, with the requests that they refuse, and what each of them teaches."""

import pytest

from conversion.destination import Destination
from conversion.profiles import profile_for
from conversion.signatures import ReasoningState, seal
from tests.conversion.repairs.refusals import error
from tests.conversion.request.ask import SECRET, assistant, call, image, pdf, result, system, text, tool, user

SCHEMA = {"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}, "additionalProperties": False}
STRICT = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False, "required": ["a"]}
FORMAT = {"format": {"type": "json_schema", "schema": STRICT}}


def habits(dialect="generic", model="some-model", **overrides):
    return Destination(model, profile_for(dialect, model, overrides))


RESPONSES = habits("openai", "gpt-6-astra")


def thought(kind, payload):
    """A turn whose reasoning state came from the same backend."""
    block = {
        "type": "thinking",
        "thinking": "Hm",
        "signature": seal(ReasoningState("", "some-model", kind, payload), SECRET),
    }
    return [user("Look"), assistant(block, call()), user(result())]


def thinking(effort="high"):
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}


TOOLS = {"tools": [tool("Read", input_schema=SCHEMA), tool("Bash"), tool("mcp__files__Search", input_schema=SCHEMA)]}
CALLED = [user("Look"), assistant(call()), user(result())]
LONG_CALL = [user("Look"), assistant(call(id="toolu_" + "x" * 40)), user(result(id="toolu_" + "x" * 40))]
GO_ON = [user("Look"), assistant(call()), user(result(), "Go on")]
TOLD_LATER = [user("Hi"), assistant("Hello"), system("Be brief"), user("Go")]

OPENAI_LENGTH = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
)
LONG_ID = "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 45 instead."
FUNCTION_SCHEMA = "Invalid schema for function 'Read': In context=('properties', 'a'), 'uri' is not a valid format."
MISSING_SIGNATURE = "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance."
DIALECT_OPENAI = habits("openai", "gpt-4.1")
REASONING = habits("openai", "gpt-5")

# where, what the backend says, the request (or the status, where it is not 400) → kind, subject, overrides, limits
WORDINGS = [
    # R1, R2: protocol J242
    pytest.param(
        habits(), error(OPENAI_LENGTH, param="max_tokens", code="unsupported_parameter"), {},
        ("max_tokens_field", "", {"max_tokens_field": "max_completion_tokens"}, {}),
        id="R1, openai",
    ),
    pytest.param(
        habits("xai"), "Unrecognized request argument supplied: max_completion_tokens", {},
        ("max_tokens_field", "", {"max_tokens_field": "max_tokens"}, {}),
        id="R2, azure",
    ),
    pytest.param(
        habits("xai"), {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted"}]}, {},
        ("max_tokens_field", "", {"max_tokens_field": "max_tokens"}, {}),
        id="R2, a validating server",
    ),
    pytest.param(
        habits("xai"), "property 'max_completion_tokens' is unsupported", {},
        ("max_tokens_field", "", {"max_tokens_field": "max_tokens"}, {}),
        id="R2, groq",
    ),
    # R3
    *(
        pytest.param(habits(), said, {"max_tokens": 128_000}, ("output_limit", "", {}, {"max_output_tokens": limit}), id=f"R3, {name}")
        for name, limit, said in (
            ("openai", 16384, "max_tokens is too large: 128000. This model supports at most 16384 completion tokens, whereas you provided 128000."),
            ("openai, of another field", 4096, "Invalid 'max_tokens': integer above maximum value. Expected a value <= 4096, but got 128000 instead."),
            ("anthropic", 8192, "max_tokens: 128000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku"),
            ("groq", 8192, "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model"),
            ("deepseek", 8192, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"),
            ("qwen", 8192, "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]"),
            ("gemini", 65536, "Unable to submit request because it has a maxOutputTokens value of 128000 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again."),
            ("bedrock", 4096, "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096."),
            ("cohere", 4096, "too many tokens: max tokens must be less than or equal to 4096, got 128000"),
            ("with separators", 64000, "max_tokens is too large: 128,000. This model supports at most 64,000 output tokens"),
        )
    ),
    pytest.param(
        habits(), {"detail": [{"loc": ["body", "max_tokens"], "msg": "Input should be less than or equal to 4096"}]}, {"max_tokens": 128_000},
        ("output_limit", "", {}, {"max_output_tokens": 4096}),
        id="R3, a validating server",
    ),
    pytest.param(
        habits(), "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.", {"max_tokens": 1},
        ("minimum_max_tokens", "", {"minimum_max_tokens": 16}, {}),
        id="a minimum",
    ),
    # R5, R9: protocol J243
    pytest.param(
        habits(), error("Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported.", param="temperature", code="unsupported_value"), {"temperature": 0.3},
        ("field", "temperature", {"omitted_fields": ("temperature",)}, {}),
        id="R5, openai",
    ),
    pytest.param(
        habits(), "invalid temperature: only 1 is allowed for this model", {"temperature": 0.3},
        None,
        id="R5, a word that may mean anything",
    ),
    pytest.param(
        habits(), error("invalid temperature: only 1 is allowed for this model", param="temperature"), {"temperature": 0.3},
        ("field", "temperature", {"omitted_fields": ("temperature",)}, {}),
        id="R5, moonshot",
    ),
    pytest.param(
        habits(), "`temperature` and `top_p` cannot both be specified for this model. Please use only one.", {"temperature": 0.3, "top_p": 0.9},
        ("field", "top_p", {"omitted_fields": ("top_p",)}, {}),
        id="R5, one of two",
    ),
    pytest.param(
        habits("vllm"), "top_k: Extra inputs are not permitted", {"top_k": 40},
        ("field", "top_k", {"omitted_fields": ("top_k",)}, {}),
        id="R5, top_k",
    ),
    pytest.param(
        habits(), "Unrecognized request argument supplied: stream_options", {"stream": True},
        ("field", "stream_options", {"omitted_fields": ("stream_options",)}, {}),
        id="R9, stream_options",
    ),
    pytest.param(
        habits("vllm"), "Unknown parameter: 'parallel_tool_calls'.", {**TOOLS, "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
        ("field", "parallel_tool_calls", {"omitted_fields": ("parallel_tool_calls",)}, {}),
        id="R9, parallel_tool_calls",
    ),
    pytest.param(
        DIALECT_OPENAI, {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs are not permitted"}]}, "type": "invalid_request_error"}, {},
        ("field", "store", {"omitted_fields": ("store",)}, {}),
        id="R9, mistral",
    ),
    pytest.param(
        habits("openrouter"), "Unknown parameter: 'user'.", {},
        ("field", "user", {"omitted_fields": ("user",)}, {}),
        id="R9, user",
    ),
    pytest.param(
        habits("openrouter"), "messages[2]: role 'user' is not allowed here", {}, None, id="R9, not the role of the same name"
    ),
    pytest.param(
        habits("vllm"), "Unexpected keyword argument: chat_template_kwargs", thinking(),
        ("field", "chat_template_kwargs", {"omitted_fields": ("chat_template_kwargs",)}, {}),
        id="R9, chat_template_kwargs",
    ),
    pytest.param(
        habits(extra_fields={"safe_prompt": True}), "Unknown field: safe_prompt", {},
        ("field", "safe_prompt", {"omitted_fields": ("safe_prompt",)}, {}),
        id="R9, a field that the admin added",
    ),
    pytest.param(
        habits("openrouter"), "messages.0.content.0.cache_control: Extra inputs are not permitted", {"messages": [user(text("Hi", cache_control={"type": "ephemeral"}))]},
        ("cache_markers", "", {"cache_markers": "strip"}, {}),
        id="R9, cache_control",
    ),
    pytest.param(habits(), "Unsupported parameter: 'temperature'", {}, None, id="R5, of a field that was not sent"),
    pytest.param(habits(), "Unsupported parameter: 'messages'", {}, None, id="R9, of a field that nothing goes without"),
    # R6
    pytest.param(
        habits(), error("Unsupported parameter: 'stop' is not supported with this model.", param="stop", code="unsupported_parameter"), {"stop_sequences": ["a"]},
        ("stop_sequences", "", {"stop_limit": 0}, {}),
        id="R6, openai",
    ),
    pytest.param(
        habits("xai"), {"code": "400", "error": "Argument not supported on this model: stop"}, {"stop_sequences": ["a"]},
        ("stop_sequences", "", {"stop_limit": 0}, {}),
        id="R6, xai",
    ),
    pytest.param(
        habits("vllm"), "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 6 instead.", {"stop_sequences": list("abcdef")},
        ("stop_sequences", "", {"stop_limit": 4}, {}),
        id="R6, too many",
    ),
    # R7, R8
    pytest.param(
        REASONING, error("Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'low', 'medium', and 'high'.", param="reasoning_effort", code="unsupported_value"), thinking("low") | {"thinking": {"type": "disabled"}},
        ("efforts", "", {"efforts": ("low", "medium", "high")}, {}),
        id="R7, openai",
    ),
    pytest.param(
        habits(reasoning="effort", efforts=["low", "high", "max"]), "`reasoning_effort` must be one of `low`, `medium`, or `high`", thinking("max"),
        ("efforts", "", {"efforts": ("low", "medium", "high")}, {}),
        id="R7, groq",
    ),
    pytest.param(
        habits("ollama", efforts=["high", "xhigh"]), 'invalid reasoning value: "xhigh" (must be "high", "medium", "low", or "none")', thinking("xhigh"),
        ("efforts", "", {"efforts": ("none", "low", "medium", "high")}, {}),
        id="R7, ollama",
    ),
    pytest.param(
        habits("openrouter"), "Reasoning is mandatory for this endpoint and cannot be disabled.", {"thinking": {"type": "disabled"}},
        ("efforts", "", {"efforts": ("minimal", "low", "medium", "high", "xhigh", "max")}, {}),
        id="R7, openrouter",
    ),
    pytest.param(
        habits("gemini", "gemini-2.5-flash"), [{"error": {"code": 400, "message": "Budget 0 is invalid. This model only works in thinking mode.", "status": "INVALID_ARGUMENT"}}], {"thinking": {"type": "disabled"}},
        ("efforts", "", {"efforts": ("low", "medium", "high")}, {}),
        id="R7, gemini",
    ),
    pytest.param(
        habits("ollama"), '"some-model" does not support thinking', thinking(),
        ("reasoning", "", {"reasoning": "none", "shown_reasoning": None}, {}),
        id="no reasoning, ollama",
    ),
    pytest.param(
        REASONING, "Function tools with reasoning_effort are not supported for gpt-5 in /v1/chat/completions. Please use /v1/responses instead.", TOOLS | thinking(),
        ("effort_with_tools", "", {"effort_with_tools": "none"}, {}),
        id="R8, first",
    ),
    pytest.param(
        habits("openai", "gpt-5.6"), "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'low', 'medium', and 'high'.", TOOLS,
        ("effort_with_tools", "", {"effort_with_tools": "omit"}, {}),
        id="R8, then",
    ),
    pytest.param(
        REASONING, error("Unrecognized request argument supplied: reasoning_effort"), thinking(),
        ("field", "reasoning_effort", {"omitted_fields": ("reasoning_effort",)}, {}),
        id="R9, reasoning_effort",
    ),
    # R10
    pytest.param(
        habits(), "tool_choice 'required' is incompatible with thinking enabled", {**TOOLS, "tool_choice": {"type": "any"}},
        ("tool_choice", "", {"tool_choices": ("auto", "none")}, {}),
        id="R10, moonshot",
    ),
    pytest.param(
        habits(), "The tool_choice parameter does not support being set to required or object in thinking mode", {**TOOLS, "tool_choice": {"type": "tool", "name": "Bash"}},
        ("tool_choice", "", {"tool_choices": ("auto", "none")}, {}),
        id="R10, qwen",
    ),
    pytest.param(
        habits(), "Thinking may not be enabled when tool_choice forces tool use.", {**TOOLS, "tool_choice": {"type": "any"}},
        ("tool_choice", "", {"tool_choices": ("auto", "none")}, {}),
        id="R10, anthropic",
    ),
    pytest.param(
        habits(), "Invalid tool_choice type: 'object'. Supported string values: none, auto, required", {**TOOLS, "tool_choice": {"type": "tool", "name": "Bash"}},
        ("tool_choice", "", {"tool_choices": ("auto", "any", "none")}, {}),
        id="R10, lmstudio",
    ),
    pytest.param(
        habits("openrouter"), {"error": {"message": "No endpoints found that support the provided 'tool_choice' value.", "code": 404}}, {**TOOLS, "tool_choice": {"type": "any"}, "status": 404},
        ("tool_choice", "", {"tool_choices": ("auto", "none")}, {}),
        id="R10, openrouter",
    ),
    pytest.param(
        habits(), "tool_choice: Extra inputs are not permitted", {**TOOLS, "tool_choice": {"type": "auto"}},
        ("tool_choice", "", {"tool_choices": ()}, {}),
        id="R10, no choice at all",
    ),
    pytest.param(
        habits("qwen"), "tool_choice 'none' is not supported", {**TOOLS, "tool_choice": {"type": "none"}},
        ("tool_choice", "", {"tool_choices": ("auto", "any", "tool"), "thinking_tool_choices": ("auto",)}, {}),
        id="R10, none",
    ),
    pytest.param(
        REASONING, "Invalid value: 'allowed_tools'. tool_choice must be 'auto', 'none' or 'required'", {**TOOLS, "messages": [user("Hi"), assistant("Yes"), system({"type": "tool_removal", "tool": {"type": "tool_reference", "name": "Bash"}}), user("Go")]},
        ("allowed_tools", "", {"allowed_tools": False}, {}),
        id="R10, allowed tools",
    ),
    pytest.param(
        habits("vllm"), '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', {**TOOLS, "tool_choice": {"type": "auto"}}, None,
        id="R10, a server without tools",
    ),
    # R11: protocol E123
    pytest.param(
        habits(), error(FUNCTION_SCHEMA, param="tools[0].function.parameters", code="invalid_function_parameters"), TOOLS,
        ("tool_schema", "Read", {}, {"schema_levels": {"Read": 1}}),
        id="R11, openai",
    ),
    pytest.param(
        habits(), error("Invalid schema.", param="tools[2].function.parameters"), TOOLS,
        ("tool_schema", "mcp__files__Search", {}, {"schema_levels": {"mcp__files__Search": 1}}),
        id="R11, by its place",
    ),
    pytest.param(
        habits(), "tools.2.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12", TOOLS,
        ("tool_schema", "mcp__files__Search", {}, {"schema_levels": {"mcp__files__Search": 1}}),
        id="R11, anthropic",
    ),
    pytest.param(
        habits("gemini"), [{"error": {"code": 400, "message": "Invalid JSON payload received. Unknown name \"patternProperties\" at 'tools[0].function_declarations[2].parameters': Cannot find field.", "status": "INVALID_ARGUMENT"}}], TOOLS,
        ("tool_schema", "mcp__files__Search", {}, {"schema_levels": {"mcp__files__Search": 2}}),
        id="R11, gemini",
    ),
    pytest.param(
        habits(), "Unable to submit request because `mcp__files__Search` functionDeclaration `parameters.a` schema specified other fields alongside any_of.", TOOLS,
        ("tool_schema", "mcp__files__Search", {}, {"schema_levels": {"mcp__files__Search": 1}}),
        id="R11, vertex",
    ),
    pytest.param(
        habits(), "invalid JSON schema for tool Read, tools[0].function.parameters: `/properties/a`: unsupported format", TOOLS,
        ("tool_schema", "Read", {}, {"schema_levels": {"Read": 1}}),
        id="R11, groq",
    ),
    pytest.param(
        habits("moonshot"), "Invalid request: tools.function.parameters is not a valid moonshot flavored json schema, details: <At path 'properties.a': format>", TOOLS,
        ("schemas", "", {"schema_level": 1}, {}),
        id="R11, no tool is named",
    ),
    pytest.param(
        habits("groq"), error("Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.", code="tool_use_failed"), TOOLS,
        ("temperature", "", {"extra_fields": {"temperature": 0.2}}, {}),
        id="R11, a call of the model",
    ),
    pytest.param(
        habits("groq"), "tool call validation failed: parameters for tool Read did not match schema: errors: [missing properties: 'a']", TOOLS, None,
        id="R11, the arguments of a call",
    ),
    # R12: protocol J244
    *(
        pytest.param(habits(), said, {"messages": [user("See", image())]}, ("images", "", {"images": False}, {}), id=f"R12, {name}")
        for name, said in (
            ("openai", "Invalid content type. image_url is only supported by certain models."),
            ("deepseek", "Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `image_url`, expected `text` at line 1 column 300"),
            ("vllm", "some-model is not a multimodal model"),
            ("vllm, none", "At most 0 image(s) may be provided in one prompt."),
            ("llama.cpp", "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
            ("mistral", "Image input is not enabled for this model"),
            ("xai", "Image inputs are not supported by this model."),
            ("ollama", "this model is missing data required for image input"),
            ("a text", "This model does not support image inputs"),
        )
    ),
    pytest.param(
        habits("openrouter"), {"error": {"message": "No endpoints found that support image input", "code": 404}}, {"messages": [user("See", image())], "status": 404},
        ("images", "", {"images": False}, {}),
        id="R12, openrouter",
    ),
    pytest.param(
        habits(), "messages[0].content must be a string", {"messages": [user("See", image())]},
        ("images", "", {"images": False}, {}),
        id="R12, groq",
    ),
    *(
        pytest.param(habits(), said, {"messages": [user("See", image())]}, None, id=f"R12, not {name}")
        for name, said in (
            ("a wrong format", "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp']."),
            ("a media type", "messages.0.content.1.image: media type image/bmp is not supported by images"),
            ("a download", "Image input is not available: failed to download"),
            ("a broken one", "Could not process image"),
        )
    ),
    pytest.param(habits(), "This model does not support image inputs", {}, None, id="R12, without an image"),
    # R13, R16
    pytest.param(
        DIALECT_OPENAI, "System message must be at the beginning.", {"messages": TOLD_LATER, "status": 500},
        ("system_messages", "", {"system_anywhere": False}, {}),
        id="R13, llama.cpp",
    ),
    pytest.param(
        DIALECT_OPENAI, "Unexpected role 'system' after role 'assistant'", {"messages": TOLD_LATER},
        ("system_messages", "", {"system_anywhere": False}, {}),
        id="R13, mistral",
    ),
    pytest.param(
        habits(), "Conversation roles must alternate user/assistant/user/assistant/...", {"messages": GO_ON, "status": 500},
        ("alternation", "", {"system_anywhere": False, "assistant_first": False, "user_after_tool": False}, {}),
        id="R13, templates",
    ),
    pytest.param(
        habits(), error("Unexpected role 'user' after role 'tool'", code="3230"), {"messages": GO_ON},
        ("user_after_tool", "", {"user_after_tool": False}, {}),
        id="R16, mistral",
    ),
    # R14, R15
    pytest.param(
        habits(), "The reasoning_content in the thinking mode must be passed back to the API.", {"messages": CALLED},
        ("reasoning_filler", "", {"reasoning_state": "text", "reasoning_fields": ("reasoning_content",), "reasoning_filler": ""}, {}),
        id="R14, deepseek",
    ),
    pytest.param(
        habits("deepseek"), "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2", {"messages": CALLED},
        ("reasoning_filler", "", {"reasoning_state": "text", "reasoning_fields": ("reasoning_content",), "reasoning_filler": " "}, {}),
        id="R14, then moonshot",
    ),
    pytest.param(
        habits("deepseek"), "'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning_content' is unsupported)]", {"messages": CALLED},
        ("reasoning_fields", "", {"reasoning_fields": (), "reasoning_filler": None}, {}),
        id="reasoning of earlier turns, groq",
    ),
    pytest.param(
        habits("deepseek"), "The reasoning_content field is not supported in input messages.", {"messages": CALLED},
        ("reasoning_fields", "", {"reasoning_fields": (), "reasoning_filler": None}, {}),
        id="reasoning of earlier turns, an older server",
    ),
    pytest.param(
        habits(), [{"error": {"code": 400, "message": MISSING_SIGNATURE, "status": "INVALID_ARGUMENT"}}], {"messages": CALLED},
        ("call_signature", "", {"call_signature": "skip_thought_signature_validator"}, {}),
        id="R15, gemini",
    ),
    pytest.param(
        habits("gemini"), "Corrupted thought signature.", {"messages": thought("gs", {"calls": {"toolu_1": {"google": {"thought_signature": "s"}}}, "msg": None})},
        ("reasoning_state", "", {"reasoning_state": "none"}, {}),
        id="R15, a broken one",
    ),
    pytest.param(
        habits("openrouter"), "messages.1.content.0: Invalid `signature` in `thinking` block", {"messages": thought("rd", [{"type": "reasoning.text", "text": "Hm"}])},
        ("reasoning_state", "", {"reasoning_state": "none"}, {}),
        id="R15, anthropic",
    ),
    pytest.param(
        RESPONSES, error("The encrypted content gAAA could not be verified.", code="invalid_encrypted_content"), {"messages": thought("rs", [{"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA"}])},
        ("reasoning_state", "", {"reasoning_state": "none"}, {}),
        id="R15, the Responses wire",
    ),
    pytest.param(
        RESPONSES, "Your organization must be verified to generate reasoning summaries.", {},
        ("reasoning_summary", "", {"reasoning_summary": "none"}, {}),
        id="summaries, openai",
    ),
    # R17
    pytest.param(
        habits(), "Tool call id was toolu_1 but must be a-z, A-Z, 0-9, with a length of 9.", {"messages": CALLED},
        ("tool_ids", "", {"tool_ids": "nine"}, {}),
        id="R17, mistral",
    ),
    pytest.param(
        habits(), error(LONG_ID, param="messages[1].tool_calls[0].id", code="string_above_max_length"), {"messages": LONG_CALL},
        ("tool_ids", "", {"tool_ids": "short"}, {}),
        id="R17, openai",
    ),
    # R18, R19
    pytest.param(
        DIALECT_OPENAI, "Invalid schema for function 'Read': In context=(), 'additionalProperties' is required to be supplied and to be false.", {"tools": [tool(strict=True, input_schema=STRICT)]},
        ("strict_tools", "", {"strict_tools": False}, {}),
        id="R18, openai",
    ),
    pytest.param(
        DIALECT_OPENAI, "Unknown parameter: 'tools[0].function.strict'.", {"tools": [tool(strict=True, input_schema=STRICT)]},
        ("strict_tools", "", {"strict_tools": False}, {}),
        id="R18, unknown",
    ),
    pytest.param(
        habits(), "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", {"output_config": FORMAT},
        ("response_format", "", {"response_format": "json_object"}, {}),
        id="R19, openai",
    ),
    pytest.param(
        habits("deepseek", "deepseek-chat"), "'response_format.type' must be 'json_schema' or 'text'", {"output_config": FORMAT},
        ("response_format", "", {"response_format": "none"}, {}),
        id="R19, then nothing",
    ),
    pytest.param(
        habits(), "json mode cannot be combined with tool/function calling", {**TOOLS, "output_config": FORMAT},
        ("format_with_tools", "", {"format_with_tools": False}, {}),
        id="R19, beside tools",
    ),
    pytest.param(
        habits(), "Invalid schema for response_format 'response': strict mode needs every property", {"output_config": FORMAT},
        ("strict_format", "", {"strict_format": False}, {}),
        id="R19, not strictly",
    ),
    # R20, R21, R22
    pytest.param(
        habits(system_role="developer"), "unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`", {"system": "Be brief"},
        ("system_role", "", {"system_role": "system"}, {}),
        id="R20",
    ),
    pytest.param(
        habits("openai", "gpt-4.1"), "Invalid value: 'file'. Supported values are: 'text' and 'image_url'.", {"messages": [user(pdf())]},
        ("files", "", {"files": False}, {}),
        id="R21, openai",
    ),
    pytest.param(
        habits("mistral", "mistral-large-latest"), "unknown variant `document_url`, expected `text`", {"messages": [user(pdf())]},
        ("files", "", {"files": False}, {}),
        id="R21, a document",
    ),
    pytest.param(
        DIALECT_OPENAI, "Invalid type for 'messages[0].content': expected a string, but got an array instead.", {"messages": [user("a", "b")]},
        ("text_parts", "", {"text_parts": False, "tool_media": False, "cache_markers": "strip"}, {}),
        id="R22, openai",
    ),
    pytest.param(
        DIALECT_OPENAI, "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string", {"messages": [user("a", "b")]},
        ("text_parts", "", {"text_parts": False, "tool_media": False, "cache_markers": "strip"}, {}),
        id="R22, a server in Go",
    ),
    pytest.param(
        habits(files=True), "invalid type: sequence, expected a string at line 1", {"messages": [user(pdf())]},
        ("files", "", {"files": False}, {}),
        id="R22, a file",
    ),
    # others that a profile knows how to answer
    pytest.param(
        habits("vllm"), "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant", {"messages": [user("Hi"), assistant("Well")]},
        ("prefill", "", {"prefill": "instruct"}, {}),
        id="prefill, mistral",
    ),
    pytest.param(
        habits(prefill="leave"), "This model does not support assistant message prefill. The conversation must end with a user message.", {"messages": [user("Hi"), assistant("Well")]},
        ("prefill", "", {"prefill": "instruct"}, {}),
        id="prefill, anthropic",
    ),
    pytest.param(
        habits(), error("Invalid 'tools': array too long. Expected an array with maximum length 2, but got an array with length 3 instead.", param="tools"), TOOLS,
        ("tool_limit", "", {"tool_limit": 2}, {}),
        id="too many tools",
    ),
    pytest.param(
        habits(), error("Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024, but got a string with length 3000 instead."), {"tools": [tool(description="word " * 600)]},
        ("description_limit", "", {"description_limit": 1024}, {}),
        id="a long description",
    ),
    pytest.param(
        habits(), [{"error": {"code": 400, "message": "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must start with a letter or an underscore.", "status": "INVALID_ARGUMENT"}}], {"tools": [tool("3d_view")]},
        ("tool_names", "", {"tool_names": "letter"}, {}),
        id="names of tools, gemini",
    ),
    pytest.param(
        habits(), "This model only support stream mode, please enable the stream parameter to access the model.", {},
        ("streaming", "", {"streaming": "always"}, {}),
        id="streams only, qwen",
    ),
    pytest.param(
        DIALECT_OPENAI, error("Your organization must be verified to stream this model.", param="stream", code="unsupported_value"), {"stream": True},
        ("streaming", "", {"streaming": "never"}, {}),
        id="no streams, openai",
    ),
    pytest.param(
        DIALECT_OPENAI, error("This model is only supported in v1/responses and not in v1/chat/completions.", param="model"), {"status": 404},
        ("wire", "", {"wire": "responses"}, {}),
        id="another API, openai",
    ),
    # what teaches nothing
    pytest.param(habits(), "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760", {}, None, id="J231, a field that is too long"),
    pytest.param(habits(), "Something went wrong", {}, None, id="nothing said"),
    pytest.param(habits(), b"", {}, None, id="nothing at all"),
    pytest.param(habits(), {"error": {"message": "The prompt is filtered: 'temperature' is not supported", "code": "content_filter"}}, {"temperature": 1}, None, id="a content filter"),
    pytest.param(habits(), "At most 5 completion tokens", {"max_tokens": 1000}, None, id="a number that no model has as its limit"),
    *(
        pytest.param(habits(), "Unsupported parameter: 'temperature'", {"temperature": 1, "status": status}, None, id=f"HTTP {status}")
        for status in (401, 403, 404, 429, 502, 503)
    ),
]  # fmt: skip
