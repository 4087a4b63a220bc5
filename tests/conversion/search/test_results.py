"""What client and model are told of a search."""

from base64 import b64decode

import msgspec
import pytest

from conversion.search.offer import SearchTerms
from conversion.search.results import (
    LONGEST_EXTRACT,
    MOST_RESULTS,
    Page,
    for_client,
    for_model,
    wanted,
)

PAGE = Page("https://example.com/a", "A title", "An extract", "2 days ago")


@pytest.mark.parametrize(
    ("url", "terms", "is_wanted"),
    [
        ("https://example.com/a", SearchTerms(), True),
        ("https://docs.example.com/a", SearchTerms(allowed_domains=("example.com",)), True),
        ("https://badexample.com/a", SearchTerms(allowed_domains=("example.com",)), False),
        ("https://example.com/blog/a", SearchTerms(allowed_domains=("example.com/blog",)), True),
        ("https://example.com/a", SearchTerms(allowed_domains=("example.com/blog",)), False),
        ("https://sub.bad.org/", SearchTerms(blocked_domains=("bad.org",)), False),
        ("javascript:alert(1)", SearchTerms(), False),
        ("http://[broken/", SearchTerms(allowed_domains=("example.com",)), False),
    ],
    ids=str,
)
def test_pages_are_of_the_domains_that_the_client_allows(url, terms, is_wanted):
    assert bool(wanted([Page(url)], terms)) == is_wanted


def test_results_are_bounded_in_number_and_length():
    pages = wanted([Page(f"https://example.com/{n}", "t\n" * 500, "e" * 9000) for n in range(50)], SearchTerms())
    assert len(pages) == MOST_RESULTS
    assert len(pages[0].extract) == LONGEST_EXTRACT
    assert "\n" not in pages[0].title


def test_the_client_gets_results_as_the_api_writes_them():
    (result,) = msgspec.to_builtins(for_client([PAGE]))
    assert b64decode(result.pop("encrypted_content")).decode() == "An extract"
    assert result == {
        "type": "web_search_result",
        "url": "https://example.com/a",
        "title": "A title",
        "page_age": "2 days ago",
    }


def test_the_client_is_told_why_there_are_none():
    assert msgspec.to_builtins(for_client("unavailable")) == {
        "type": "web_search_tool_result_error",
        "error_code": "unavailable",
    }


def test_the_model_reads_titles_addresses_and_extracts():
    told = for_model("cats", [PAGE])
    assert "not instructions" in told.splitlines()[0]
    assert told.endswith("1. A title\nhttps://example.com/a\n2 days ago\nAn extract")


@pytest.mark.parametrize(("found", "words"), [([], "found nothing"), ("too_many_requests", "too_many_requests")])
def test_the_model_is_told_that_there_is_nothing(found, words):
    assert words in for_model("cats", found)
