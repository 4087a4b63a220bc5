"""Answers in the shape of a schema, as scripts ask for with `--json-schema`."""

import json

import pytest

from tests.support.answers import text, tool_call

pytestmark = pytest.mark.full

SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "integer"}, "reasons": {"type": "array", "items": {"type": "string"}}},
    "required": ["answer", "reasons"],
}
ANSWER = {"answer": 42, "reasons": ["Mäuse", "mice"]}


@pytest.fixture
def options():
    return ["--json-schema", json.dumps(SCHEMA)]


def test_it_gets_an_answer_of_the_schema(claude, backend, options):
    backend.script(tool_call("StructuredOutput", ANSWER), text("Done."))
    assert claude.run("What is the answer?", *options).result["structured_output"] == ANSWER
    (offered,) = [t for t in backend.requests[0].json["tools"] if t["function"]["name"] == "StructuredOutput"]
    assert offered["function"]["parameters"]["properties"].keys() == SCHEMA["properties"].keys()


def test_it_insists_where_the_model_only_talks(claude, backend, options):
    backend.script(text("It is forty-two."), tool_call("StructuredOutput", ANSWER), text("Done."))
    assert claude.run("What is the answer?", *options).result["structured_output"] == ANSWER
    assert backend.requests[1].json["messages"][-1]["role"] == "user"
