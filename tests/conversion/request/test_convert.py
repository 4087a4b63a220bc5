import pytest

from conversion.notices import Notice
from tests.conversion.request.ask import DIALECTS, ask, assistant, call, result, system, text, tool, user

REMINDER = text("<system-reminder>\nNever guess.\n</system-reminder>")
MARKER = {"type": "ephemeral"}


def claude_code(**parameters):
    """The shape of a request of the real client, from its second turn on."""
    messages = [
        user(REMINDER, "List the files."),
        system("Deferred tools: WebFetch, Cron", output_config={"effort": "medium"}),
        assistant(
            {"type": "thinking", "thinking": "", "signature": "c2ln"}, "I look.", call("Bash", {"command": "ls"})
        ),
        user(result("a.py\nb.py", is_error=False, cache_control=MARKER)),
    ]
    return {
        "messages": messages,
        "system": [
            text("x-anthropic-billing-header: cc_version=2.1.330.d01; cc_entrypoint=sdk-cli;"),
            text("You are a coding assistant.", cache_control=MARKER),
            text("Be brief.", cache_control=MARKER),
        ],
        "tools": [
            tool("Bash"),
            tool("ToolSearch"),
            tool("DeferredToolPlaceholder", defer_loading=True),
            tool("WebFetch", defer_loading=True),
        ],
        "max_tokens": 128000,
        "metadata": {"user_id": '{"device_id":"d","account_uuid":"","session_id":"s"}'},
        "thinking": {"type": "adaptive", "display": "updates"},
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "output_config": {"effort": "medium"},
        "stream": True,
        **parameters,
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_request_of_claude_code_loses_nothing(dialect):
    sent = ask(dialect=dialect, **claude_code())
    assert sent.conversion.notices == ()
    assert sent.tool_names == ["Bash", "ToolSearch"]
    assert sent.conversion.stream
    assert [message["role"] for message in sent.messages if message["role"] != "system"] == [
        "user",
        "assistant",
        "tool",
    ]


def test_a_request_of_claude_code_at_a_local_backend():
    assert ask(dialect="generic", destination={"max_output_tokens": 8192}, **claude_code()).body == {
        "model": "qwen3-coder",
        "messages": [
            {"role": "system", "content": "You are a coding assistant.\n\nBe brief."},
            {
                "role": "user",
                "content": f"{REMINDER['text']}\n\nList the files.\n\n"
                "<system-reminder>\nDeferred tools: WebFetch, Cron\n</system-reminder>",
            },
            {
                "role": "assistant",
                "content": "I look.",
                "tool_calls": [
                    {"id": "toolu_1", "type": "function", "function": {"name": "Bash", "arguments": '{"command":"ls"}'}}
                ],
            },
            {"role": "tool", "tool_call_id": "toolu_1", "content": "a.py\nb.py"},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": name,
                    "description": f"Does {name}.",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
            for name in ("Bash", "ToolSearch")
        ],
        "max_tokens": 8192,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_raw_ids_of_users_never_leave(dialect):  # protocol B36
    sent = ask(dialect=dialect, **claude_code(metadata={"user_id": "alice@example.com"}))
    assert b"alice" not in sent.conversion.body


def test_the_model_is_echoed_as_the_client_wrote_it():  # protocol B16
    sent = ask(model="gpt-4.1")
    assert sent.body["model"] == "gpt-4.1"
    assert sent.terms.model == "claude-test"


@pytest.mark.parametrize(
    ("parameters", "term", "value"),
    [
        pytest.param({"fallback_credit_token": "t"}, "fallback_credit", True, id="fallback credit"),  # protocol B46
        pytest.param({}, "fallback_credit", False, id="no fallback credit"),
        pytest.param({"speed": "fast"}, "speed", "fast", id="speed"),
        pytest.param({"service_tier": "auto"}, "service_tier", "auto", id="tier"),
        pytest.param({"service_tier": 5}, "service_tier", None, id="no tier"),
        pytest.param({"anthropic_beta": ["x", 5]}, "betas", {"x"}, id="betas in the body"),
    ],
)
def test_the_reply_is_told_what_it_owes(parameters, term, value):
    assert getattr(ask(**parameters).terms, term) == value


def test_the_estimate_is_near_the_length():
    assert 2_400 <= ask("word " * 2_000).terms.estimated_input_tokens <= 2_600


def test_losses_of_one_kind_are_one_notice():
    upload = {"type": "poem", "lines": 1}
    sent = ask([user(upload, upload), assistant("a"), user(upload)])
    (notice,) = sent.conversion.notices
    assert notice == Notice("unknown_block", "messages.0.content.0: a block of type 'poem' was sent as text and 2 more")
