"""What Claude Code is told follows from where the tiers of the client lead."""

import pytest

from routing.claude_code.instructions import instructions
from routing.models import MappingTarget
from tests.routing import factories

pytestmark = pytest.mark.django_db
URL = "https://proxy.example.com"
TIERS = ("opus", "sonnet", "haiku")


@pytest.fixture
def ada():
    return factories.client("ada")


def told(client, key="ccp_key"):
    return {variable.name: variable.value for variable in instructions(client, URL, key).variables}


def lead(limits, **backend):
    """Every tier leads to a model of its own with these limits of context and output."""
    row = factories.backend(**backend)
    for tier, (window, output) in zip(TIERS, limits, strict=True):
        factories.backend_model(row, f"{tier}-model", context_window=window, max_output_tokens=output)
        factories.mapping(tier, kind="family", to=row, model=f"{tier}-model")


def test_address_and_key_are_always_there(ada):
    assert told(ada) == {
        "ANTHROPIC_BASE_URL": URL,
        "ANTHROPIC_AUTH_TOKEN": "ccp_key",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }


WINDOWS = {
    "nothing known": ((None, None, None), None, None, None),
    "as large as the client thinks": ((1_000_000, 1_048_576, None), None, None, None),
    "between": ((400_000, 1_000_000, None), "400000", "400000", None),
    "a plain one": ((200_000, 200_000, 400_000), "200000", "200000", "1"),
    "the smallest counts": ((400_000, 256_000, 128_000), "128000", "128000", "1"),
    "smaller than the client accepts": ((32_768, 400_000, None), "100000", "32768", "1"),
}


@pytest.mark.parametrize(("windows", "compact", "context", "disabled"), WINDOWS.values(), ids=WINDOWS)
def test_the_window_is_that_of_the_smallest_tier(ada, windows, compact, context, disabled):
    lead([(window, None) for window in windows])
    found = told(ada)
    assert found.get("CLAUDE_CODE_AUTO_COMPACT_WINDOW") == compact
    assert found.get("CLAUDE_CODE_MAX_CONTEXT_TOKENS") == context
    assert found.get("CLAUDE_CODE_DISABLE_1M_CONTEXT") == disabled


def test_the_reason_names_the_tier_that_is_smallest(ada):
    lead([(400_000, None), (128_000, None), (200_000, None)])
    reasons = {variable.name: variable.reason for variable in instructions(ada, URL).variables}
    assert "sonnet, takes 128,000 tokens" in reasons["CLAUDE_CODE_AUTO_COMPACT_WINDOW"]


OUTPUTS = {
    "nothing known": ((None, None, None), {}, None),
    "more than the client asks for": ((200_000, 128_000, 150_000), {}, None),
    "the smallest counts": ((64_000, 16_384, None), {}, "16384"),
    "limit of the backend": ((64_000, None, None), {"max_tokens_limit": 32_000}, "32000"),
}


@pytest.mark.parametrize(("outputs", "backend", "expected"), OUTPUTS.values(), ids=OUTPUTS)
def test_answers_are_as_long_as_the_backend_allows(ada, outputs, backend, expected):
    lead([(None, output) for output in outputs], **backend)
    assert told(ada).get("CLAUDE_CODE_MAX_OUTPUT_TOKENS") == expected


@pytest.mark.parametrize(("timeout", "expected"), [(300, None), (600, None), (1800, "1800000")])
def test_it_waits_for_a_slow_backend(ada, timeout, expected):
    lead([(None, None)] * 3, timeout=timeout)
    assert told(ada).get("API_TIMEOUT_MS") == expected


def test_names_that_the_client_sends_need_no_telling(ada):
    lead([(None, None)] * 3)
    assert not [name for name in told(ada) if name.startswith("ANTHROPIC_DEFAULT")]


def test_a_tier_that_the_client_may_not_use_is_led_to_one_that_it_may(ada):
    lead([(None, None)] * 3)
    ada.allowed_models = "*haiku*"
    ada.save()
    found = told(ada)
    assert found["ANTHROPIC_DEFAULT_OPUS_MODEL"] == found["ANTHROPIC_DEFAULT_SONNET_MODEL"] == "claude-haiku-5-5"
    assert "ANTHROPIC_DEFAULT_HAIKU_MODEL" not in found


def test_a_tier_takes_the_name_that_was_mapped_for_it(ada):
    backend = factories.backend()
    factories.mapping("claude-opus-4-8", to=backend, model="large")
    factories.mapping("qwen3-coder", to=backend, model="small")
    found = told(ada)
    assert found["ANTHROPIC_DEFAULT_OPUS_MODEL"] == "claude-opus-4-8"
    assert found["ANTHROPIC_DEFAULT_HAIKU_MODEL"] in {"claude-opus-4-8", "qwen3-coder"}


def test_the_clients_own_mappings_count(ada):
    lead([(400_000, None)] * 3)
    small = factories.backend()
    factories.backend_model(small, "tiny", context_window=128_000)
    factories.mapping("haiku", kind="family", to=small, model="tiny", client=ada)
    assert told(ada)["CLAUDE_CODE_AUTO_COMPACT_WINDOW"] == "128000"
    assert told(factories.client("bob"))["CLAUDE_CODE_AUTO_COMPACT_WINDOW"] == "400000"


@pytest.mark.parametrize(("judge", "expected"), [("", True), ("claude-haiku-5-5", False)], ids=["nobody", "a judge"])
def test_auto_mode_is_advised_against_where_nobody_judges(judge, expected):
    remarks = instructions(factories.client(judge_model=judge), URL).remarks
    assert any("--permission-mode" in remark for remark in remarks) is expected


def test_a_target_that_may_stand_in_counts_as_well(ada):
    lead([(400_000, None)] * 3)
    spare = factories.backend()
    factories.backend_model(spare, "spare", context_window=150_000)
    mapping = factories.mapping("opus", kind="family", to=factories.backend(), model="large", client=ada)
    MappingTarget.objects.create(mapping=mapping, backend=spare, model="spare", order=9)
    assert told(ada)["CLAUDE_CODE_AUTO_COMPACT_WINDOW"] == "150000"
