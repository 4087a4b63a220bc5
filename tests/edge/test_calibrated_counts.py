"""Counts are calibrated for the model that would answer."""

import msgspec
import pytest

from proxysite.api.count_tokens import token_count
from routing import snapshot
from routing.calibration import MINIMUM_SAMPLES, learn
from routing.choice import in_order
from routing.models import BackendModel
from routing.resolve import plan
from tests.routing import factories
from tests.support.messages import request

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(monkeypatch):
    row = factories.backend_model(factories.backend("local"), "learned")
    factories.backend_model(row.backend, "new")
    learn(row.backend_id, "learned", "count", [1.5] * MINIMUM_SAMPLES)
    _, text = factories.key(factories.client(allowed_models="learned\nnew\nunknown"))
    monkeypatch.setattr(snapshot, "_snapshot", snapshot.Snapshot())
    snapshot.reload()
    return snapshot.current().key(text, 0.0)


def counted(key, model, conversation="a conversation", **fields):
    body = request(model=model, max_tokens=None, messages=[{"role": "user", "content": "word " * 400}], **fields)
    return token_count(msgspec.json.encode(body), key, conversation)


def test_a_calibrated_model_counts_as_its_backend_does(key):
    plain = counted(key, "new")["input_tokens"]
    assert counted(key, "learned")["input_tokens"] == round(plain * 1.5)


def test_a_conversation_counts_as_the_target_that_it_would_have(key):
    learned, new = BackendModel.objects.order_by("name")
    mapping = factories.mapping("unknown", to=learned.backend, model="learned")
    mapping.targets.create(backend=new.backend, model="new")
    snapshot.reload()
    targets = plan(snapshot.current(), key, "unknown")
    for conversation in map(str, range(10)):
        target = in_order(targets, conversation, lambda route: True, lambda route: 0)[0].model
        assert counted(key, "unknown", conversation) == counted(key, target)


@pytest.mark.parametrize("model", ["unknown", "forbidden"])
def test_a_model_that_leads_nowhere_is_counted_as_it_is(key, model):
    assert counted(key, model) == counted(key, "new")


def test_edits_of_the_context_are_answered(key):
    told = counted(key, "learned", context_management={"edits": []})
    assert told["context_management"] == {"original_input_tokens": told["input_tokens"]}
