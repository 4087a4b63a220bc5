import gc
import weakref

import pytest

from conversion.weak_calls import weak_call
from tests.conversion.reply.replies import call, calls, chunk, completion, stream, translation


class Whole:
    def __init__(self):
        self.called = 0

    def call(self):
        self.called += 1


def test_it_calls_the_method():
    whole = Whole()
    call = weak_call(whole.call)
    call()
    assert whole.called == 1


def test_it_does_not_keep_the_object():
    whole = Whole()
    call, gone = weak_call(whole.call), weakref.ref(whole)
    del whole
    assert gone() is None
    call()


@pytest.fixture
def no_search_for_circles():
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    "answer",
    [
        completion({"content": "Hello"}),
        stream(chunk(reasoning_content="Hm."), chunk("Hello"), chunk(finish="stop")),
        stream(calls(call("{}", id="call_1", name="Bash")), chunk(finish="tool_calls")),
    ],
    ids=["whole", "streamed", "call"],
)
def test_an_answer_goes_with_its_last_reader(answer, no_search_for_circles):
    reading = translation()
    events = reading.feed_whole(answer) if answer.startswith(b"{") else reading.feed(answer) + reading.end()
    gone = weakref.ref(reading._stream)
    del reading
    assert events
    assert gone() is None
