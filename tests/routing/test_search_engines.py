"""Each kind of engine, asked over HTTP by a server that answers as it does."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from conversion.search.offer import SearchTerms
from conversion.search.results import Page, SearchFailed
from routing import loading
from routing.models import SearchEngine
from routing.search import search
from routing.table import SearchEntry
from tests.routing import factories


class Server(ThreadingHTTPServer):
    """Answers every request alike, and keeps the last one."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.answer, self.asked = 200, b"{}", {}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        length = int(self.headers.get("content-length", 0))
        self.server.asked = {
            "method": self.command,
            "path": urlsplit(self.path).path,
            "query": {name: value for name, (value,) in parse_qs(urlsplit(self.path).query).items()},
            "body": json.loads(self.rfile.read(length) or b"null"),
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        self.send_response(self.server.status)
        self.send_header("location", "http://127.0.0.1:1/")
        self.send_header("content-length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


ANY = SearchTerms()


def searched(server, kind="searxng", terms=ANY, credential=""):
    return asyncio.run(search(SearchEntry(kind, server.url, credential), "cats & dogs", terms))


FOUND = [Page("https://example.com/a", "A cat", "Cats sleep", "2026-01-01")]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (
            "searxng",
            {
                "results": [
                    {
                        "url": "https://example.com/a",
                        "title": "A cat",
                        "content": "Cats sleep",
                        "publishedDate": "2026-01-01",
                    }
                ]
            },
        ),
        (
            "brave",
            {
                "web": {
                    "results": [
                        {
                            "url": "https://example.com/a",
                            "title": "A <strong>cat</strong>",
                            "description": "<strong>Cats</strong> sleep",
                            "age": "2026-01-01",
                        }
                    ]
                }
            },
        ),
        (
            "tavily",
            {
                "results": [
                    {
                        "url": "https://example.com/a",
                        "title": "A cat",
                        "content": "Cats sleep",
                        "published_date": "2026-01-01",
                    }
                ]
            },
        ),
    ],
)
def test_an_engines_answer_becomes_pages(server, kind, answer):
    server.answer = json.dumps(answer).encode()
    assert searched(server, kind) == FOUND


def test_a_searxng_is_asked_for_json(server):
    searched(server)
    assert (server.asked["method"], server.asked["path"]) == ("GET", "/search")
    assert server.asked["query"] == {"q": "cats & dogs", "format": "json"}


def test_brave_gets_its_key_and_the_country(server):
    searched(server, "brave", SearchTerms(country="de"), "secret")
    assert server.asked["path"] == "/res/v1/web/search"
    assert server.asked["query"]["country"] == "de"
    assert server.asked["headers"]["x-subscription-token"] == "secret"


def test_tavily_gets_its_key_and_the_domains(server):
    searched(server, "tavily", SearchTerms(allowed_domains=("example.com",)), "secret")
    assert server.asked["method"] == "POST"
    assert server.asked["body"]["include_domains"] == ["example.com"]
    assert server.asked["headers"]["authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (429, b"", "too_many_requests"),
        (500, b"", "unavailable"),
        (302, b"", "unavailable"),
        (200, b"<html>", "unavailable"),
        (200, b"[" * 100_000, "unavailable"),
        (200, b'"' + b"x" * 5 * 1024 * 1024 + b'"', "unavailable"),
    ],
    ids=["busy", "broken", "redirect", "no JSON", "deep", "huge"],
)
def test_an_engine_that_does_not_answer_is_a_reason(server, status, answer, code):
    server.status, server.answer = status, answer
    with pytest.raises(SearchFailed) as failure:
        searched(server)
    assert failure.value.code == code


@pytest.mark.parametrize("answer", [{}, [], {"results": {}}, {"results": [1, {"url": 7}]}], ids=str)
def test_an_answer_of_another_shape_has_no_pages(server, answer):
    server.answer = json.dumps(answer).encode()
    assert searched(server) == []


def test_nobody_there_is_a_reason():
    with pytest.raises(SearchFailed):
        asyncio.run(search(SearchEntry("searxng", "http://127.0.0.1:1"), "cats", SearchTerms()))


@pytest.mark.django_db
class TestEngines:
    def engine(self, **fields):
        return SearchEngine.objects.create(**{"base_url": "http://127.0.0.1:8888", **fields})

    def entries(self):
        return {entry.client_name: entry.search for entry in loading.load({}).keys.values()}

    def test_a_team_has_its_own_engine_and_everybody_else_the_common_one(self):
        team = factories.team()
        mine = self.engine(team=team, kind="brave", base_url="")
        mine.put("secret")
        mine.save()
        self.engine()
        owner, other = factories.client(team=team), factories.client()
        factories.key(owner)
        factories.key(other)
        assert self.entries() == {
            owner.name: SearchEntry("brave", "", "secret"),
            other.name: SearchEntry("searxng", "http://127.0.0.1:8888"),
        }

    def test_without_an_enabled_engine_there_is_none(self):
        self.engine(is_enabled=False)
        factories.key()
        assert list(self.entries().values()) == [None]

    def test_there_is_one_engine_for_everybody(self):
        self.engine()
        with pytest.raises(IntegrityError), transaction.atomic():
            self.engine(kind="brave")

    def test_a_searxng_needs_an_address(self):
        with pytest.raises(ValidationError, match="has an address"):
            SearchEngine(kind="searxng").full_clean()

    def test_its_key_is_rotated_with_the_others(self, capsys):
        engine = self.engine(kind="brave")
        engine.put("secret")
        engine.save()
        before = engine.sealed
        call_command("rotate_credentials")
        engine.refresh_from_db()
        assert engine.sealed != before
        assert "1 credentials" in capsys.readouterr().out
