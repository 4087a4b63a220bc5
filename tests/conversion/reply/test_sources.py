"""Pages that an answer rests on: one search, and citations on the text."""

import base64

import pytest

from tests.conversion.reply.replies import call, calls, chunk, streamed, terms, whole

SEARCHING = terms(web_search=True, search_query="the weather")
TEXT = "It rains in Paris."
RAIN = {
    "type": "url_citation",
    "url_citation": {
        "url": "https://a.example",
        "title": "Rain",
        "start_index": 3,
        "end_index": 8,
        "content": "It rains.",
    },
}


def test_it_shows_a_search_before_the_text_that_rests_on_it():  # protocol F150
    reply = whole({"content": TEXT, "annotations": [RAIN]}, terms=SEARCHING)
    search, result, text = reply.content
    assert (search["type"], search["name"], search["input"]) == (
        "server_tool_use",
        "web_search",
        {"query": "the weather"},
    )
    assert search["id"].startswith("srvtoolu_01")
    assert (result["type"], result["tool_use_id"]) == ("web_search_tool_result", search["id"])
    (page,) = result["content"]
    assert (page["type"], page["url"], page["title"], page["page_age"]) == (
        "web_search_result",
        "https://a.example",
        "Rain",
        None,
    )
    assert base64.urlsafe_b64decode(page["encrypted_content"].removeprefix("ccps1.")) == b"It rains."
    (citation,) = text["citations"]
    assert (citation["type"], citation["url"], citation["title"]) == (
        "web_search_result_location",
        "https://a.example",
        "Rain",
    )
    assert reply.usage["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 0}


def test_it_cites_what_was_streamed():  # protocol G182
    reply = streamed(
        chunk(TEXT[:6]), chunk(TEXT[6:]), chunk(annotations=[RAIN, RAIN]), chunk(finish="stop"), terms=SEARCHING
    )
    assert reply.types == ["text", "server_tool_use", "web_search_tool_result"]
    assert [citation["cited_text"] for citation in reply.content[0]["citations"]] == ["rains"]


@pytest.mark.parametrize(
    ("start", "end"),
    [(5, 3), (0, 1_000), (-1, 3), (None, None), ("0", "3")],
    ids=["reversed", "beyond", "negative", "none", "text"],
)
def test_it_quotes_the_page_where_the_positions_are_no_range(start, end):
    odd = {"type": "url_citation", "url_citation": RAIN["url_citation"] | {"start_index": start, "end_index": end}}
    reply = streamed(chunk(TEXT), chunk(annotations=[odd], finish="stop"), terms=SEARCHING)
    assert reply.content[0]["citations"][0]["cited_text"] == "It rains."


@pytest.mark.parametrize(
    ("message", "more"),
    [
        pytest.param({"citations": ["https://a.example", "https://a.example"]}, {}, id="on the message"),
        pytest.param({}, {"citations": ["https://a.example"]}, id="beside the choices"),
        pytest.param({}, {"web_search": [{"link": "https://a.example", "title": "Rain"}]}, id="results with links"),
        pytest.param(
            {"executed_tools": [{"search_results": {"results": [{"url": "https://a.example"}]}}]},
            {},
            id="executed tools",
        ),
    ],
)
def test_it_shows_bare_addresses_without_citations(message, more):
    reply = whole({"content": TEXT, **message}, terms=SEARCHING, **more)
    assert [page["url"] for page in reply.content[1]["content"]] == ["https://a.example"]
    assert "citations" not in reply.content[2]


def test_it_shows_no_search_that_the_client_did_not_offer():
    reply = whole({"content": TEXT, "annotations": [RAIN]})
    assert reply.types == ["text"]
    assert reply.content[0]["citations"][0]["cited_text"] == "It rains."
    assert reply.usage["server_tool_use"] is None


def test_it_believes_the_backends_count_of_searches():
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "server_tool_use": {"web_search_requests": 3}}
    reply = whole({"content": TEXT, "annotations": [RAIN]}, terms=SEARCHING, usage=usage)
    assert reply.usage["server_tool_use"]["web_search_requests"] == 3


def test_it_shows_one_search_for_sources_that_come_one_by_one():
    late = {"type": "url_citation", "url_citation": {"url": "https://b.example"}}
    reply = streamed(
        chunk("a", annotations=[RAIN]),
        chunk("b", annotations=[late]),
        calls(call("{}", id="1", name="Bash"), finish="tool_calls"),
        terms=SEARCHING,
    )
    assert reply.types == ["server_tool_use", "web_search_tool_result", "text", "tool_use"]
    assert [citation["url"] for citation in reply.content[2]["citations"]] == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize("annotations", [5, [5], [{}], [{"url_citation": 5}], [{"type": "file"}]])
def test_it_ignores_annotations_of_other_shapes(annotations):
    assert whole({"content": TEXT, "annotations": annotations}, terms=SEARCHING).types == ["text"]
