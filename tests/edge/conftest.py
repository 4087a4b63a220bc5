"""The service over its socket, asked by a plain HTTP client: what no SDK would let through."""

import httpx
import pytest

from tests.support.gateway import CLIENT_KEY


@pytest.fixture
def client(gateway):
    with httpx.Client(base_url=gateway.url, headers={"x-api-key": CLIENT_KEY}, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def stranger(gateway):
    with httpx.Client(base_url=gateway.url, timeout=30, trust_env=False) as client:
        yield client
