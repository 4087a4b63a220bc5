"""How many images a request may have (protocol §2.9)."""

import pytest

from tests.conversion.request.ask import DIALECTS, ask, assistant, call, image, result, text, user

LIMITS = {"openai": 500, "azure": 500, "azure_v1": 500, "groq": 5, "mistral": 8, "together": 10}
OLD = "[an earlier image, no longer attached]"


def kinds(sent):
    parts = (part for message in sent.messages if isinstance(message["content"], list) for part in message["content"])
    return [part.get("text", "*") for part in parts]


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect != "deepseek"])
def test_dialects_take_so_many_images(dialect):
    sent = ask([user(*[image()] * 501)], dialect)
    assert kinds(sent).count("*") == LIMITS.get(dialect, 501)


def test_the_newest_are_kept():
    messages = [user("a", image()), assistant(call()), user(result([image(), image()]), "b", image())]
    sent = ask(messages, overrides={"image_limit": 2})
    label = "Image {} from tool result Read (toolu_1):".format
    assert kinds(sent) == ["a", OLD, label(1), OLD, label(2), "*", "b", "*"]
    assert sent.notices == {"image_dropped": "the backend takes 2 images and 1 more"}


def test_the_marker_of_an_image_stays():
    marker = {"cache_control": {"type": "ephemeral"}}
    sent = ask([user(image() | marker, image())], "openrouter", overrides={"image_limit": 1})
    assert sent.last["content"][0] == text(OLD, **marker)


def test_images_that_are_gone_weigh_nothing():
    heavy = image("A" * 1_000_000)
    sent = ask([user(heavy, heavy, heavy)], overrides={"image_limit": 1})
    assert 1_500 <= sent.terms.estimated_input_tokens < 2_000
