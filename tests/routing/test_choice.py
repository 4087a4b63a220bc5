"""In which order the targets of a mapping are tried."""

from collections import Counter
from dataclasses import replace

from conversion.destination import Destination
from routing.choice import in_order
from routing.table import BackendEntry, CompressionEntry, CredentialEntry, Route


def way(name, order=0, weight=1, credentials=(("key",),)):
    entries = tuple(CredentialEntry(*terms) for terms in credentials)
    backend = BackendEntry(sum(map(ord, name)), name, "http://x.test", credentials=entries)
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


def credentials(*terms, conversation="c", resting=()):
    """The secrets of ways to a backend with these credentials, in the order in which they are tried."""
    plan = (way("a", credentials=terms), way("b", 1))
    return [each.credential for each in in_order(plan, conversation, lambda way: way.credential not in resting, idle)]


def idle(way):
    return 0


def test_the_credentials_of_a_backend_are_tried_in_their_order():
    assert credentials(("second", 1, 2), ("first", 2, 1)) == ["first", "second", "key"]


def test_conversations_are_shared_among_credentials_by_weight():
    terms = (("heavy", 1, 0, 3), ("light", 2, 0, 1), ("stand-in", 3, 0, 0))
    found = [credentials(*terms, conversation=f"conversation {number}") for number in range(2000)]
    counted = Counter(each[0] for each in found)
    assert 0.70 < counted["heavy"] / 2000 < 0.80
    assert {each[2] for each in found} == {"stand-in"}


def test_a_conversation_stays_with_its_credential():
    terms = [("a", 1), ("b", 2), ("c", 3)]
    assert credentials(*terms) == credentials(*reversed(terms))


def test_only_the_conversations_of_a_resting_credential_move():
    terms = (("a", 1), ("b", 2), ("c", 3))
    names = [f"conversation {number}" for number in range(500)]
    before = [credentials(*terms, conversation=name)[0] for name in names]
    after = [credentials(*terms, conversation=name, resting=("b",))[0] for name in names]
    assert all(old == new for old, new in zip(before, after, strict=True) if old != "b")
    assert "b" not in after


def test_a_resting_credential_is_tried_when_nothing_else_is_left():
    assert credentials(("first", 1, 0), ("second", 2, 1), resting=("first",)) == ["second", "key", "first"]


def test_targets_and_credentials_are_chosen_apart():
    """Else all conversations of a target would have the same credential."""
    plan = (way("a", credentials=(("one", 1), ("two", 2))), way("b", credentials=(("three", 3), ("four", 4))))
    found = Counter(in_order(plan, str(number), lambda way: True, idle)[0].credential for number in range(2000))
    assert all(400 < count < 600 for count in found.values())
    assert len(found) == 4


def test_the_least_busy_target_for_its_weight_goes_first_where_that_is_wanted():
    busy = {"a": 5, "b": 2, "c": 0}
    plan = [replace(way(*each), prefers_least_busy=True) for each in (("a", 0, 4), ("b", 0, 1), ("c", 0, 0), ("d", 1))]
    found = in_order(tuple(plan), "c", lambda way: True, lambda way: busy.get(way.backend.name, 0))
    assert [way.backend.name for way in found] == ["a", "b", "c", "d"]
