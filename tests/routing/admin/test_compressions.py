"""The page that shows what becomes of a prompt."""

import json

import pytest

from routing.models import PromptSummary
from tests.conversion.compression.prompts import CARE, CONTEXT, ENVIRONMENT, HARNESS, IDENTITY, TONE
from tests.routing import factories

pytestmark = pytest.mark.django_db

PROMPT = "\n\n".join((IDENTITY, HARNESS, CARE, TONE, CONTEXT, ENVIRONMENT))
TOOL = {"name": "Bash", "description": "Runs.\n\n" + "Much about it. " * 200, "input_schema": {}}


def tried(superuser, prompt, limit=300, **fields):
    row = factories.compression(**{"mode": "compact", **fields})
    page = f"/admin/routing/compression/{row.pk}/trial/"
    response = superuser.post(page, {"prompt": prompt, "max_system_tokens": limit})
    assert response.status_code == 200
    return response


def test_it_shows_what_went_by_which_rule_and_why(superuser):
    response = tried(superuser, PROMPT)
    trial = response.context["trial"]
    assert [removal.rule.name for removal in trial.removals] == ["context", "tone", "care"]
    assert trial.tokens < trial.tokens_before
    shown = response.content.decode()
    assert "goes late" in shown
    assert "system_prompt_compacted" in shown


def test_it_shows_the_lines_that_change(superuser):
    (system,) = tried(superuser, PROMPT).context["trial"].parts
    kinds = {line.kind for line in system.lines()}
    assert kinds == {"same", "removed", "skipped"}
    assert ENVIRONMENT in system.after


def test_a_whole_request_is_taken_too(superuser):
    body = {"model": "m", "system": PROMPT, "tools": [TOOL], "messages": [{"role": "user", "content": "Hello"}]}
    trial = tried(superuser, json.dumps(body), shortens_tool_descriptions=True).context["trial"]
    assert [(part.name, part.changed) for part in trial.parts] == [("System prompt", True), ("Tool Bash", True)]


def test_json_that_is_no_request_is_refused_in_words(superuser):
    response = tried(superuser, '{"model": "m"}')
    assert response.context["trial"] is None
    assert "messages: Field required" in response.content.decode()


def test_the_summary_that_there_is_stands_in(superuser):
    row = {"mode": "summarize"}
    assert tried(superuser, PROMPT, limit=256, **row).context["trial"].pending
    trial = tried(superuser, PROMPT, limit=256, **row).context["trial"]
    assert trial.removals
    question = "\n\n".join((HARNESS, CARE, TONE, CONTEXT)).replace("\n - ", "\n\n - ").replace("\nWhen", "\n\nWhen")
    PromptSummary.objects.create(digest="a", model="small", guidance=question, guidance_tokens=1, text="SUMMED UP")
    trial = tried(superuser, PROMPT, limit=256, **row).context["trial"]
    assert not trial.pending
    assert "SUMMED UP" in trial.parts[0].after


@pytest.mark.parametrize("prompt", ["<img src=x onerror=alert(1)>", f"{IDENTITY}\n\n# Harness\n\n<img src=x>"])
def test_a_prompt_is_shown_as_text(superuser, prompt):
    assert "<img src=x" not in tried(superuser, prompt, limit=1).content.decode()


def test_nothing_of_it_is_kept(superuser, django_assert_num_queries):
    row = factories.compression(mode="compact")
    page = f"/admin/routing/compression/{row.pk}/trial/"
    superuser.get(page)
    with django_assert_num_queries(3):  # session, user, row
        superuser.post(page, {"prompt": PROMPT, "max_system_tokens": 300})


def test_who_may_not_see_the_row_may_not_try_it(manager):
    row = factories.compression()
    assert manager.get(f"/admin/routing/compression/{row.pk}/trial/").status_code in (403, 404)
