"""The kinds of engines: how each is asked, and where its answer has what. Another kind is another row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conversion.search.offer import SearchTerms
from conversion.search.results import MOST_RESULTS

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Engine:
    """`question` gives query parameters, or with `posts` the body; `results` leads to the list in the answer, and
    `fields` names its items' address, title, extract and date.
    """

    base_url: str
    path: str
    key_header: str
    key_prefix: str
    question: Callable[[str, SearchTerms], Json]
    results: tuple[str, ...]
    fields: tuple[str, str, str, str]
    posts: bool = False


def _searxng(query: str, terms: SearchTerms) -> Json:
    return {"q": query, "format": "json"}


def _brave(query: str, terms: SearchTerms) -> Json:
    asked: dict[str, object] = {"q": query, "count": MOST_RESULTS * 2}  # some may not be allowed
    return {**asked, "country": terms.country} if terms.country else asked


def _tavily(query: str, terms: SearchTerms) -> Json:
    return {
        "query": query,
        "max_results": MOST_RESULTS,
        "include_domains": terms.allowed_domains,
        "exclude_domains": terms.blocked_domains,
    }


ENGINES: Mapping[str, Engine] = {
    "searxng": Engine(
        base_url="",
        path="/search",
        key_header="authorization",
        key_prefix="Bearer ",
        question=_searxng,
        results=("results",),
        fields=("url", "title", "content", "publishedDate"),
    ),
    "brave": Engine(
        base_url="https://api.search.brave.com",
        path="/res/v1/web/search",
        key_header="x-subscription-token",
        key_prefix="",
        question=_brave,
        results=("web", "results"),
        fields=("url", "title", "description", "age"),
    ),
    "tavily": Engine(
        base_url="https://api.tavily.com",
        path="/search",
        key_header="authorization",
        key_prefix="Bearer ",
        question=_tavily,
        results=("results",),
        fields=("url", "title", "content", "published_date"),
        posts=True,
    ),
}
