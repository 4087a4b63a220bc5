"""Compaction by rule, with what the seed's compaction did wrong (peers.md, §1.8, §1.12, §1.13)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversion.compression.compact import compacted, total
from conversion.compression.rules import RULES
from tests.conversion.compression.prompts import (
    CARE,
    CONTEXT,
    ENVIRONMENT,
    GIT_STATUS,
    HARNESS,
    IDENTITY,
    MEMORY,
    MEMORY_PATH,
    TONE,
    prompt,
)


def removed(texts, limit):
    return [removal.rule.name for removal in compacted(texts, limit).removals]


def test_a_prompt_that_fits_stays_as_it_is():
    texts = prompt(TONE, ENVIRONMENT)
    assert compacted(texts, total(texts)).texts is texts


def test_the_least_valuable_goes_first_and_no_more_than_has_to():
    texts = prompt(HARNESS, CARE, TONE, CONTEXT, ENVIRONMENT)
    whole = total(texts)
    assert removed(texts, whole - 1) == ["context"]
    assert removed(texts, whole - 250) == ["context", "tone"]
    assert removed(texts, 1) == ["context", "tone", "care", "harness"]


def test_what_went_is_told_with_its_text_and_reason():
    (removal,) = compacted(prompt(TONE), 100).removals
    assert removal.text in TONE
    assert removal.tokens > 100
    assert removal.rule.reason


KEPT = [
    pytest.param(ENVIRONMENT, id="environment"),
    pytest.param("<env>\nWorking directory: /srv/x\n\nPlatform: linux\n</env>", id="environment of older versions"),
    pytest.param(GIT_STATUS, id="git status"),
    pytest.param("# claudeMd\nContents of /home/ada/CLAUDE.md:\n\n# Doing tasks\n\nRun make check.", id="CLAUDE.md"),
    pytest.param("## MEMORY.md\n\n- [Tabs](tabs.md) — prefers tabs", id="memories"),
    pytest.param("# Output Style: Pirate\nSay arr.\n\n## Tone and style\n\n - Be loud.", id="an output style"),
    pytest.param("## Harness\n - Text you output outside of tool use rhymes.", id="a deeper heading"),
    pytest.param("# Team/Harness\n - Text you output outside of tool use rhymes.", id="a heading with a slash"),
    pytest.param("# Tone and style\nSpeak like a pirate.", id="a heading of Claude Code's over other words"),
    pytest.param(
        "# House rules\n - Only use emojis if asked twice.", id="words of Claude Code's under another heading"
    ),
    pytest.param("# Session-specific guidance\n - Use the Skill tool for /deploy.", id="guidance for this session"),
    pytest.param("# mcp__jira\nUse project ABC.", id="instructions of an MCP server"),
    pytest.param("Anything   at all,\n\n\n\nwith   its spaces  \n", id="what nobody knows"),
]


@pytest.mark.parametrize("kept", KEPT)
def test_what_is_not_claude_codes_own_stays_byte_for_byte(kept):
    behind = compacted(prompt(HARNESS, CARE, TONE, CONTEXT, kept), 1)
    assert len(behind.removals) == 4
    assert kept in behind.texts[1]
    assert kept in compacted(prompt(kept, HARNESS, CARE, TONE, CONTEXT), 1).texts[1]


@given(
    st.lists(st.sampled_from([HARNESS, CARE, TONE, CONTEXT, MEMORY, *(case.values[0] for case in KEPT)])),
    st.integers(1, 2_000),
)
def test_it_stays_wherever_it_stands_and_however_much_has_to_go(parts, limit):
    text = compacted(prompt(*parts), limit).texts[1]
    assert all(part in text for part in parts if part in {case.values[0] for case in KEPT})


# The seed's failures, each as a case.


def test_text_appended_behind_the_last_section_stays():
    """Without a heading of its own it stands under the one before: the seed removed up to the next heading."""
    result = compacted(prompt(CONTEXT, "Speak like a pirate."), 10)
    assert "Speak like a pirate." in result.texts[1]
    assert "grows long" not in result.texts[1]


def test_text_appended_in_claude_codes_own_words_stays():
    appended = "# Harness\n - Text you output outside of tool use is mine."
    assert appended in compacted(prompt(TONE, ENVIRONMENT, appended), 10).texts[1]


def test_the_tail_is_never_cut():
    texts = prompt(TONE, "x" * 40_000, ENVIRONMENT)
    result = compacted(texts, 1_000)
    assert result.texts[1].endswith(ENVIRONMENT)
    assert result.tokens > 10_000


def test_one_long_line_behind_an_early_blank_line_stays():
    texts = (IDENTITY, "intro\n\n" + "y" * 100_000)
    assert compacted(texts, 100).texts == texts


def test_a_deeper_heading_of_the_same_name_is_another_section():
    notes = "## Tone and style\n\n - Be kind.\n\n## Deployment\n\nUse blue and green."
    assert notes in compacted(prompt(CONTEXT, "# Notes", notes), 10).texts[1]


def test_behind_an_output_style_everything_is_the_users():
    style = "# Output Style: Pirate\n# Doing tasks\n\nThe user will primarily request treasure."
    assert style in compacted(prompt(HARNESS, TONE, style), 10).texts[1]


def test_the_path_of_the_memory_stays_where_its_guidance_goes():
    result = compacted(prompt(MEMORY), 10)
    assert MEMORY_PATH in result.texts[1]
    assert "# Memory" in result.texts[1]
    assert "After writing the file" not in result.texts[1]


def test_a_system_reminder_stays():
    reminder = "<system-reminder>\nContents of /CLAUDE.md:\n\nNever push.\n</system-reminder>"
    assert reminder in compacted(prompt(TONE, reminder), 10).texts[1]


def test_no_header_of_its_own_is_put_in():
    lines = {line for text in prompt(TONE, CONTEXT, ENVIRONMENT) for line in text.split("\n")}
    result = compacted(prompt(TONE, CONTEXT, ENVIRONMENT), 10)
    assert {line for text in result.texts for line in text.split("\n")} <= lines


# ---


def test_a_prompt_of_somebody_else_passes_unharmed():
    texts = ("You are a helpful assistant.\n\n\n\n" + TONE, CONTEXT)
    assert compacted(texts, 1).texts is texts


def test_a_heading_goes_with_all_that_stood_under_it():
    texts = prompt("# auto memory\n\n## Types of memory\n\nThere are several discrete types", ENVIRONMENT)
    assert "memory" not in compacted(texts, 1).texts[1]


def test_words_that_come_a_second_time_are_somebodys_own():
    again = "# Context management\nWhen the conversation grows long, take a break."
    assert again in compacted(prompt(CONTEXT, again), 10).texts[1]


def test_guidance_that_runs_on_into_the_environment_stays():
    glued = f"{CONTEXT}\nWorking directory: /srv/x"
    assert glued in compacted(prompt(glued), 10).texts[1]


def test_blank_lines_behind_guidance_are_folded():
    texts = prompt(f"{HARNESS}\n\n\n", CONTEXT)
    folded = compacted(texts, total(texts) - 50).texts[1]
    assert HARNESS in folded
    assert "\n\n\n" not in folded


def test_the_same_prompt_gives_the_same_bytes():
    texts = prompt(HARNESS, TONE, ENVIRONMENT)
    assert compacted(texts, 10) == compacted(tuple("".join(text) for text in texts), 10)


def test_rules_have_names_of_their_own():
    assert len({rule.name for rule in RULES}) == len(RULES)
