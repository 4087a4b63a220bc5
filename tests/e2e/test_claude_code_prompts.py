"""The prompts of the real client, of today's version and of an older one, before and after they are shortened.

They are recorded while the tests run, and kept nowhere.
"""

import json
import subprocess
from collections import Counter

import pytest

from conversion.compression import Extent, shortened
from conversion.compression.compact import compacted
from conversion.compression.prompt_texts import PromptTexts
from conversion.request.read import read_messages_request
from conversion.tokens import count_tokens
from tests.support.answers import text
from tests.support.claude_code import LATEST, ClaudeCode, binary
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.wiretap import Wiretap

pytestmark = pytest.mark.full

NOTHING_FITS = 1
ALL = Extent(NOTHING_FITS, system_messages=True, tool_descriptions=True)
APPENDED = "# Harness\n - Text you output outside of tool use is APPENDED.\n\nAnd more, without a heading."
STYLE = (
    "# Tone and style\n\n - Only use emojis if STYLED.\n\n## Harness\n\n - Text you output outside of tool use rhymes."
)
PROJECT = "# Doing tasks\n\nThe user will primarily request PROJECT things."
SKILL = "---\nname: deploy\ndescription: SKILLED in two. Sentences.\n---\nDeploy."


def user(folder, url, version):
    """Somebody with instructions, a skill and an output style of their own, at a project with a history."""
    binary(version)
    client = ClaudeCode(folder, url, CLIENT_KEY, version=version)
    config = client.home / ".claude"
    (client.project / "CLAUDE.md").write_text(PROJECT)
    (config / "skills" / "deploy").mkdir(parents=True)
    (config / "skills" / "deploy" / "SKILL.md").write_text(SKILL)
    (config / "output-styles").mkdir()
    (config / "output-styles" / "rhyme.md").write_text(f"---\nname: rhyme\ndescription: rhymes\n---\n{STYLE}")
    git = ["git", "-c", "user.email=ada@example.com", "-c", "user.name=ada"]
    subprocess.run([*git, "init", "--quiet"], cwd=client.project, check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "FIRST-COMMIT"], cwd=client.project, check=True)
    return client


@pytest.fixture(scope="module", params=[LATEST, "2.1.197"])
def version(request):
    return request.param


@pytest.fixture(scope="module", params=["short", "long"])
def recorded(request, version, gateway, backend_process, tmp_path_factory):
    """The client's first request, with each of its two system prompts; models that it does not know get the short one."""
    backend_process.reset()
    backend_process.script(text("Hello."))
    with Wiretap(gateway.url) as wiretap:
        claude = user(tmp_path_factory.mktemp("recorded"), wiretap.url, version)
        if request.param == "long":
            claude.environment["CLAUDE_CODE_SIMPLE_SYSTEM_PROMPT"] = "0"
        claude.run("Say hello", "--append-system-prompt", APPENDED)
    return next(read_messages_request(one.body) for one in wiretap.exchanges if one.path.startswith("/v1/messages?"))


def everything(message):
    """All texts of a request in one, without its tools."""
    contents = [message.system, *(each.content for each in message.messages)]
    return "\n".join(text for content in contents for text in PromptTexts.of(content).texts)


def test_the_rules_know_most_of_the_prompt(recorded, record_property):
    result = shortened(recorded, Extent(NOTHING_FITS)).compacted
    record_property("tokens of the system prompt", f"{result.tokens_before} → {result.tokens}")
    record_property(
        "tokens of the request", f"{count_tokens(recorded)} → {count_tokens(shortened(recorded, ALL).request)}"
    )
    assert result.tokens < result.tokens_before * 0.6


def test_only_known_guidance_goes_and_every_other_line_stays_in_its_place(recorded):
    texts = PromptTexts.of(recorded.system).texts
    result = compacted(texts, NOTHING_FITS)
    gone = {line for removal in result.removals for line in removal.text.split("\n")}
    before = [line for text in texts for line in text.split("\n") if line.strip()]
    after = [line for text in result.texts for line in text.split("\n") if line.strip()]
    rest = iter(before)
    assert all(line in rest for line in after)
    missing = Counter(before) - Counter(after)
    assert all(line in gone or line.startswith("#") for line in missing)


@pytest.mark.parametrize(
    "beginning",
    [
        " - Primary working directory:",
        " - Is a git repository:",
        " - Platform:",
        "You have a persistent",
        "Main branch (you will usually use",
        "# Session-specific guidance",
        "IMPORTANT: Assist with",
    ],
)
def test_the_lines_that_must_stay_are_there_byte_for_byte(recorded, beginning):
    lines = [line for line in everything(recorded).split("\n") if line.startswith(beginning)]
    assert lines
    after = everything(shortened(recorded, ALL).request).split("\n")
    assert [line for line in after if line.startswith(beginning)] == lines


@pytest.mark.parametrize("own", [APPENDED, PROJECT, "FIRST-COMMIT", "SKILLED in two. Sentences.", "Say hello"])
def test_what_the_user_and_the_project_say_is_there_byte_for_byte(recorded, own):
    assert own in everything(recorded)
    assert own in everything(shortened(recorded, ALL).request)


def test_names_and_schemas_of_tools_stay(recorded):
    before, after = recorded.tools, shortened(recorded, ALL).request.tools
    assert [(tool.name, tool.input_schema) for tool in after] == [(tool.name, tool.input_schema) for tool in before]
    assert sum(len(tool.description) for tool in after) < 0.7 * sum(len(tool.description) for tool in before)


def test_an_output_style_stays(version, wiretap, backend, tmp_path):
    claude = user(tmp_path, wiretap.url, version)
    (claude.home / ".claude" / "settings.json").write_text(json.dumps({"outputStyle": "rhyme"}))
    backend.script(text("Hello."))
    claude.run("Say hello")
    message = read_messages_request(wiretap.exchanges[-1].body)
    assert STYLE in everything(message)
    assert STYLE in everything(shortened(message, ALL).request)


@pytest.mark.parametrize("mode", ["compact", "summarize"])
def test_it_works_with_a_shorter_prompt_whose_bytes_stay_the_same(backend_process, backend, tmp_path, mode):
    summary, question = "Ask before anything that cannot be undone. " * 5, b"guidance that a coding tool gives"
    backend.script_with(lambda sent: text(summary) if question in sent.body else text("Hi."))
    settings = {"PROMPT_COMPRESSION": mode, "PROMPT_MAX_SYSTEM_TOKENS": "256"}
    for folder in (tmp_path / "gateway", tmp_path / "user"):
        folder.mkdir()
    with Gateway(tmp_path / "gateway", OPENAI_BASE_URL=backend_process.base_url, **settings) as gateway:
        claude = user(tmp_path / "user", gateway.url, LATEST)
        assert claude.run("What is the answer?").text == "Hi."
        assert claude.run("Why?", "--continue").text == "Hi."
    *summaries, first, second = (request.json for request in backend.requests)
    assert len(summaries) == (mode == "summarize")
    assert second["messages"][: len(first["messages"])] == first["messages"]
    system = first["messages"][0]["content"]
    assert "grows long" not in system
    assert (summary.strip() in system) == (mode == "summarize")
