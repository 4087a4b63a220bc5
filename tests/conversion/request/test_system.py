import pytest

from tests.conversion.request.ask import DIALECTS, ask, image, system, text, user

BILLING = text("x-anthropic-billing-header: cc_version=2.1.330.d01; cc_entrypoint=sdk-cli;")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_text_is_the_first_message(dialect):  # protocol C48
    assert ask(dialect=dialect, system="Be brief.").messages[0] == {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_attribution_is_dropped(dialect):  # protocol C49
    sent = ask(dialect=dialect, system=[BILLING, text("One."), text("Two.")])
    assert sent.messages[0]["content"] == "One.\n\nTwo."


def test_a_prompt_behind_the_attribution_is_kept():
    assert ask(system=f"{BILLING['text']}\nBe brief.").messages[0]["content"] == "Be brief."


@pytest.mark.parametrize("system_prompt", [None, "", [], [BILLING], "  \n"])
def test_no_prompt_is_no_message(system_prompt):
    assert [message["role"] for message in ask(system=system_prompt).messages] == ["user"]


@pytest.mark.parametrize("dialect", ["openai", "generic"])
def test_one_text_block_is_the_same_as_a_text(dialect):  # protocol C50
    block = [text("Be brief.", cache_control={"type": "ephemeral"})]
    assert (
        ask(dialect=dialect, system=block).conversion.body == ask(dialect=dialect, system="Be brief.").conversion.body
    )


def test_system_messages_before_anyone_spoke_belong_to_the_prompt():
    sent = ask([system("Two."), system("Three."), user("Hello")], system="One.")
    assert sent.messages == [
        {"role": "system", "content": "One.\n\nTwo.\n\nThree."},
        {"role": "user", "content": "Hello"},
    ]


def test_other_blocks_have_a_text_form():
    assert ask(system=[text("One."), image()]).messages[0]["content"] == "One.\n\n[image]"
