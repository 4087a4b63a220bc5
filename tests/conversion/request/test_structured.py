import msgspec
import pytest

from tests.conversion.request.ask import ask, tool

LOOSE = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]}
STRICT = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def format_of(schema):
    return {"type": "json_schema", "schema": schema}


@pytest.mark.parametrize(("schema", "strict"), [(STRICT, True), (LOOSE, False)], ids=["strict", "loose"])
@pytest.mark.parametrize(
    "dialect", ["openai", "azure", "openrouter", "generic", "xai", "mistral", "groq", "ollama", "vllm"]
)
def test_the_schema_of_the_answer_is_passed_on(dialect, schema, strict):  # protocol B34
    sent = ask(dialect=dialect, output_config={"format": format_of(schema)})
    assert sent.body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "response", "schema": schema, "strict": strict},
    }
    assert sent.terms.structured_output


@pytest.mark.parametrize("habit", ["json_object", "none"])
def test_a_schema_that_is_not_enforced_is_told(habit):  # protocol B34
    sent = ask(
        dialect="generic", system="Be brief.", overrides={"response_format": habit}, output_format=format_of(STRICT)
    )
    assert sent.body.get("response_format") == ({"type": "json_object"} if habit == "json_object" else None)
    assert sent.messages[0]["content"].startswith("Be brief.\n\nAnswer with nothing but a JSON object")
    assert sent.messages[0]["content"].endswith(msgspec.json.encode(STRICT).decode())
    assert "schema_as_text" in sent.notices


@pytest.mark.parametrize(
    ("dialect", "model"),
    [("deepseek", "deepseek-chat"), ("zai", "glm-4.7"), ("minimax", "MiniMax-M3")],
)
def test_some_dialects_know_only_that_it_is_json(dialect, model):  # protocol B34
    sent = ask(dialect=dialect, model=model, output_config={"format": format_of(STRICT)})
    assert sent.body["response_format"] == {"type": "json_object"}
    assert sent.messages[0]["content"].endswith(msgspec.json.encode(STRICT).decode())


@pytest.mark.parametrize(
    ("dialect", "model", "enforced"),
    [
        ("groq", "llama-3.3-70b", False),
        ("gemini", "gemini-2.5-pro", False),
        ("gemini", "gemini-3-pro", True),
        ("openai", "gpt-4.1", True),
    ],
)
def test_a_format_beside_tools_is_told_where_it_is_refused(dialect, model, enforced):
    sent = ask(dialect=dialect, model=model, tools=[tool()], output_config={"format": format_of(STRICT)}, system="S")
    assert ("response_format" in sent.body) is enforced
    assert (sent.messages[0]["content"] == "S") is enforced
    assert sent.terms.structured_output


def test_the_schema_is_cleaned_as_those_of_tools_are():
    sent = ask(dialect="gemini", output_config={"format": format_of(STRICT)})
    assert "additionalProperties" not in sent.body["response_format"]["json_schema"]["schema"]
    assert sent.body["response_format"]["json_schema"]["strict"] is False


def test_the_older_parameter_is_the_same():  # protocol B35
    older = ask(output_format=format_of(STRICT))
    assert older.conversion.body == ask(output_config={"format": format_of(STRICT)}).conversion.body


def test_the_newer_parameter_wins():  # protocol B35
    sent = ask(output_format=format_of(LOOSE), output_config={"format": format_of(STRICT)})
    assert sent.body["response_format"]["json_schema"]["schema"] == STRICT


def test_requests_without_a_format_have_none():
    sent = ask(output_config={"effort": "low", "task_budget": {"type": "tokens", "total": 5}})
    assert "response_format" not in sent.body
    assert not sent.terms.structured_output
