"""The whole service as a process of its own, and the backend that it asks: fixtures for all tests that need them."""

import pytest

from tests.support.gateway import Gateway
from tests.support.scripted_backend import ScriptedBackend


@pytest.fixture(scope="session")
def backend_process():
    with ScriptedBackend() as backend:
        yield backend


@pytest.fixture(scope="session")
def gateway(backend_process, tmp_path_factory):
    with Gateway(tmp_path_factory.mktemp("gateway"), OPENAI_BASE_URL=backend_process.base_url) as gateway:
        yield gateway


@pytest.fixture
def backend(backend_process):
    """The backend with an empty script; a test may not let it be asked more than it scripted."""
    backend_process.reset()
    yield backend_process
    assert not backend_process.unscripted


@pytest.fixture(autouse=True)
def service_log(request):
    """What the service logged during the test; pytest shows it for a test that fails."""
    gateway = request.getfixturevalue("gateway") if "gateway" in request.fixturenames else None
    before = len(gateway.output()) if gateway else 0
    yield
    if gateway:
        print(gateway.output()[before:])
