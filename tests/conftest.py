"""What all tests share: coroutine tests run on the test's own thread, so that its transaction holds for them."""

import inspect

import pytest
from asgiref.sync import async_to_sync

pytest_plugins = ("tests.support.service",)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    async_to_sync(function)(**arguments)
    return True
