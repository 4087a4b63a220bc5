import msgspec
import pytest

from conversion.errors import InvalidRequest
from conversion.request.unreadable import refuses_unreadable


def fall(depth):
    return fall(depth + 1)


def test_what_exhausts_the_stack_is_the_clients_fault():
    with pytest.raises(InvalidRequest, match="The request body is nested too deeply"):
        refuses_unreadable(fall)(0)


def test_what_no_number_can_hold_is_the_clients_fault():
    with pytest.raises(InvalidRequest, match="The request body cannot be read: Number out of range"):
        refuses_unreadable(msgspec.json.decode)(b"1e999")
