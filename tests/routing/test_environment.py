"""The environment variables of a one-person set-up become rows, again and again, and vanish with them."""

import io

import pytest
from django.core.management import call_command

from routing import loading
from routing.endpoints import chat_completions_url, request_headers
from routing.environment import import_environment
from routing.models import (
    Backend,
    BackendCredential,
    Client,
    ClientKey,
    Compression,
    MappingTarget,
    ModelMapping,
)
from routing.resolve import resolve
from routing.variables import read_configuration
from tests.routing import factories

pytestmark = pytest.mark.django_db

KEY = {"OPENAI_API_KEY": "sk-or-v1-0123456789", "ANTHROPIC_API_KEY": "any text is a key"}

# name, variables, where a request for haiku, sonnet, opus, and an unknown name goes: URL, then models
EXAMPLES = [
    (
        "OpenRouter by default",
        {},
        "https://openrouter.ai/api/v1/chat/completions",
        ("openai/gpt-5.4-nano", "openai/gpt-5.4-mini", "openai/gpt-5.4"),
    ),
    (
        "OpenRouter written out",
        {"OPENAI_BASE_URL": "https://openrouter.ai/api/v1/", "BIG_MODEL": "z-ai/glm-5"},
        "https://openrouter.ai/api/v1/chat/completions",
        ("openai/gpt-5.4-nano", "openai/gpt-5.4-mini", "z-ai/glm-5"),
    ),
    (
        "OpenAI",
        {
            "OPENAI_BASE_URL": "https://api.openai.com/v1",
            "BIG_MODEL": "gpt-5.4",
            "MIDDLE_MODEL": "gpt-5.4-mini",
            "SMALL_MODEL": "gpt-5.4-nano",
        },
        "https://api.openai.com/v1/chat/completions",
        ("gpt-5.4-nano", "gpt-5.4-mini", "gpt-5.4"),
    ),
    (
        "Azure",
        {
            "OPENAI_BASE_URL": "https://team.openai.azure.com/openai/deployments/mine",
            "AZURE_API_VERSION": "2024-12-01-preview",
            "BIG_MODEL": "gpt-4",
            "SMALL_MODEL": "gpt-35-turbo",
        },
        "https://team.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-12-01-preview",
        ("gpt-35-turbo", "gpt-4", "gpt-4"),
    ),
    (
        "Azure's resource",
        {"OPENAI_BASE_URL": "https://team.openai.azure.com", "AZURE_API_VERSION": "2024-10-21", "BIG_MODEL": "gpt-4"},
        "https://team.openai.azure.com/openai/deployments/gpt-4/chat/completions?api-version=2024-10-21",
        ("gpt-4", "gpt-4", "gpt-4"),
    ),
    (
        "Ollama",
        {
            "OPENAI_BASE_URL": "http://localhost:11434/v1",
            "BIG_MODEL": "llama3.1:70b",
            "SMALL_MODEL": "llama3.1:8b",
        },
        "http://localhost:11434/v1/chat/completions",
        ("llama3.1:8b", "llama3.1:70b", "llama3.1:70b"),
    ),
    (
        "LM Studio",
        {"OPENAI_BASE_URL": "http://localhost:1234/v1", "MIDDLE_MODEL": "qwen3-coder-30b"},
        "http://localhost:1234/v1/chat/completions",
        ("qwen3-coder-30b", "qwen3-coder-30b", "qwen3-coder-30b"),
    ),
    (
        "DeepSeek",
        {
            "OPENAI_BASE_URL": "https://api.deepseek.com/v1",
            "BIG_MODEL": "deepseek-reasoner",
            "SMALL_MODEL": "deepseek-chat",
        },
        "https://api.deepseek.com/v1/chat/completions",
        ("deepseek-chat", "deepseek-reasoner", "deepseek-reasoner"),
    ),
    (
        "only a small model",
        {"OPENAI_BASE_URL": "http://127.0.0.1:9099/v1", "SMALL_MODEL": "tiny"},
        "http://127.0.0.1:9099/v1/chat/completions",
        ("tiny", "tiny", "tiny"),
    ),
]


def configure(monkeypatch, **variables):
    """Import these variables, which are set as they are in a running service."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return import_environment(variables)


def ask(model, text=KEY["ANTHROPIC_API_KEY"]):
    table = loading.load({})
    return resolve(table, table.key(text, 0.0), model)


@pytest.mark.parametrize(
    ("variables", "url", "models"), [row[1:] for row in EXAMPLES], ids=[row[0] for row in EXAMPLES]
)
def test_the_examples_of_a_one_person_setup_work(monkeypatch, variables, url, models):
    configure(monkeypatch, **KEY, **variables)
    names = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")
    assert tuple(ask(name).model for name in names) == models
    assert ask("claude-fable-5-2").model == ask("claude-mythos-1").model == ask("no-such-model").model == models[2]
    route = ask("claude-opus-5-5")
    assert chat_completions_url(route.backend, route.model) == url
    assert route.credential == KEY["OPENAI_API_KEY"]


@pytest.mark.parametrize(
    "name", ["gpt-4o", "o3", "deepseek-chat", "qwen3-coder", "llama3.1:70b", "mistralai/devstral-2"]
)
def test_names_of_other_vendors_go_through_as_they_are(monkeypatch, name):
    configure(monkeypatch, **KEY)
    assert ask(name).model == name


def test_a_second_import_changes_nothing(monkeypatch):
    variables = {**KEY, "PROMPT_COMPRESSION": "compact", "CUSTOM_HEADER_X_TEAM": "blue", "MIN_TOKENS_LIMIT": "10"}
    configure(monkeypatch, **variables)
    before = loading.fingerprint()
    summary = import_environment(variables)
    assert str(summary) == "nothing changed"
    assert loading.fingerprint() == before


def test_the_other_variables_become_fields_of_the_backend(monkeypatch):
    configure(
        monkeypatch,
        **KEY,
        REQUEST_TIMEOUT="90",
        MAX_RETRIES="1",
        MAX_TOKENS_LIMIT="4096  # of the model",
        MIN_TOKENS_LIMIT="100",
        LOG_LEVEL="INFO  # or DEBUG",
        AZURE_API_VERSION="# only for Azure",
        HOST="0.0.0.0",
        PORT="8082",
    )
    backend = ask("claude-opus-5-5").backend
    assert (backend.timeout, backend.max_retries, backend.max_tokens_limit, backend.min_tokens) == (90.0, 1, 4096, 100)


def test_the_minimum_of_tokens_holds_only_when_it_is_set(monkeypatch):
    configure(monkeypatch, **KEY)
    assert ask("claude-opus-5-5").destination.min_tokens is None


def test_custom_headers_are_sent_and_stay_in_the_environment(monkeypatch):
    configure(monkeypatch, **KEY, CUSTOM_HEADER_X_API_KEY="hidden", CUSTOM_HEADER_AUTHORIZATION="Basic abc")
    route = ask("claude-opus-5-5")
    headers = request_headers(route.backend, route.credential)
    assert headers == {"x-api-key": "hidden", "authorization": "Basic abc"}
    assert "hidden" not in str(Backend.objects.values())


@pytest.mark.parametrize("value", ["two\r\nlines: 1", "schlüssel"])
def test_a_header_that_cannot_be_sent_is_left_out(monkeypatch, value):
    configure(monkeypatch, **KEY, CUSTOM_HEADER_X_TEAM=value)
    assert ask("claude-opus-5-5").backend.headers == {}


def test_compression_is_stored_with_every_mapping(monkeypatch):
    configure(monkeypatch, **KEY, PROMPT_COMPRESSION="Compact", PROMPT_MAX_SYSTEM_TOKENS="2048")
    for name in ("claude-opus-5-5", "gpt-4o", "unknown"):
        assert (ask(name).compression.mode, ask(name).compression.max_system_tokens) == ("compact", 2048)


def test_nothing_secret_is_in_the_rows(monkeypatch):
    configure(monkeypatch, **KEY)
    dumped = io.StringIO()
    call_command("dumpdata", "routing", stdout=dumped)
    assert not [secret for secret in KEY.values() if secret in dumped.getvalue()]
    assert BackendCredential.objects.get().sealed == "env:OPENAI_API_KEY"


def test_secrets_may_come_from_files(monkeypatch, tmp_path):
    for name, secret in KEY.items():
        (tmp_path / name).write_text(f"{secret}\n")
    configure(monkeypatch, **{f"{name}_FILE": str(tmp_path / name) for name in KEY})
    assert ask("claude-opus-5-5").credential == KEY["OPENAI_API_KEY"]


def test_what_vanishes_from_the_environment_vanishes_from_the_rows(monkeypatch):
    configure(monkeypatch, **KEY, PROMPT_COMPRESSION="compact")
    summary = import_environment({})
    assert not Backend.objects.enabled().exists()
    assert not Client.objects.active().exists()
    for model in (ModelMapping, MappingTarget, ClientKey, BackendCredential, Compression):
        assert not model.objects.exists()
    assert "removed" in str(summary)
    assert str(import_environment({})) == "nothing changed"


def test_what_comes_back_is_as_it_was(monkeypatch):
    configure(monkeypatch, **KEY)
    backend, client = Backend.objects.get(), Client.objects.get()
    import_environment({})
    configure(monkeypatch, **KEY)
    assert ask("claude-opus-5-5").backend.id == backend.pk
    assert Client.objects.get().pk == client.pk


def test_a_changed_client_key_replaces_the_one_before(monkeypatch):
    configure(monkeypatch, **KEY)
    configure(monkeypatch, **{**KEY, "ANTHROPIC_API_KEY": "another"})
    table = loading.load({})
    assert table.key("another", 0.0)
    assert table.key(KEY["ANTHROPIC_API_KEY"], 0.0) is None


def test_a_revoked_key_is_not_brought_back_by_the_next_start(monkeypatch):
    configure(monkeypatch, **KEY)
    ClientKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    configure(monkeypatch, **KEY)
    assert loading.load({}).key(KEY["ANTHROPIC_API_KEY"], 0.0) is None


def test_a_key_that_was_issued_here_may_stand_in_the_environment(monkeypatch):
    owner = factories.client("ada")
    _, text = factories.key(owner)
    configure(monkeypatch, **{**KEY, "ANTHROPIC_API_KEY": text})
    assert loading.load({}).key(text, 0.0).client_id == owner.pk


def test_a_backend_needs_a_key_or_a_url():
    import_environment({"BIG_MODEL": "m", "ANTHROPIC_API_KEY": "x"})
    assert not Backend.objects.exists()


def test_a_url_alone_makes_a_backend_without_a_credential(monkeypatch):
    configure(monkeypatch, ANTHROPIC_API_KEY="x", OPENAI_BASE_URL="http://localhost:11434/v1", BIG_MODEL="m")
    assert ask("claude-opus-5-5", "x").credential == ""


def test_rows_of_the_admin_are_left_alone_and_win(monkeypatch):
    row = factories.mapping("opus", kind="family", model="of the admin")
    factories.mapping(model="default of the admin")
    before = ModelMapping.objects.filter(from_environment=False).values()
    kept = list(before)
    configure(monkeypatch, **KEY)
    assert ask("claude-opus-5-5").model == "of the admin"
    assert ask("no-such-model").model == "default of the admin"
    assert ask("claude-haiku-5-5").model == "openai/gpt-5.4-nano"
    import_environment({})
    assert list(before.all()) == kept
    assert row.targets.count() == 1


def test_mappings_of_the_admin_to_the_backend_do_not_keep_it_from_being_switched_off(monkeypatch):
    configure(monkeypatch, **KEY)
    factories.mapping("m", to=Backend.objects.get())
    import_environment({"ANTHROPIC_API_KEY": KEY["ANTHROPIC_API_KEY"]})
    assert not Backend.objects.get().is_enabled


def test_another_base_url_makes_the_list_of_models_be_read_again(monkeypatch):
    configure(monkeypatch, **KEY)
    Backend.objects.update(last_catalog_at="2026-01-01T00:00:00Z")
    configure(monkeypatch, **KEY)
    assert Backend.objects.get().last_catalog_at is not None
    configure(monkeypatch, **KEY, OPENAI_BASE_URL="http://localhost:1234/v1", BIG_MODEL="m")
    assert Backend.objects.get().last_catalog_at is None


COMPLAINTS = [
    ({"REQUEST_TIMEOUT": "abc"}, "REQUEST_TIMEOUT"),
    ({"MAX_RETRIES": "-1"}, "MAX_RETRIES"),
    ({"MAX_TOKENS_LIMIT": "0"}, "MAX_TOKENS_LIMIT"),
    ({"MAX_TOKENS_LIMIT": "100", "MIN_TOKENS_LIMIT": "200"}, "MIN_TOKENS_LIMIT"),
    ({"PROMPT_COMPRESSION": "zip"}, "PROMPT_COMPRESSION"),
    ({"OPENAI_BASE_URL": "api.openai.com/v1"}, "OPENAI_BASE_URL"),
    ({"OPENAI_BASE_URL": "http://169.254.169.254/v1"}, "OPENAI_BASE_URL"),
    ({"OPENAI_BASE_URL": "http://localhost:1/v1"}, "BIG_MODEL"),
    ({"CUSTOM_HEADER_HOST": "x"}, "CUSTOM_HEADER_HOST"),
]


@pytest.mark.parametrize(("variables", "name"), COMPLAINTS)
def test_a_value_that_says_nothing_is_complained_about(variables, name):
    (complaint,) = read_configuration({**KEY, **variables}).complaints
    assert name in complaint


def test_the_command_reads_the_environment(monkeypatch, capsys):
    for name, value in {**KEY, "MAX_RETRIES": "many"}.items():
        monkeypatch.setenv(name, value)
    call_command("import_env")
    printed = capsys.readouterr()
    assert "created: 1 × backend, 1 × credential, 7 × model mapping" in printed.out
    assert "MAX_RETRIES" in printed.err
    assert ask("claude-opus-5-5")
