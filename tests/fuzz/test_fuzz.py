"""A few hundred cases of each kind, the same ones each time; `python -m tests.fuzz.replies` goes on for longer."""

import pytest

from tests.fuzz import replies, requests
from tests.fuzz.campaign import story


@pytest.mark.parametrize("check", [replies.check, requests.check], ids=["replies", "requests"])
def test_nothing_is_found(check):
    stories = [told for number in range(400) if (told := story(check, 1, number))]
    assert not stories, stories[0]
