import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounting.models import Price
from accounting.prices.files import UnknownShape, read
from tests.accounting.prices.samples import price
from tests.routing.factories import backend

pytestmark = pytest.mark.django_db

LITELLM = {
    "sample_spec": {"litellm_provider": "one of …", "mode": "one of …", "input_cost_per_token": 0.0},
    "gpt-x": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 1.25e-06,
        "output_cost_per_token": 1e-05,
        "cache_read_input_token_cost": 1.25e-07,
        "input_cost_per_token_above_200k_tokens": 2.5e-06,
        "output_cost_per_token_above_200k_tokens": 1.5e-05,
    },
    "azure/gpt-x": {
        "litellm_provider": "azure",
        "mode": "chat",
        "input_cost_per_token": 3e-06,
        "output_cost_per_token": 0,
    },
    "draws": {"litellm_provider": "openai", "mode": "image_generation", "input_cost_per_token": 1e-06},
    "no-output": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06},
    "below": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": -1, "output_cost_per_token": 1},
}
MODELS_DEV = {
    "openai": {
        "id": "openai",
        "models": {
            "gpt-x": {
                "id": "gpt-x",
                "cost": {
                    "input": 1.25,
                    "output": 10,
                    "cache_read": 0.125,
                    "context_over_200k": {"input": 2.5, "output": 15},
                },
            },
            "no-price": {"id": "no-price"},
        },
    },
    "azure": {"id": "azure", "models": {"gpt-x": {"id": "gpt-x", "cost": {"input": 3, "output": 0}}}},
}
OPENROUTER = {
    "data": [
        {"id": "openai/gpt-x", "pricing": {"prompt": "0.00000125", "completion": "0.00001", "web_search": "0.01"}},
        {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        {"id": "strange*", "pricing": {"prompt": "1", "completion": "1"}},
    ]
}
GPT_X = {"input": Decimal("1.25"), "output": Decimal(10), "cache_read": Decimal("0.125"), "cache_write": None}
LONG = {"tier_above": 200_000, "tier_input": Decimal("2.5"), "tier_output": Decimal(15), "tier_cache_read": None}


@pytest.fixture
def file(tmp_path):
    def write(document):
        path = tmp_path / "prices.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    return write


def import_prices(path, *options):
    printed = StringIO()
    call_command("import_prices", path, *options, stdout=printed)
    return printed.getvalue()


def rows():
    return {(str(row.backend), row.model): row for row in Price.objects.select_related("backend")}


def fields(row, names):
    return {name: getattr(row, name) for name in names}


@pytest.mark.parametrize("document", [LITELLM, MODELS_DEV], ids=["litellm", "models.dev"])
def test_each_backend_gets_the_prices_of_its_provider(file, document):
    backend("direct", base_url="https://api.openai.com/v1")
    backend("cloud", base_url="https://our.openai.azure.com/openai/v1")
    backend("local", base_url="http://localhost:11434/v1")
    printed = import_prices(file(document))
    found = rows()
    assert found.keys() == {("direct", "gpt-x"), ("cloud", "gpt-x")}
    assert fields(found["direct", "gpt-x"], GPT_X | LONG) == GPT_X | LONG
    assert (found["cloud", "gpt-x"].input, found["cloud", "gpt-x"].tier_above) == (3, None)
    assert found["direct", "gpt-x"].note == "imported from prices.json"
    assert "direct: 1 new, 0 changed, 0 as before, 0 kept as written by hand" in printed


def test_what_is_cached_for_an_hour_has_its_price_in_the_file_of_litellm(file):
    hour = {
        "cache_creation_input_token_cost_above_1hr": 6e-06,
        "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05,
    }
    import_prices(file({"gpt-x": LITELLM["gpt-x"] | hour}), "--provider", "openai")
    (row,) = rows().values()
    assert (row.cache_write_1h, row.tier_cache_write_1h) == (6, 12)


def test_a_list_of_openrouter_is_read(file):
    backend("router", base_url="https://openrouter.ai/api/v1")
    import_prices(file(OPENROUTER))
    (row,) = rows().values()
    assert (row.model, row.input, row.output, row.web_search) == ("openai/gpt-x", Decimal("1.25"), 10, Decimal("0.01"))


def test_prices_of_a_provider_may_hold_for_every_backend(file):
    import_prices(file(MODELS_DEV), "--provider", "azure")
    assert rows().keys() == {("None", "gpt-x")}


def test_prices_of_a_provider_may_hold_for_one_backend(file):
    backend("local", base_url="http://localhost:4000/v1")
    import_prices(file(MODELS_DEV), "--provider", "azure", "--backend", "local")
    assert rows().keys() == {("local", "gpt-x")}


def test_a_dry_run_writes_nothing(file):
    printed = import_prices(file(OPENROUTER), "--provider", "openrouter", "--dry-run")
    assert not Price.objects.exists()
    assert printed == "every backend: 1 new, 0 changed, 0 as before, 0 kept as written by hand\n" + (
        "Dry run: nothing was written.\n"
    )


def test_the_same_file_again_adds_nothing(file):
    path = file(OPENROUTER)
    import_prices(path, "--provider", "openrouter")
    assert "0 new, 0 changed, 1 as before" in import_prices(path, "--provider", "openrouter")
    assert Price.objects.count() == 1


def test_a_price_that_changed_begins_now_and_the_past_keeps_the_old_one(file):
    import_prices(file(OPENROUTER), "--provider", "openrouter")
    dearer = {"data": [{"id": "openai/gpt-x", "pricing": {"prompt": "0.00000250", "completion": "0.00001"}}]}
    assert "0 new, 1 changed" in import_prices(file(dearer), "--provider", "openrouter")
    old, new = Price.objects.order_by("pk")
    assert (old.input, old.valid_from, old.valid_until) == (Decimal("1.25"), None, None)
    assert new.input == Decimal("2.5")
    assert new.valid_from is not None
    assert "1 as before" in import_prices(file(dearer), "--provider", "openrouter")


def test_prices_may_begin_at_a_day(file):
    import_prices(file(OPENROUTER), "--provider", "openrouter", "--valid-from", "2026-11-01")
    (row,) = rows().values()
    assert f"{row.valid_from:%Y-%m-%d}" == "2026-11-01"


def test_what_somebody_wrote_by_hand_stays(file):
    mine = price("openai/gpt-x", note="our contract")
    assert "1 kept as written by hand" in import_prices(file(OPENROUTER), "--provider", "openrouter")
    assert list(Price.objects.all()) == [mine]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"data": []}', '{"a": {"b": 1}}', "null", '{"data": [1, {"id": "m", "pricing": 3}]}']
)
def test_another_file_is_refused(file, text):
    path = file(text)
    with pytest.raises(UnknownShape):
        read(path)
    with pytest.raises(CommandError, match=r"prices\.json"):
        import_prices(path)


def test_a_backend_that_is_not_there_is_refused(file):
    with pytest.raises(CommandError, match="no backend nowhere"):
        import_prices(file(OPENROUTER), "--backend", "nowhere")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        import_prices(tmp_path / "none.json")
