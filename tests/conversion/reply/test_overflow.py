"""A prompt that is too long, as every backend says it, told as every version of the client understands it."""

import json
import re

import pytest

from conversion.reply.backend_errors import backend_failure
from tests.conversion.reply.replies import destination, streamed, terms

# protocol J226: (N, M) as the client is told
TEXTS = [
    pytest.param(
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens. Please reduce the length of the messages.",
        (130000, 128000),
        id="openai",
    ),
    pytest.param(
        "This model's maximum context length is 8192 tokens. However, you requested 10000 tokens (9000 in the messages, 1000 in the completion).",
        (9000, 8192),
        id="openai, with the completion",
    ),
    pytest.param(
        "Input tokens exceed the configured limit of 272,000 tokens. Your messages resulted in 300,000 tokens.",
        (300000, 272000),
        id="openai, a configured limit",
    ),
    pytest.param("Prompt too long: 32799 tokens exceeds max context window", (200001, 200000), id="omlx"),
    pytest.param("Your input exceeds the context window of this model.", (200001, 200000), id="openai, no numbers"),
    pytest.param(
        "'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 131072 tokens and your request has 90000 input tokens (64000 > 131072 - 90000).",
        (131073, 131072),
        id="vllm, the completion does not fit",
    ),
    pytest.param(
        "This model's maximum context length is 32768 tokens. However, you requested 4000 output tokens and your prompt contains at least 32769 input tokens, for a total of at least 36769 tokens.",
        (32769, 32768),
        id="vllm, at least",
    ),
    pytest.param(
        "You passed 32769 input tokens and requested 1 output tokens. However, the model's context length is only 32768 tokens, resulting in a maximum input length of 32767 tokens. Please reduce the length of the input prompt.",
        (32769, 32768),
        id="vllm, passed",
    ),
    pytest.param(
        "The decoder prompt (length 40000) is longer than the maximum model length of 32768.",
        (40000, 32768),
        id="vllm, decoder prompt",
    ),
    pytest.param(
        "The input (40000 tokens) is longer than the model's context length (32768 tokens).",
        (40000, 32768),
        id="sglang",
    ),
    pytest.param(
        "Requested token count exceeds the model's maximum context length of 32768 tokens. You requested a total of 42000 tokens: 40000 tokens from the input messages and 2000 tokens for the completion.",
        (40000, 32768),
        id="sglang, a total",
    ),
    pytest.param(
        "the request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it",
        (40000, 32768),
        id="llama.cpp",
    ),
    pytest.param(
        "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
        (9000, 4096),
        id="lmstudio",
    ),
    pytest.param(
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        (1200000, 1048576),
        id="gemini",
    ),
    pytest.param(
        "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
        (140000, 131072),
        id="xai",
    ),
    pytest.param(
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
        (40000, 32768),
        id="mistral",
    ),
    pytest.param("Please reduce the length of the messages or completion.", (200001, 200000), id="groq"),
    pytest.param(
        "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
        (9000, 8192),
        id="cerebras",
    ),
    pytest.param(
        "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 1000 `max_new_tokens`",
        (9000, 8193),
        id="together",
    ),
    pytest.param(
        "Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)",
        (140000, 131072),
        id="moonshot",
    ),
    pytest.param("Range of input length should be [1, 98304]", (150000, 98304), id="qwen"),
    pytest.param("Prompt exceeds max length", (200001, 200000), id="zai"),
    pytest.param("invalid params, context window exceeds limit", (200001, 200000), id="minimax"),
    pytest.param("Input is too long for requested model.", (200001, 200000), id="bedrock"),
    pytest.param("prompt tokens (9000) exceed model maximum (8192)", (9000, 8192), id="bedrock, with numbers"),
    pytest.param(
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 150000 tokens (120000 of text input, 20000 of tool input, 10000 in the output). Please reduce the length.",
        (140000, 131072),
        id="openrouter",
    ),
    pytest.param(
        "litellm.ContextWindowExceededError: litellm.BadRequestError: the prompt does not fit",
        (200001, 200000),
        id="litellm",
    ),
    pytest.param("Total tokens of image and text exceed max message tokens", (200001, 200000), id="doubao"),
    pytest.param("Request too large for context window", (200001, 200000), id="request too large"),
    pytest.param("input length exceeds the context length", (200001, 200000), id="ollama"),
    pytest.param("prompt token count of 140000 exceeds the limit of 128000", (140000, 128000), id="copilot"),
    pytest.param("prompt is too long: 210000 tokens > 200000 maximum", (210000, 200000), id="anthropic"),
    pytest.param(
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length",
        (200001, 200000),
        id="anthropic, the completion does not fit",
    ),
]


def failure(error, status=400, window=200_000, estimate=150_000):
    body = json.dumps({"error": error} if isinstance(error, dict) else error).encode()
    return backend_failure(
        status,
        {},
        body,
        terms=terms(estimated_input_tokens=estimate),
        destination=destination(context_window=window),
        now=0.0,
    )


@pytest.mark.parametrize("status", [400, 413, 422, 500])  # protocol J227
@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_it_tells_an_overflow_in_one_sentence(text, expected, status):
    told = failure({"message": text}, status)
    assert (told.status, told.type) == (400, "invalid_request_error")
    assert re.fullmatch(r"prompt is too long: \d+ tokens > \d+ maximum", told.message)
    prompt, limit = map(int, re.findall(r"\d+", told.message))
    assert (prompt, limit) == expected
    assert prompt > limit


@pytest.mark.parametrize(
    "error",
    [
        pytest.param({"code": "context_length_exceeded", "message": "Too long"}, id="a code"),
        pytest.param({"code": 1261, "message": "x"}, id="zai's code"),
        pytest.param({"message": "x", "metadata": {"error_type": "context_length_exceeded"}}, id="openrouter's class"),
        pytest.param(
            {"message": "Provider returned error", "metadata": {"raw": '{"error":{"code":"context_length_exceeded"}}'}},
            id="quoted by openrouter",
        ),
    ],
)
def test_it_knows_an_overflow_by_its_code(error):
    assert failure(error).message == "prompt is too long: 200001 tokens > 200000 maximum"


def test_it_reads_figures_from_fields():
    error = {"type": "exceed_context_size_error", "message": "too big", "n_prompt_tokens": 9000, "n_ctx": 8192}
    assert failure(error).message == "prompt is too long: 9000 tokens > 8192 maximum"


@pytest.mark.parametrize(
    ("window", "estimate", "expected"),
    [
        pytest.param(200_000, 250_000, (250_000, 200_000), id="window and estimate"),
        pytest.param(200_000, 10, (200_001, 200_000), id="an estimate that is too low"),
        pytest.param(None, 100_000, (100_000, 95_000), id="nobody knows the window"),
        pytest.param(None, 1, (2, 1), id="a tiny estimate"),
    ],
)
def test_it_makes_figures_up_where_there_are_none(window, estimate, expected):  # protocol J228
    told = failure({"code": "context_length_exceeded", "message": ""}, window=window, estimate=estimate)
    assert tuple(map(int, re.findall(r"\d+", told.message))) == expected


@pytest.mark.parametrize("unit", ["tokens per minute", "tokens per min"], ids=["groq", "openai"])
def test_it_takes_a_request_larger_than_a_minutes_tokens_for_an_overflow(unit):  # protocol J229
    text = f"Request too large for model `x` on {unit} (TPM): Limit 6000, Requested 9000, please reduce"
    assert failure({"message": text, "code": "rate_limit_exceeded"}, 413).message == (
        "prompt is too long: 9000 tokens > 6000 maximum"
    )


@pytest.mark.parametrize(
    ("text", "status"),
    [
        # protocol J231
        pytest.param("Invalid 'user': string too long. Expected a string with maximum length 64", 400, id="a field"),
        pytest.param("too many images: maximum context length is 5 images", 400, id="images"),
        pytest.param(
            "Rate limit reached on tokens per minute (TPM): Limit 6000, Used 5000, Requested 2000", 429, id="TPM"
        ),
        pytest.param(
            "max_tokens is too large: 99. This model supports at most 5 completion tokens", 400, id="the output"
        ),
    ],
)
def test_it_takes_other_limits_for_what_they_are(text, status):
    told = failure({"message": text}, status)
    assert "prompt is too long" not in told.message
    assert told.status == status


def test_it_tells_an_overflow_in_a_stream():
    reply = streamed({"error": {"code": "context_length_exceeded", "message": "x"}})
    assert (reply.failure.status, reply.failure.message) == (400, "prompt is too long: 77 tokens > 73 maximum")


def test_it_is_not_slowed_down_by_a_long_text():
    assert failure({"message": "maximum context length is 1 tokens" * 100_000}).status == 400
