"""The table of a process follows the database: every kind of change is seen, and an outage is survived."""

import asyncio
import threading
from contextlib import contextmanager

import pytest
from asgiref.sync import sync_to_async
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from routing import keys, loading, snapshot
from routing.errors import KeyStoreUnavailable
from routing.models import (
    Backend,
    BackendModel,
    Client,
    ClientKey,
    MappingTarget,
    ModelMapping,
    Team,
)
from routing.snapshot import LOOK_SPACING, Snapshot
from routing.table import RoutingTable
from tests.routing import factories

pytestmark = pytest.mark.django_db

LONG_AGO = "2000-01-01T00:00:00Z"


@pytest.fixture
def rows():
    """One row of each kind."""
    owner = factories.client(team=factories.team())
    key, _ = factories.key(owner)
    backend = factories.backend(credential="secret")
    factories.backend_model(backend, "m")
    factories.mapping("m", to=backend, compression=factories.compression(), client=owner)
    return key


CHANGES = {
    "a row is added": lambda: factories.team(),
    "a row is saved": lambda: Backend.objects.get().save(),
    "some fields are saved": lambda: Backend.objects.get().save(update_fields=["timeout"]),
    "a queryset is updated": lambda: ClientKey.objects.update(revoked_at=LONG_AGO),
    "rows of a relation are updated": lambda: Client.objects.get().keys.update(revoked_at=LONG_AGO),
    "rows are updated in bulk": lambda: BackendModel.objects.bulk_update(BackendModel.objects.all(), ["name"]),
    "rows are added in bulk": lambda: Team.objects.bulk_create([Team(name="new")]),
    "a row is got or made": lambda: Team.objects.update_or_create(name="new"),
    "a row is updated or made": lambda: Team.objects.update_or_create(
        defaults={"is_active": False}, pk=Team.objects.get().pk
    ),
    "a row is deleted": lambda: MappingTarget.objects.get().delete(),
    "a queryset is deleted": lambda: ModelMapping.objects.all().delete(),
    "a row is deleted with those that belong to it": lambda: Client.objects.get().delete(),
    "a row gives way to another": lambda: (ClientKey.objects.all().delete(), factories.key(Client.objects.get())),
    "a habit is learned": lambda: factories.learned_habit(Backend.objects.get()),
    "a credential is changed": lambda: factories.credential_of(Backend.objects.get(), "another"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_seen(rows, change):
    before = loading.fingerprint()
    assert loading.fingerprint() == before
    change()
    assert loading.fingerprint() != before


def test_a_change_that_an_older_clock_made_is_seen(rows, monkeypatch):
    # Hosts' clocks differ: what counts is that something changed, not when.
    before = loading.fingerprint()
    Team.objects.update(created_at=LONG_AGO)
    assert loading.fingerprint() != before


def test_one_query_tells_whether_anything_changed(rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        loading.fingerprint()


def test_the_number_of_queries_does_not_grow_with_the_rows(rows):
    with CaptureQueriesContext(
        connection,
    ) as few:
        loading.load({})
    for _ in range(3):
        factories.key(factories.client(team=factories.team()))
        factories.mapping("x", team=factories.team(), to=factories.backend(credential="s"))
    with CaptureQueriesContext(connection) as many:
        loading.load({})
    assert len(many) == len(few) <= 8


def test_the_table_is_loaded_only_after_a_change(rows):
    kept = Snapshot()
    kept.refresh()
    table = kept.table
    kept.refresh()
    assert kept.table is table
    Team.objects.update(name="new")
    kept.refresh()
    assert kept.table is not table


def test_a_revoked_key_is_gone_at_the_next_look():
    key, text = factories.key()
    kept = Snapshot()
    kept.refresh()
    assert kept.table.key(text, 0.0)
    keys.revoke(key)
    kept.refresh()
    assert kept.table.key(text, 0.0) is None


@contextmanager
def database_away(monkeypatch):
    def away():
        raise OperationalError("could not connect")

    with monkeypatch.context() as patched:
        patched.setattr(loading, "fingerprint", away)
        yield


async def test_a_key_that_was_just_issued_is_found_at_once(monkeypatch):
    monkeypatch.setattr(snapshot, "_snapshot", Snapshot())
    await sync_to_async(snapshot.reload)()
    key, text = await sync_to_async(factories.key)()
    assert snapshot.current().key(text, 0.0) is None
    assert (await snapshot.look_up_key(text)).id == key.pk


async def test_a_key_that_was_brought_along_is_found_too(monkeypatch):
    monkeypatch.setattr(snapshot, "_snapshot", Snapshot())
    key = ClientKey(client=await sync_to_async(factories.client)())
    keys.bring(key, "my own key")
    await key.asave()
    assert (await snapshot.look_up_key("my own key")).id == key.pk


@pytest.mark.parametrize("text", ["ccp_nonsense", "x" * 600])
async def test_noise_is_refused_without_a_look(monkeypatch, text):
    monkeypatch.setattr(snapshot, "_snapshot", None)  # to ask it would fail
    assert await snapshot.look_up_key(text) is None


async def test_an_unknown_key_is_refused_with_503_while_the_database_is_away(monkeypatch):
    # never 401, or Claude Code would ask its user to log in
    monkeypatch.setattr(snapshot, "_snapshot", Snapshot())
    with database_away(monkeypatch), pytest.raises(KeyStoreUnavailable) as refusal:
        await snapshot.look_up_key(keys.new_text())
    assert (refusal.value.status, refusal.value.type) == (503, "api_error")
    assert refusal.value.headers == {"retry-after": "10"}
    assert refusal.value.message == "authentication store unavailable"


def test_the_last_table_is_kept_while_the_database_is_away_and_that_is_said_once(monkeypatch, caplog):
    _, text = factories.key()
    kept = Snapshot()
    kept.refresh()
    with database_away(monkeypatch):
        assert [kept._look() for _ in range(3)] == [False] * 3
    assert kept.table.key(text, 0.0)
    assert caplog.text.count("the database is away") == 1
    assert kept._look()
    assert "up to date again" in caplog.text


def test_a_table_that_cannot_be_loaded_leaves_the_one_before(monkeypatch, caplog):
    _, text = factories.key()
    kept = Snapshot()
    kept.refresh()
    Team.objects.bulk_create([Team(name="new")])
    monkeypatch.setattr(loading, "load", lambda uses: 1 / 0)
    assert not kept._look()
    assert kept.table.key(text, 0.0)
    assert "cannot be loaded" in caplog.text


def test_credentials_that_cannot_be_opened_stop_the_start(settings, monkeypatch):
    factories.backend("router", credential="sk-or-v1-0123456789abcdef")
    settings.CREDENTIALS_KEYS = [Fernet.generate_key()]
    with pytest.raises(ImproperlyConfigured, match=r"sk-…cdef of backend router"):
        snapshot.refuse_unreadable_credentials()


class Gate:
    """Stands for the database: each look waits here until the test lets it go."""

    def __init__(self):
        self.looks = []
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.opened.set()

    def __call__(self):
        self.looks.append(threading.current_thread().name)
        self.entered.set()
        assert self.opened.wait(30)

    def close(self):
        self.entered.clear()
        self.opened.clear()

    async def is_entered(self):
        assert await asyncio.to_thread(self.entered.wait, 30)


class Pauses(threading.Event):
    """Takes pauses without any time."""

    def __init__(self):
        super().__init__()
        self.taken = []

    def wait(self, timeout=None):
        self.taken.append(timeout)
        return self.is_set()


class TestThread:
    """The thread itself, with a database that is only pretended: what matters here is who waits for what."""

    @pytest.fixture
    def gate(self):
        return Gate()

    @pytest.fixture
    def kept(self, gate, monkeypatch):
        monkeypatch.setattr("routing.snapshot.close_old_connections", lambda: None)
        monkeypatch.setattr("routing.snapshot.LOOK_EVERY", 60.0)
        kept = Snapshot()
        kept.refresh = gate
        kept.start()
        yield kept
        gate.opened.set()
        kept.stop()

    async def test_the_first_load_is_done_when_start_returns(self, kept, gate):
        assert gate.looks == [threading.main_thread().name]

    async def test_everybody_who_waits_shares_a_look(self, kept, gate):
        gate.close()
        first = asyncio.ensure_future(kept.look())
        await gate.is_entered()
        others = [asyncio.ensure_future(kept.look()) for _ in range(100)]
        await asyncio.sleep(0)
        gate.opened.set()
        await asyncio.gather(first, *others)
        assert gate.looks == [threading.main_thread().name, "routing snapshot", "routing snapshot"]

    async def test_who_leaves_does_not_take_the_look_from_the_others(self, kept, gate):
        gate.close()
        leaving = asyncio.ensure_future(kept.look())
        staying = asyncio.ensure_future(kept.look())
        await gate.is_entered()
        leaving.cancel()
        await asyncio.sleep(0)
        gate.opened.set()
        await staying

    async def test_a_look_that_fails_refuses_everybody_who_waited(self, kept):
        def away():
            raise DatabaseError("away")

        kept.refresh = away
        results = await asyncio.gather(*(kept.look() for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [KeyStoreUnavailable] * 3

    async def test_looks_that_find_nothing_new_are_followed_by_longer_pauses(self, kept, monkeypatch):
        pauses = Pauses()
        monkeypatch.setattr(kept, "_stopping", pauses)

        def find_something():
            kept.table = RoutingTable()

        for refresh in (lambda: None, lambda: None, find_something, lambda: None, lambda: None):
            kept.refresh = refresh
            await kept.look()
        assert pauses.taken[:4] == [2 * LOOK_SPACING, 4 * LOOK_SPACING, LOOK_SPACING, 2 * LOOK_SPACING]

    async def test_a_database_that_does_not_answer_is_not_waited_for(self, kept, gate, monkeypatch):
        monkeypatch.setattr("routing.snapshot.LOOK_TIMEOUT", 0.01)
        gate.close()
        with pytest.raises(KeyStoreUnavailable):
            await kept.look()

    async def test_uses_are_written_when_it_stops(self, kept, monkeypatch):
        written = {}
        monkeypatch.setattr(keys, "write_uses", written.update)
        kept._uses[7] = 1.0
        kept.stop()
        assert written == {7: 1.0}


class InMemory(Snapshot):
    """Django keeps connections to an in-memory database open, and a thread that ends would leave one behind."""

    def _run(self):
        super()._run()
        BaseDatabaseWrapper.close(connection)


@pytest.mark.django_db
def test_who_follows_looks_whenever_it_looks():
    kept, looks = InMemory(), []
    kept.followers.append(lambda: looks.append("looked"))
    kept._look()
    kept._look()
    assert looks == ["looked", "looked"]


@pytest.mark.django_db(transaction=True)
def test_the_thread_sees_what_others_wrote():
    kept = InMemory()
    kept.start()
    try:
        _, text = factories.key()
        looked = asyncio.run(_look_until(kept, lambda: kept.table.key(text, 0.0) is not None))
        assert looked
        ClientKey.objects.update(revoked_at=timezone.now())
        assert asyncio.run(_look_until(kept, lambda: kept.table.key(text, 0.0) is None))
    finally:
        kept.stop()


async def _look_until(kept, condition):
    """A shared in-memory database may refuse a reader while a writer is at it, so one look may not be enough."""
    for _ in range(50):
        try:
            await kept.look()
        except KeyStoreUnavailable:
            continue
        if condition():
            return True
    return False
