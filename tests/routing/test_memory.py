"""What took long to get is kept, within bounds."""

from routing.memory import Memory


def memory(entries=3, size=100, seconds=10.0, clock=lambda: 0.0):
    return Memory(entries=entries, size=size, seconds=seconds, clock=clock)


def kept(memory, names):
    return [name for name in names if memory.get(name) is not None]


def test_it_gives_back_what_was_put():
    known = memory()
    known.put("a", "first", 1)
    known.put("a", "second", 1)
    assert (known.get("a"), known.get("b")) == ("second", None)


def test_the_one_used_longest_ago_goes_first():
    known = memory()
    for name in "abc":
        known.put(name, name, 1)
    known.get("a")
    known.put("d", "d", 1)
    assert kept(known, "abcd") == ["a", "c", "d"]


def test_large_values_push_out_several():
    known = memory()
    for name in "abc":
        known.put(name, name, 40)
    assert kept(known, "abc") == ["b", "c"]
    known.put("d", "d", 100)
    assert kept(known, "abcd") == ["d"]


def test_what_is_larger_than_all_of_it_is_not_kept():
    known = memory()
    known.put("a", "a", 1)
    known.put("b", "b", 101)
    assert kept(known, "ab") == ["a"]


def test_time_ends_it():
    now = [0.0]
    known = memory(clock=lambda: now[0])
    known.put("a", "a", 100)
    now[0] = 9.0
    assert known.get("a") == "a"
    now[0] = 10.0
    assert known.get("a") is None
    known.put("b", "b", 100)
    assert known.get("b") == "b"
