"""Bodies in which only a later parser finds what nobody can read: the client's fault, wherever it shows.

They are nested so deeply that reading them exhausts the interpreter's stack, or hold a number that nothing can hold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import msgspec

from conversion.errors import InvalidRequest

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def refuses_unreadable(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """For all that decodes parts of a body: what one parser could just bear may be too much for the next one."""

    @wraps(function)
    def refusing(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except RecursionError as error:
            raise InvalidRequest("The request body is nested too deeply") from error
        except msgspec.DecodeError as error:
            raise InvalidRequest(f"The request body cannot be read: {error}") from error

    return refusing
