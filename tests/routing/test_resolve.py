"""Which mapping wins for a name, and what the route that it leads to carries."""

import pytest

from routing import loading
from routing.errors import ModelNotAllowed, NoBackend, UnknownModel
from routing.models import MappingTarget
from routing.resolve import LISTED_ALIAS, plain_name, resolve
from tests.routing import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    """A client of team blue, whose key asks."""
    return factories.client("ada", team=factories.team("blue"))


@pytest.fixture
def ask(member):
    """Where a request of the member goes, as the rows are now."""
    key, _ = factories.key(member)

    def asked(model):
        table = loading.load({})
        entry = next(entry for entry in table.keys.values() if entry.id == key.pk)
        return resolve(table, entry, model)

    return asked


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("claude-opus-5-5[1m]", "claude-opus-5-5"),
        ("claude-opus-5-5[1M]", "claude-opus-5-5"),
        (" claude-opus-5-5 ", "claude-opus-5-5"),
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("m[1k]", "m[1k]"),
        ("[1m]", ""),
    ],
)
def test_a_long_context_is_asked_for_by_a_suffix_that_is_no_part_of_the_name(name, plain):
    assert plain_name(name) == plain


# Every row could take claude-sonnet-5-5; without the rows before it, it does.
ORDER = [
    ("exact", {"pattern": "Claude-Sonnet-5-5"}),
    ("long glob", {"pattern": "claude-sonnet-*", "kind": "glob"}),
    ("short glob", {"pattern": "*sonnet*", "kind": "glob"}),
    ("family", {"pattern": "sonnet", "kind": "family"}),
    ("default with a pattern", {"pattern": "claude*", "kind": "default"}),
    ("default", {}),
]


@pytest.mark.parametrize("first", range(len(ORDER)), ids=[name for name, _ in ORDER])
def test_the_most_telling_mapping_wins(ask, first):
    for name, fields in reversed(ORDER[first:]):
        factories.mapping(**fields, model=name)
    assert ask("claude-sonnet-5-5").model == ORDER[first][0]
    assert ask("claude-sonnet-5-5[1m]").model == ORDER[first][0]


@pytest.mark.parametrize("scope", ["client", "team"])
def test_a_narrower_scope_is_asked_first_whatever_its_kind(ask, member, scope):
    factories.mapping("claude-sonnet-5-5", model="for everybody")
    factories.mapping(**{scope: {"client": member, "team": member.team}[scope]}, model="narrow")
    assert ask("claude-sonnet-5-5").model == "narrow"


def test_a_client_is_asked_before_its_team(ask, member):
    factories.mapping("m", team=member.team, model="of the team")
    factories.mapping(client=member, model="of the client")
    assert ask("m").model == "of the client"


def test_mappings_of_others_do_not_hold(ask):
    factories.mapping("m", team=factories.team(), model="of another team")
    factories.mapping("m", client=factories.client(), model="of another client")
    with pytest.raises(UnknownModel):
        ask("m")


@pytest.mark.parametrize(
    "name",
    [
        "claude-opus-5-5",
        "claude-3-opus-20240229",
        "CLAUDE-OPUS-4",
        "us.anthropic.claude-opus-4-v1:0",
        "anthropic/claude-opus-4.6",
        "opus",
    ],
)
def test_a_family_is_found_anywhere_in_a_name_like_claudes(ask, name):
    factories.mapping("opus", kind="family", model="big")
    assert ask(name).model == "big"


def test_a_family_is_not_looked_for_in_other_names(ask):
    factories.mapping("opus", kind="family", model="big")
    with pytest.raises(UnknownModel):
        ask("magnum-opus-70b")


@pytest.mark.parametrize("family", ["opus", "sonnet", "haiku", "fable", "mythos"])
def test_each_family_may_go_elsewhere(ask, family):
    for each in ("opus", "sonnet", "haiku", "fable", "mythos"):
        factories.mapping(each, kind="family", model=f"for {each}")
    assert ask(f"claude-{family}-5-2").model == f"for {family}"


@pytest.mark.parametrize(
    "name",
    [
        "Qwen3-Coder",
        "qwen3-coder",
        "local/Qwen3-Coder",
        f"{LISTED_ALIAS}Qwen3-Coder",
        f"{LISTED_ALIAS}local/qwen3-coder",
    ],
)
def test_a_name_that_a_backend_lists_goes_there(ask, name):
    row = factories.backend("local")
    factories.backend_model(row, "Qwen3-Coder")
    factories.mapping(model="default")
    route = ask(name)
    assert (route.backend.name, route.model, route.mapping) == ("local", "Qwen3-Coder", "listed")


def test_a_name_that_two_backends_list_goes_to_the_older_one_unless_it_says_which(ask):
    first, second = factories.backend("first"), factories.backend("second")
    for row in (second, first):
        factories.backend_model(row, "m")
    assert ask("m").backend.name == "first"
    assert ask("second/m").backend.name == "second"


def test_a_listed_name_with_a_slash_goes_before_a_family_and_one_without_after_it(ask):
    row = factories.backend("router")
    factories.backend_model(row, "anthropic/claude-opus-4.6")
    factories.backend_model(row, "claude-opus-4.6")
    factories.mapping("opus", kind="family", model="big")
    assert ask("anthropic/claude-opus-4.6").model == "anthropic/claude-opus-4.6"
    assert ask("claude-opus-4.6").model == "big"


def test_several_patterns_may_stand_in_one_mapping(ask):
    factories.mapping("gpt-*|o3*", kind="glob")
    assert ask("gpt-5.4").mapping == ask("o3-mini").mapping == "glob gpt-*|o3*"


def test_a_target_without_a_model_takes_the_name_that_was_asked_for(ask):
    factories.mapping("gpt-*", kind="glob")
    assert ask("GPT-5.4[1m]").model == "GPT-5.4"


def test_the_first_enabled_target_is_taken(ask):
    row = factories.mapping("m", model="second")
    backend, disabled = factories.backend(), factories.backend(is_enabled=False)
    row.targets.update(order=2)
    MappingTarget.objects.create(mapping=row, backend=backend, model="off", is_enabled=False)
    MappingTarget.objects.create(mapping=row, backend=disabled, model="of a disabled backend")
    MappingTarget.objects.create(mapping=row, backend=backend, model="light", order=1, weight=1)
    MappingTarget.objects.create(mapping=row, backend=backend, model="heavy", order=1, weight=9)
    assert ask("m").model == "heavy"


def test_a_mapping_without_an_enabled_target_is_an_error_of_its_own(ask):
    factories.mapping("m", to=factories.backend(is_enabled=False))
    factories.mapping(model="default")
    with pytest.raises(NoBackend) as refusal:
        ask("m")
    assert refusal.value.status == 503


def test_a_disabled_mapping_does_not_hold(ask):
    factories.mapping("m", is_enabled=False)
    with pytest.raises(UnknownModel):
        ask("m")


def test_an_unknown_model_is_not_found():
    # protocol B17, K253
    error = UnknownModel("x" * 1000)
    assert (error.status, error.type) == (404, "not_found_error")
    assert error.message.startswith("model: xxx")
    assert len(error.message) < 300


@pytest.mark.parametrize(
    ("of_client", "of_team", "allowed"),
    [
        ("", "", True),
        ("*haiku*", "", True),
        ("*opus*\n claude-haiku-* ", "", True),
        ("*opus*", "", False),
        ("", "*opus*", False),
        ("*", "*opus*", False),
        ("*haiku*", "claude-*", True),
    ],
)
def test_a_name_must_be_allowed_by_client_and_team(ask, member, of_client, of_team, allowed):
    factories.mapping()
    member.allowed_models, member.team.allowed_models = of_client, of_team
    member.save()
    member.team.save()
    if allowed:
        assert ask("claude-haiku-5-5")
    else:
        with pytest.raises(ModelNotAllowed) as refusal:
            ask("claude-haiku-5-5")
        assert refusal.value.headers == {"x-should-retry": "false"}


def test_the_destination_carries_the_limits_that_the_admin_or_else_the_backend_gave(ask):
    row = factories.backend(max_tokens_limit=9000, min_tokens=100)
    factories.mapping("m", to=row, model="m")
    assert (ask("m").destination.max_output_tokens, ask("m").destination.context_window) == (None, None)
    limits = factories.backend_model(row, "m", discovered_context_window=1000, discovered_max_output_tokens=100)
    assert (ask("m").destination.max_output_tokens, ask("m").destination.context_window) == (100, 1000)
    limits.context_window, limits.max_output_tokens = 2000, 200
    limits.save()
    destination = ask("m").destination
    assert (destination.max_output_tokens, destination.context_window) == (200, 2000)
    assert (destination.max_tokens_limit, destination.min_tokens) == (9000, 100)


def test_the_profile_is_that_of_the_dialect_with_the_overrides_of_backend_and_model(ask):
    row = factories.backend(base_url="https://openrouter.ai/api/v1", profile={"lenient_eof": True})
    factories.mapping("m", to=row, model="m")
    factories.backend_model(row, "m", profile={"minimum_max_tokens": 7})
    profile = ask("m").destination.profile
    assert (profile.dialect, profile.lenient_eof, profile.minimum_max_tokens) == ("openrouter", True, 7)


def test_a_model_may_have_a_dialect_of_its_own(ask):
    row = factories.backend(base_url="https://llm.example.com:8443/v1")
    factories.mapping("m", to=row, model="m")
    factories.backend_model(row, "m", dialect="openai")
    destination = ask("m").destination
    assert (destination.profile.dialect, destination.group) == ("openai", "openai:llm.example.com:8443")


def test_the_route_carries_the_compression_of_its_mapping(ask):
    factories.mapping("m", compression=factories.compression(mode="compact", max_system_tokens=1000))
    assert (ask("m").compression.mode, ask("m").compression.max_system_tokens) == ("compact", 1000)


def test_the_route_carries_the_first_usable_credential(ask):
    row = factories.backend(credential="second")
    factories.credential_of(row, "sk-first", order=0, weight=9)
    factories.credential_of(row, "off", order=0, weight=99, is_enabled=False)
    factories.credential_of(row, "env:NOT_SET_ANYWHERE", order=0, weight=99)
    factories.mapping("m", to=row)
    assert ask("m").credential == "sk-first"
    assert [each.secret for each in ask("m").backend.credentials] == ["sk-first", "second"]
    assert "sk-first" not in repr(ask("m"))


def test_a_route_is_searched_once_per_table(ask, member):
    factories.mapping("m")
    factories.key(member)
    table = loading.load({})
    key, other = table.keys.values()
    assert resolve(table, key, "m") is resolve(table, other, "m")


def test_the_routes_that_are_remembered_are_bounded(ask, monkeypatch):
    monkeypatch.setattr("routing.table.ROUTES_REMEMBERED", 3)
    factories.mapping()
    table = loading.load({})
    (key,) = table.keys.values()
    for number in range(10):
        resolve(table, key, f"m{number}")
    assert len(table.routes) <= 3


def test_the_usage_row_gets_a_name_for_the_mapping(ask, member):
    factories.mapping("opus", kind="family")
    factories.mapping("m", team=member.team)
    factories.mapping()
    assert [ask(name).mapping for name in ("claude-opus-5", "m", "x")] == [
        "family opus",
        "team blue: exact m",
        "default",
    ]


def test_a_mapping_may_have_old_results_of_tools_cleared(ask):
    factories.mapping("m", compression=factories.compression(clears_tool_results=True))
    factories.mapping("n", compression=factories.compression())
    assert ask("m").destination.profile.clear_tool_uses
    assert not ask("n").destination.profile.clear_tool_uses
