"""Pages that an answer rests on (protocol §4.5): read from where backends put them, shown as one search and citations.

The citations are attached to the text block that is open when it closes: splitting the text at them would cost more
in a stream than clients gain, which show none of it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping

from conversion.reply import documents
from conversion.reply.deltas import Source, Sources
from conversion.reply.events import WebSearchCitation, WebSearchResult

_MARK = "ccps1."  # what we encode where the real API encrypts; no backend is ever sent it
_LONGEST_CONTENT = 2_000
_LONGEST_CITATION = 150


def read_sources(body: Mapping[str, object], message: Mapping[str, object]) -> Sources | None:
    """All sources that a chunk or completion names; None where it names none."""
    found = [
        *_url_citations(message.get("annotations")),
        *_bare_urls(message.get("citations")),
        *_bare_urls(body.get("citations")),
        *_results(body.get("web_search")),
        *_executed_searches(message.get("executed_tools")),
    ]
    return Sources(tuple(found)) if found else None


def _url_citations(annotations: object) -> Iterator[Source]:
    """OpenAI and OpenRouter: `start_index` and `end_index` count characters."""
    for annotation in documents.items(annotations):
        citation = documents.mapping(documents.mapping(annotation).get("url_citation"))
        if url := documents.text(citation.get("url")):
            start, end = citation.get("start_index"), citation.get("end_index")
            yield Source(
                url,
                documents.text(citation.get("title")),
                documents.text(citation.get("content")),
                start if isinstance(start, int) else None,
                end if isinstance(end, int) else None,
                cited=True,
            )


def _bare_urls(citations: object) -> Iterator[Source]:
    """xAI and Perplexity: a list of addresses."""
    for url in documents.items(citations):
        if text := documents.text(url):
            yield Source(text)


def _results(results: object) -> Iterator[Source]:
    """Z.ai and Groq: search results with their text."""
    for item in documents.items(results):
        result = documents.mapping(item)
        if url := documents.text(result.get("link")) or documents.text(result.get("url")):
            yield Source(url, documents.text(result.get("title")), documents.text(result.get("content")))


def _executed_searches(tools: object) -> Iterator[Source]:
    for tool in documents.items(tools):
        yield from _results(documents.mapping(documents.mapping(tool).get("search_results")).get("results"))


class SearchResults:
    """The sources of one answer: the results of its one search, each page once, and the citations not yet attached."""

    def __init__(self) -> None:
        self._results: dict[str, WebSearchResult] = {}
        self._citations: dict[tuple[str, int | None, int | None], Source] = {}
        self._attached: set[tuple[str, int | None, int | None]] = set()

    def __bool__(self) -> bool:
        return bool(self._results)

    @property
    def uncited(self) -> bool:
        """Some citation is not attached to a block yet."""
        return len(self._attached) < len(self._citations)

    def add(self, sources: Sources) -> None:
        """Remember the sources; what is known already adds nothing."""
        for source in sources.items:
            if source.url not in self._results:
                encoded = base64.urlsafe_b64encode(source.content[:_LONGEST_CONTENT].encode()).decode()
                self._results[source.url] = WebSearchResult(source.url, source.title or source.url, _MARK + encoded)
            if source.cited:
                self._citations.setdefault((source.url, source.start, source.end), source)

    def results(self) -> list[WebSearchResult]:
        """The results in the order of their first mention."""
        return list(self._results.values())

    def citations(self, text: str) -> Iterator[WebSearchCitation]:
        """The citations that no block carries yet; `text` is the answer so far, which their positions count in."""
        for number, (key, source) in enumerate(self._citations.items()):
            if key not in self._attached:
                self._attached.add(key)
                cited = _between(text, source.start, source.end) or source.content
                title = source.title or None
                yield WebSearchCitation(source.url, title, f"{_MARK}{number}", cited[:_LONGEST_CITATION])


def _between(text: str, start: int | None, end: int | None) -> str:
    """The text between two positions; nothing where they are no range of it."""
    if start is None or end is None or not 0 <= start < end <= len(text):
        return ""
    return text[start:end]
