"""The request inspector from outside: what is kept of a request, for whom, and what can be done with it."""

import re
from itertools import count

import pytest

from tests.edge.test_tries import STAFF, logged_in
from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, eventually
from tests.support.messages import STREAMED, request
from tests.support.scripted_backend import HANG, error, stream

NUMBERS = count(1)
MEMBER = """
from datetime import timedelta
from django.utils import timezone
from routing import keys
from routing.models import Client
until = timezone.now() + timedelta(hours={hours})
print(keys.issue(Client.objects.create(name={name!r}, capture_until=until))[1])
"""
BACKEND = """
from datetime import timedelta
from django.utils import timezone
from routing.models import Backend, MappingTarget, ModelMapping
until = timezone.now() + timedelta(hours=1)
backend = Backend.objects.create(name={name!r}, base_url={url!r}, capture_until=until)
mapping = ModelMapping.objects.create(kind="exact", pattern={name!r})
MappingTarget.objects.create(mapping=mapping, backend=backend, model="caught")
print(backend.pk, mapping.pk)
"""
OFF = "from routing.models import Backend; Backend.objects.filter(name={name!r}).update(capture_until=None)"
COMPRESSION = (
    "from routing.models import Compression; print(Compression.objects.create(name={name!r}, mode='compact').pk)"
)
NO_TEMPERATURE = "Unsupported parameter: 'temperature' is not supported with this model."
SECRET = "sk-proj-0123456789abcdefghijklmn"
PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}


def member(gateway, hours=1):
    """The headers of a new client that is captured for so many hours."""
    printed = gateway.manage("shell", "-c", MEMBER.format(name=f"captured-{next(NUMBERS)}", hours=hours))
    return {"x-api-key": printed.splitlines()[-1]}


def captured(admin, answer):
    """The path of the request's pages, and what was kept of it, once that is there."""
    number = answer.headers["request-id"].removeprefix("req_")
    path = f"/admin/inspector/capture/{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}/"
    eventually(lambda: admin.get(f"{path}download/").status_code == 200, 20, lambda: f"no capture at {path}")
    return path, admin.get(f"{path}download/").json()


def ask(stranger, headers, **fields):
    return stranger.post("/v1/messages", json=request(**fields), headers=headers)


@pytest.fixture
def admin(gateway):
    password = re.search(r"user admin, password (\S+)", gateway.output())[1]
    with logged_in(gateway, "admin", password) as browser:
        yield browser


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_it_keeps_the_bodies_of_both_sides(gateway, backend, stranger, admin, stream):
    backend.script(text("Good day"))
    answer = ask(stranger, member(gateway), stream=stream)
    _, kept = captured(admin, answer)
    (call,) = kept["calls"]
    assert '"max_tokens":100' in kept["request"]["text"]
    assert call["request"]["text"].encode() == backend.requests[0].body
    assert "chat.completion" in call["reply"]["text"]
    assert kept["reply"]["text"] == answer.text
    assert (kept["status"], call["status"], call["model"]) == (200, 200, "middle")


def test_it_tells_when_the_pieces_of_a_stream_came(gateway, backend, stranger, admin):
    backend.script(text("one two three"))
    answer = ask(stranger, member(gateway), stream=True)
    _, kept = captured(admin, answer)
    for pieces, body in ((kept["pieces"], kept["reply"]), (kept["calls"][0]["pieces"], kept["calls"][0]["reply"])):
        assert sum(size for _, size in pieces) == body["size"]
        assert [moment for moment, _ in pieces] == sorted(moment for moment, _ in pieces)


def test_it_keeps_neither_secrets_nor_media(gateway, backend, stranger, admin):
    backend.script(text(f"Your key is {SECRET}"))
    said = [{"type": "text", "text": f"My key is {SECRET}"}, PICTURE]
    answer = ask(stranger, member(gateway), messages=[{"role": "user", "content": said}])
    _, kept = captured(admin, answer)
    assert SECRET not in str(kept)
    assert "My key is sk-…" in kept["request"]["text"]
    assert "Your key is sk-…" in kept["reply"]["text"]
    assert PICTURE["source"]["data"] not in str(kept)


def test_a_call_that_failed_is_kept_with_what_the_client_was_told(gateway, backend, stranger, admin):
    backend.script(error(401, "Incorrect API key provided"))
    answer = ask(stranger, member(gateway))
    _, kept = captured(admin, answer)
    assert (kept["status"], kept["calls"][0]["status"]) == (answer.status_code, 401)
    assert "Incorrect API key provided" in kept["calls"][0]["reply"]["text"]


def test_a_client_that_leaves_is_kept_as_far_as_it_came(gateway, backend, stranger, admin):
    backend.script(stream(*text("Hello you").chunks(STREAMED)[:2], end=HANG))
    headers = member(gateway)
    with stranger.stream("POST", "/v1/messages", json=request(stream=True), headers=headers) as answer:
        assert any("Hello" in part for part in answer.iter_text())
    assert backend.requests[0].abandoned.wait(1)
    _, kept = captured(admin, answer)
    assert "Hello" in kept["reply"]["text"]
    assert "message_stop" not in kept["reply"]["text"]


def test_a_repaired_request_is_kept_with_the_one_that_was_refused(gateway, backend, stranger, admin):
    backend.script(error(400, NO_TEMPERATURE), text("Hello"))
    answer = ask(stranger, member(gateway), model="environment/repaired", temperature=0.5)
    path, kept = captured(admin, answer)
    assert ["temperature" in call["request"]["text"] for call in kept["calls"]] == [True, False]
    assert [call["status"] for call in kept["calls"]] == [400, 200]
    assert "Earlier calls for this request" in admin.get(f"{path}change/").text


def test_a_request_that_reaches_no_backend_is_kept(gateway, backend, stranger, admin):
    answer = ask(stranger, member(gateway), messages=[])
    _, kept = captured(admin, answer)
    assert (kept["status"], kept["calls"]) == (400, [])


def test_requests_of_others_and_those_after_its_end_are_not_kept(gateway, backend, stranger, admin):
    backend.script(text("one"), text("two"), text("three"))
    answers = [ask(stranger, headers) for headers in ({"x-api-key": CLIENT_KEY}, member(gateway, hours=-1))]
    captured(admin, ask(stranger, member(gateway)))  # written after the others, had they been kept
    listed = admin.get("/admin/inspector/capture/").text
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["request-id"].removeprefix("req_") not in listed.replace("-", "")


def test_a_backend_is_captured_whoever_asks(gateway, backend, stranger, admin):
    name = f"caught-{next(NUMBERS)}"
    gateway.manage("shell", "-c", BACKEND.format(name=name, url=backend.base_url))
    backend.script_with(lambda _: text("Hello"))
    headers = {"x-api-key": CLIENT_KEY}

    def goes_there():
        assert ask(stranger, headers, model=name).status_code == 200
        return backend.requests[-1].json["model"] == "caught"

    eventually(goes_there, 20, gateway.output)
    answer = ask(stranger, headers, model=name)
    _, kept = captured(admin, answer)
    assert kept["calls"][0]["backend"] == name
    told = stranger.get("/v1/usage", headers=member(gateway)).json()["captured"]
    assert {"kind": "backend", "name": name} in [{k: each[k] for k in ("kind", "name")} for each in told]
    gateway.manage("shell", "-c", OFF.format(name=name))


def test_a_member_is_told_and_so_is_the_row(gateway, backend, stranger, admin):
    headers = member(gateway)
    backend.script(text("Hello"))
    answer = ask(stranger, headers)
    told = stranger.get("/v1/usage", headers=headers).json()
    assert [each["kind"] for each in told["captured"] if each["name"] == told["client"]] == ["client"]
    (row,) = gateway.usage_records(1, client_name=told["client"])
    assert "captured" in str(row["notices"])
    path, _ = captured(admin, answer)
    assert f"/admin/accounting/usagerecord/{row['id']}/change/" in admin.get(f"{path}change/").text


def test_its_page_says_what_was_dropped(gateway, backend, stranger, admin):
    backend.script(text("Hello"))
    answer = ask(stranger, member(gateway), top_k=7)
    path, _ = captured(admin, answer)
    rows = re.findall(r'<tr class="dropped">(.*?)</tr>', admin.get(f"{path}change/").text, re.DOTALL)
    assert any("<code>top_k</code>" in row for row in rows)


def replay_of(path):
    """The page for the replay of the request that has this page."""
    return f"/admin/captures/{path.split('/')[-2]}/replay/"


def replayed(admin, path, **fields):
    fields = {"csrfmiddlewaretoken": admin.cookies["csrftoken"], **fields}
    page = admin.post(replay_of(path), data=fields)
    assert page.status_code == 200
    return page.text


@pytest.fixture
def elsewhere(gateway, backend):
    """The ids of a backend and of a mapping to its model `caught`, neither of which the original used."""
    name = f"elsewhere-{next(NUMBERS)}"
    printed = gateway.manage("shell", "-c", BACKEND.format(name=name, url=backend.base_url))
    gateway.manage("shell", "-c", OFF.format(name=name))
    return [int(number) for number in printed.splitlines()[-1].split()]


def test_a_replay_that_only_converts_asks_nobody(gateway, backend, stranger, admin, elsewhere):
    backend.script(text("Hello"))
    path, _ = captured(admin, ask(stranger, member(gateway), top_k=7))
    page = replayed(admin, path, mapping=elsewhere[1], how="convert")
    assert "&quot;model&quot;: &quot;caught&quot;" in page
    assert len(backend.requests) == 1


def test_a_replay_that_is_sent_is_a_row_of_its_kind(gateway, backend, stranger, admin, elsewhere):
    backend.script(text("Hello"), text("Hello from elsewhere"))
    path, _ = captured(admin, ask(stranger, member(gateway), text="Who is there?", stream=True))
    page = replayed(admin, path, backend=elsewhere[0], model="replayed", how="send")
    assert "Hello from elsewhere" in page
    assert backend.requests[1].json["messages"] == backend.requests[0].json["messages"]
    (row,) = gateway.usage_records(1, routed_model="replayed")
    assert (row["kind"], row["client_name"], row["state"]) == ("test", "admin admin", "closed")


def test_a_replay_needs_one_place_to_go(gateway, backend, stranger, admin):
    backend.script(text("Hello"))
    path, _ = captured(admin, ask(stranger, member(gateway)))
    assert "Choose a mapping, or a backend" in replayed(admin, path, how="convert")


def test_its_prompt_can_be_tried_with_a_compression(gateway, backend, stranger, admin):
    number = gateway.manage("shell", "-c", COMPRESSION.format(name=f"short-{next(NUMBERS)}")).split()[-1]
    backend.script(text("Hello"))
    path, _ = captured(admin, ask(stranger, member(gateway), system="Mind the captured commas."))
    link = f"/admin/routing/compression/{number}/trial/?capture={path.split('/')[-2]}"
    assert link in admin.get(f"{path}change/").text
    page = admin.get(link).text
    assert "tokens become" in page
    assert "Mind the captured commas." in page


def test_it_is_for_superusers_only(gateway, backend, stranger, admin):
    gateway.manage("shell", "-c", STAFF.replace("clerk", "reader"))
    backend.script(text("Hello"))
    path, _ = captured(admin, ask(stranger, member(gateway)))
    with logged_in(gateway, "reader", "a-long-one-indeed") as reader:
        for page in ("/admin/inspector/capture/", f"{path}change/", f"{path}download/", replay_of(path)):
            assert reader.get(page).status_code == 403


def test_nothing_of_a_body_is_logged(gateway, backend, stranger, admin):
    backend.script(text("an answer that no log has"))
    captured(admin, ask(stranger, member(gateway), text="a question that no log has"))
    assert "that no log has" not in gateway.output()


def test_captures_can_be_removed_by_hand(gateway, backend, stranger, admin):
    backend.script(text("Hello"))
    path, _ = captured(admin, ask(stranger, member(gateway)))
    assert "captured requests removed" in gateway.manage("prune_captures", "--hours", "0")
    assert admin.get(f"{path}download/").status_code == 404
