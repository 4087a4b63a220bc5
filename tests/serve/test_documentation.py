"""What the documentation names exists, and what exists is documented."""

import re
import tomllib
from itertools import pairwise

import pytest
from django.core.management import get_commands, load_command_class

from proxysite.environment import BASE_DIR
from proxysite.management.commands.serve import Command as Serve

DOCS = BASE_DIR / "proxysite" / "docs"
PAGES = [BASE_DIR / "README.md", *sorted(DOCS.glob("*.md"))]
SOURCES = [
    *(BASE_DIR / "proxysite").rglob("*.py"),
    *(BASE_DIR / "routing").rglob("*.py"),
    *(BASE_DIR / "accounting").rglob("*.py"),
]
SEED = {"OPENAI_BASE_URL", "OPENAI_API_KEY", "BIG_MODEL", "MIDDLE_MODEL", "SMALL_MODEL", "ANTHROPIC_API_KEY"}
SEED |= {"AZURE_API_VERSION", "HOST", "PORT", "LOG_LEVEL", "MAX_TOKENS_LIMIT", "MIN_TOKENS_LIMIT", "REQUEST_TIMEOUT"}
SEED |= {"MAX_RETRIES", "PROMPT_COMPRESSION", "PROMPT_MAX_SYSTEM_TOKENS", "CUSTOM_HEADER_"}


def variables_read():
    """Names that one of the readers of `proxysite/environment.py` is asked for."""
    call = re.compile(r"\b(?:text|items|flag|number|choice)\(\s*\"([A-Z][A-Z_]+)\"")
    return {name for source in SOURCES for name in call.findall(source.read_text())}


VARIABLES = sorted(variables_read() | SEED)


@pytest.mark.parametrize("variable", VARIABLES)
def test_each_variable_is_in_the_example_and_on_the_page(variable):
    assert re.search(rf"^#{variable}", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    assert f"`{variable}" in (DOCS / "settings.md").read_text()


def test_the_example_has_no_variable_that_nothing_reads():
    example = set(re.findall(r"^#([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    assert {name for name in example if not name.startswith("CUSTOM_HEADER_")} <= set(VARIABLES)


def test_each_variable_of_the_example_is_explained():
    lines = (BASE_DIR / ".env.example").read_text().splitlines()
    for before, line in pairwise(lines):
        if re.match(r"#[A-Z_]+=", line):
            assert before.startswith("#"), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page):
    for path in re.findall(r"`((?:proxysite|routing|conversion|accounting|tests|\.ci)/[\w./-]+)`", page.read_text()):
        assert (BASE_DIR / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_commands_exist(page):
    for name in re.findall(r"manage\.py ([a-z_]+)", page.read_text()):
        assert name in get_commands(), name


def test_each_option_of_serve_is_documented():
    parser = Serve().create_parser("manage.py", "serve")
    options = {option for action in parser._actions for option in action.option_strings}
    shared = {
        option
        for action in load_command_class("django.core", "check").create_parser("", "")._actions
        for option in action.option_strings
    }
    page = (DOCS / "running.md").read_text()
    for option in options - shared:
        assert f"`{option}" in page, option


def test_the_version_has_a_heading_in_the_changes():
    version = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (DOCS / "changelog.md").read_text()
