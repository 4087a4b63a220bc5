"""In which order the targets of a mapping are tried."""

from collections import Counter
from dataclasses import replace

from conversion.destination import Destination
from routing.choice import in_order
from routing.table import BackendEntry, CompressionEntry, Route


def way(name, order=0, weight=1, credentials=("key",)):
    backend = BackendEntry(sum(map(ord, name)), name, "http://x.test", credentials=credentials)
    return Route(backend, "m", Destination("m"), CompressionEntry(), "test", order, weight)


def names(plan, conversation="c", broken=()):
    found = in_order(plan, conversation, lambda way: way.backend.name not in broken, lambda way: 0)
    return [way.backend.name for way in found]


def firsts(plan, broken=()):
    return [names(plan, f"conversation {number}", broken)[0] for number in range(2000)]


def test_lower_orders_come_first():
    assert names((way("c", 2), way("a", 0), way("b", 1))) == ["a", "b", "c"]


def test_a_conversation_stays_with_its_target():
    plan = (way("a"), way("b"), way("c"))
    assert names(plan, "one") == names(tuple(reversed(plan)), "one")


def test_conversations_are_shared_by_weight():
    counted = Counter(firsts((way("a", weight=3), way("b", weight=1))))
    assert 0.70 < counted["a"] / 2000 < 0.80


def test_only_the_conversations_of_a_broken_target_move():
    plan = (way("a"), way("b"), way("c"))
    before, after = firsts(plan), firsts(plan, broken=("b",))
    assert all(old == new for old, new in zip(before, after, strict=True) if old != "b")
    assert "b" not in after


def test_a_broken_target_goes_to_the_end_but_not_away():
    assert names((way("a", 0), way("b", 1), way("c", 2)), broken=("a",)) == ["b", "c", "a"]


def test_where_all_are_broken_all_are_tried_in_their_order():
    assert names((way("a", 0), way("b", 1)), broken=("a", "b")) == ["a", "b"]


def test_a_target_without_weight_stands_in_only():
    assert set(firsts((way("a", weight=0), way("b")))) == {"b"}
    assert names((way("a", weight=0), way("b"))) == ["b", "a"]


def test_the_credentials_of_a_backend_are_tried_in_their_order():
    found = in_order((way("a", credentials=("first", "second")), way("b", 1)), "c", lambda way: True, lambda way: 0)
    assert [way.credential for way in found] == ["first", "second", "key"]


def test_the_least_busy_target_for_its_weight_goes_first_where_that_is_wanted():
    busy = {"a": 5, "b": 2, "c": 0}
    plan = [replace(way(*each), prefers_least_busy=True) for each in (("a", 0, 4), ("b", 0, 1), ("c", 0, 0), ("d", 1))]
    found = in_order(tuple(plan), "c", lambda way: True, lambda way: busy.get(way.backend.name, 0))
    assert [way.backend.name for way in found] == ["a", "b", "c", "d"]
