"""What refusals taught: known here at once, kept in the database, and merged into the routes of every process."""

import threading

import pytest
from django.db import OperationalError

from conversion.repairs import Repair, repaired
from routing import lessons, loading, snapshot
from routing.lessons import Lesson
from routing.models import LearnedHabit
from routing.resolve import resolve
from routing.snapshot import Snapshot
from tests.routing import factories

pytestmark = pytest.mark.django_db

WITHOUT_STORE = Repair("field", "store", overrides={"omitted_fields": ("store",)}, said="Unknown parameter: 'store'")
WITHOUT_USER = Repair("field", "user", overrides={"omitted_fields": ("user",)})
SHORTER = Repair("output_limit", limits={"max_output_tokens": 4096})
ONCE = Repair("room", limits={"max_output_tokens": 2048}, lasting=False)


@pytest.fixture
def backend():
    return factories.backend()


@pytest.fixture
def kept(backend):
    """A snapshot in which the names `first` and `second` lead to one model."""
    for name in ("first", "second"):
        factories.mapping(name, to=backend, model="m")
    kept = Snapshot()
    kept.refresh()
    return kept


@pytest.fixture
def key(kept):
    _, text = factories.key()
    kept.refresh()
    return kept.table.key(text, 0.0)


def destination(kept, key, name="first"):
    return resolve(kept.table, key, name).destination


def omitted(kept, key, name="first"):
    return destination(kept, key, name).profile.omitted_fields


def written(kept):
    kept._write_lessons()
    return sorted(LearnedHabit.objects.values_list("kind", "subject"))


def test_what_was_learned_holds_at_once_for_every_name_of_the_model(kept, key):
    route = resolve(kept.table, key, "second")
    kept.learn(resolve(kept.table, key, "first"), [WITHOUT_STORE, SHORTER])
    assert omitted(kept, key, "second") == ("store",)
    assert destination(kept, key).max_output_tokens == 4096
    assert route.destination.profile.omitted_fields == ()


def test_what_was_learned_says_nothing_of_other_models(kept, key, backend):
    factories.mapping("third", to=backend, model="another")
    kept.refresh()
    kept.learn(resolve(kept.table, key, "first"), [WITHOUT_STORE])
    assert omitted(kept, key, "third") == ()


def test_every_process_knows_it_once_it_is_written(kept, key):
    kept.learn(resolve(kept.table, key, "first"), [WITHOUT_STORE, WITHOUT_USER, SHORTER])
    assert written(kept) == [("field", "store"), ("field", "user"), ("output_limit", "")]
    other = Snapshot()
    other.refresh()
    assert omitted(other, key) == ("store", "user")
    assert destination(other, key).max_output_tokens == 4096


def test_a_table_that_was_in_the_making_knows_it_too(kept, key):
    kept.learn(resolve(kept.table, key, "first"), [WITHOUT_STORE])
    kept.reload()
    assert omitted(kept, key) == ("store",)


def test_what_helps_one_request_alone_is_not_remembered(kept, key):
    kept.learn(resolve(kept.table, key, "first"), [ONCE])
    assert destination(kept, key).max_output_tokens is None
    assert written(kept) == []


def test_what_is_known_is_not_written_again(kept, key):
    route = resolve(kept.table, key, "first")
    kept.learn(route, [WITHOUT_STORE, SHORTER])
    written(kept)
    kept.refresh()
    before = loading.fingerprint()
    kept.learn(route, [WITHOUT_STORE, SHORTER])
    written(kept)
    assert loading.fingerprint() == before


def test_to_learn_it_again_changes_the_row(kept, key, backend):
    for limit in (8192, 4096):
        lessons.write(Lesson((backend.pk, "m"), Repair("output_limit", limits={"max_output_tokens": limit})))
    row = LearnedHabit.objects.get()
    assert row.limits == {"max_output_tokens": 4096}
    assert row.first_seen_at < row.last_seen_at


def test_the_backends_words_are_kept(backend):
    lessons.write(Lesson((backend.pk, "m"), WITHOUT_STORE))
    assert LearnedHabit.objects.get().said == "Unknown parameter: 'store'"


def test_a_deleted_habit_holds_no_longer(kept, key):
    kept.learn(resolve(kept.table, key, "first"), [WITHOUT_STORE])
    written(kept)
    kept.refresh()
    assert omitted(kept, key) == ("store",)
    LearnedHabit.objects.all().delete()
    kept.refresh()
    assert omitted(kept, key) == ()


OTHER_FIELD = Repair("max_tokens_field", overrides={"max_tokens_field": "max_completion_tokens", "stop_limit": 0})


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param("model", "max_tokens", id="what the admin says of the model is final"),
        pytest.param("backend", "max_completion_tokens", id="what the admin says of all models gives way"),
    ],
)
def test_the_narrower_word_wins(place, expected, kept, key, backend):
    own = {"max_tokens_field": "max_tokens"}
    if place == "model":
        factories.backend_model(backend, "m", profile=own)
    else:
        backend.profile = own
        backend.save()
    kept.refresh()
    kept.learn(resolve(kept.table, key, "first"), [OTHER_FIELD])
    profile = destination(kept, key).profile
    assert (profile.max_tokens_field, profile.stop_limit) == (expected, 0)


def test_what_the_admin_says_of_the_model_is_not_repaired_at_all(kept, key, backend):
    """Else each request would be refused once, and repaired once, for ever."""
    factories.backend_model(backend, "m", profile={"stop_limit": 4})
    kept.refresh()
    found = destination(kept, key)
    assert repaired(found, [Repair("stop_sequences", overrides={"stop_limit": 0})]) == repaired(found, ())


def test_a_limit_that_the_admin_made_narrower_stays(kept, key, backend):
    factories.backend_model(backend, "m", max_output_tokens=1000)
    kept.refresh()
    kept.learn(resolve(kept.table, key, "first"), [SHORTER])
    assert destination(kept, key).max_output_tokens == 1000


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"overrides": {"no_such_habit": 1}}, id="an unknown habit"),
        pytest.param({"overrides": {"stop_limit": "many"}}, id="a wrong value"),
        pytest.param({"limits": {"max_output_tokens": "many"}}, id="a wrong limit"),
        pytest.param({"kind": "telepathy"}, id="an unknown kind"),
    ],
)
def test_a_row_of_another_version_is_left_out_loudly(backend, caplog, fields):
    factories.learned_habit(backend, **fields)
    factories.learned_habit(backend, subject="store", overrides={"omitted_fields": ["store"]})
    assert [repair.subject for repair in lessons.learned([backend.pk])[backend.pk, "m"]] == ["store"]
    assert "is left out" in caplog.text


def test_the_latest_lesson_wins(backend):
    for when, limit in (("2026-01-02T00:00Z", 1), ("2026-01-01T00:00Z", 2)):
        fields = {"overrides": {"stop_limit": limit}, "last_seen_at": when}
        factories.learned_habit(backend, subject=str(limit), **fields)
    assert [repair.subject for repair in lessons.learned([backend.pk])[backend.pk, "m"]] == ["2", "1"]


def test_habits_of_a_backend_that_is_switched_off_are_not_loaded(backend):
    factories.learned_habit(backend)
    backend.is_enabled = False
    backend.save()
    assert loading.load({}).habits == {}


def test_a_database_that_is_away_costs_the_others_the_lesson_and_is_told_once(kept, key, monkeypatch, caplog):
    def away(lesson):
        raise OperationalError("could not connect")

    kept.learn(resolve(kept.table, key, "first"), [WITHOUT_STORE])
    with monkeypatch.context() as patched:
        patched.setattr(lessons, "write", away)
        patched.setattr(snapshot, "close_old_connections", lambda: None)
        kept._write_lessons()
    assert written(kept) == []
    assert omitted(kept, key) == ("store",)
    assert caplog.text.count("is not written: could not connect") == 1


def test_to_learn_waits_for_nobody(kept, key, monkeypatch):
    writers = []
    monkeypatch.setattr(lessons, "write", lambda lesson: writers.append(threading.current_thread()))
    kept.learn(resolve(kept.table, key, "first"), [WITHOUT_STORE])
    assert writers == []
    assert kept._wanted.is_set()
