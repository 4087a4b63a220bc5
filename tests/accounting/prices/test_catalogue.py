"""The data of genai-prices as they are installed; nothing here asks the network."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounting.prices import cost_of
from accounting.prices.catalogue import catalogue_rates
from conversion.profiles import DIALECTS
from routing import public_models
from tests.accounting.prices.samples import usage

AT = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()
LOCAL = {"ollama", "vllm", "sglang", "llamacpp", "lmstudio", "generic"}


@pytest.fixture(autouse=True)
def loaded():
    public_models.load()


@pytest.mark.parametrize(
    ("dialect", "model", "tokens", "expected"),
    [
        pytest.param("openai", "gpt-5.4", usage(1000, 100), "0.004", id="OpenAI"),
        pytest.param("openai", "GPT-5.4", usage(1000, 100), "0.004", id="in capitals"),
        pytest.param("openai", "gpt-5.4-2026-03-05", usage(1000, 100), "0.004", id="of a day"),
        pytest.param("openai", "gpt-5.4", usage(1000, 0, cached=1000), "0.00275", id="cached"),
        pytest.param("openai", "gpt-5.4", usage(1000, 100, service_tier="flex"), "0.002", id="in the flex tier"),
        pytest.param("openai", "gpt-5.4", usage(1000, 100, service_tier="priority"), "0.008", id="with priority"),
        pytest.param("openai", "gpt-5.4", usage(1000, 100, service_tier="default"), "0.004", id="in the usual tier"),
        pytest.param("azure_v1", "gpt-5.4", usage(1000, 100), "0.004", id="Azure"),
        pytest.param("openrouter", "openai/gpt-5.4", usage(1000, 100), "0.004", id="OpenRouter"),
        pytest.param("openrouter", "openai/gpt-5.4:nitro", usage(1000, 100), "0.004", id="OpenRouter, routed"),
        pytest.param("openrouter", "anthropic/claude-sonnet-4.6", usage(0, 0, created=1000), "0.00375", id="writes"),
        pytest.param(
            "openrouter",
            "anthropic/claude-haiku-5.5",
            usage(0, 0, created=1000, cache_creation_1h_input_tokens=400),
            "0.000155",
            id="writes for an hour",
        ),
        pytest.param("gemini", "models/gemini-2.5-pro", usage(1000, 100), "0.00225", id="Gemini"),
        pytest.param("gemini", "gemini-2.5-pro", usage(300_000, 100), "0.7515", id="Gemini, a long request"),
        pytest.param("xai", "grok-4", usage(1000, 100), "0.0045", id="xAI"),
        pytest.param("deepseek", "deepseek-v3.2", usage(1000, 100), "0.00026312", id="DeepSeek"),
    ],
)
def test_it_knows_what_a_request_costs(dialect, model, tokens, expected):
    assert cost_of(catalogue_rates(dialect, model, AT), tokens) == Decimal(expected)


@pytest.mark.parametrize(
    ("dialect", "model"),
    [
        pytest.param("openai", "our-own-model", id="a model nobody knows"),
        pytest.param("azure", "deployment-7", id="a deployment with a name of its own"),
        pytest.param("openai", "text-embedding-3-small", id="a model that writes nothing"),
        pytest.param("openrouter", "deepseek/deepseek-chat:free", id="the free kind of a model that is not free"),
        *(pytest.param(dialect, "gpt-5.4", id=dialect) for dialect in sorted(LOCAL)),
    ],
)
def test_it_says_so_when_it_does_not_know(dialect, model):
    assert catalogue_rates(dialect, model, AT) is None


@pytest.mark.parametrize(
    ("model", "price"),
    [
        pytest.param("gpt-4o-mini-search-preview", Decimal("0.01"), id="a model that searches"),
        pytest.param("gpt-5.4", 0, id="a model for which the gateway searches"),
    ],
)
def test_a_search_has_the_backends_price_where_the_backend_searches(model, price):
    assert catalogue_rates("openai", model, AT).web_search == price


def test_prices_may_change_within_a_day():
    midnight = datetime(2026, 11, 25, tzinfo=UTC).timestamp()
    day, night = (
        catalogue_rates("deepseek", "deepseek-chat", AT),
        catalogue_rates("deepseek", "deepseek-chat", midnight),
    )
    assert (day.input, night.input) == (Decimal("0.00000027"), Decimal("0.000000135"))


def test_prices_may_begin_at_a_day():
    before = datetime(2026, 8, 1, 12, tzinfo=UTC).timestamp()
    now, then = (catalogue_rates("deepseek", "deepseek-v4-pro", at) for at in (AT, before))
    assert now.input > then.input


def test_each_dialect_has_a_list_of_prices_or_is_known_to_have_none():
    assert set(public_models.PROVIDERS) | LOCAL | {"qwen"} == set(DIALECTS)


def test_it_is_not_loaded_before_somebody_wants_it():
    program = """if True:
        import os, sys, django
        os.environ["DJANGO_SETTINGS_MODULE"] = "proxysite.settings"
        django.setup()
        from accounting.prices import catalogue
        assert catalogue.catalogue_rates("openai", "gpt-5.4", 1e9) is None
        assert "genai_prices" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
