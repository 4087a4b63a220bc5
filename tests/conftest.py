"""What all tests share: coroutine tests run on the test's own thread, so that its transaction holds for them."""

import inspect
from importlib.util import find_spec

import pytest
from asgiref.sync import async_to_sync

pytest_plugins = ("tests.support.service",)

collect_ignore = [] if find_spec("selenium") else ["browser"]
"""Tests that only `manage.py test --full` runs; without what it installs they cannot even be read."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    async_to_sync(function)(**arguments)
    return True
