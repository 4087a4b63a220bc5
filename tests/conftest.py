"""What all tests share: coroutine tests run on the test's own thread, so that its transaction holds for them."""

import inspect
from importlib.util import find_spec

import pytest
from asgiref.sync import async_to_sync

pytest_plugins = ("tests.support.service",)

NEEDED = {"selenium": "browser", "xllamacpp": "e2e/test_llama_cpp.py"}
collect_ignore = [tests for package, tests in NEEDED.items() if find_spec(package) is None]
"""Tests that only `manage.py test --full` runs; without what it installs they cannot even be read."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    async_to_sync(function)(**arguments)
    return True
