"""The real client's subagents: requests of their own, accounted to the subagent that made them."""

import pytest

from tests.support.answers import Call, text, tool_call, tool_calls, usage

pytestmark = pytest.mark.full


def task(prompt):
    return {
        "description": "Count files",
        "prompt": prompt,
        "subagent_type": "general-purpose",
        "run_in_background": False,
    }


def agent(exchange):
    return exchange.headers.get("x-claude-code-agent-id", "")


def test_it_accounts_a_subagents_request_to_the_subagent(claude, backend, gateway, wiretap):
    backend.script(
        tool_call("Agent", task("How many files are here?"), usage=usage(prompt=1000, completion=10)),
        text("There are two.", usage=usage(prompt=500, completion=5)),
        text("Two files.", usage=usage(prompt=1100, completion=12)),
    )
    run = claude.run("Let a subagent count the files")
    assert run.text == "Two files."
    assert "There are two." in backend.requests[2].json["messages"][-1]["content"]

    agents = [agent(exchange) for exchange in wiretap.exchanges]
    assert [bool(name) for name in agents] == [False, True, False]
    records = gateway.usage_records(3, session_id=run.session_id)
    assert [(record["agent_id"], record["input_tokens"]) for record in records] == list(
        zip(agents, [1000, 500, 1100], strict=True)
    )


def test_it_tells_subagents_apart_that_work_at_the_same_time(claude, backend, gateway, wiretap):
    def answer(request):
        match request.json["messages"]:
            case [*_, {"role": "user", "content": content}] if "the red ones" in str(content):
                return text("Three.", usage=usage(prompt=300))
            case [*_, {"role": "user", "content": content}] if "the blue ones" in str(content):
                return text("Five.", usage=usage(prompt=500))
            case [*_, {"role": "tool"}]:
                return text("Eight.", usage=usage(prompt=800))
        return tool_calls(
            Call("Agent", task("How many are the red ones?")), Call("Agent", task("How many are the blue ones?"))
        )

    backend.script_with(answer)
    run = claude.run("Let subagents count them")
    assert run.text == "Eight."
    red, blue = backend.requests[-1].json["messages"][-2:]
    assert ["Three." in red["content"], "Five." in blue["content"]] == [True, True]

    counted = {agent(exchange): b"red ones" in exchange.body for exchange in wiretap.exchanges if agent(exchange)}
    records = gateway.usage_records(4, session_id=run.session_id)
    booked = {record["agent_id"]: record["input_tokens"] for record in records if record["agent_id"]}
    assert booked == {name: 300 if red else 500 for name, red in counted.items()}
    assert len(booked) == 2
