"""A model in the GGUF format: a head, named values, the list of the tensors, their numbers; all of it little-endian."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping
from typing import NamedTuple


class Tensor(NamedTuple):
    """A vector or a matrix of 32-bit floats, row after row; `shape` begins with the length of a row."""

    shape: tuple[int, ...]
    numbers: array[float]


def gguf(values: Mapping[str, object], tensors: Mapping[str, Tensor]) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values))
    listed, numbers = [], []
    offset = 0
    for name, tensor in tensors.items():
        dimensions = len(tensor.shape)
        listed.append(text(name) + struct.pack(f"<I{dimensions}QIQ", dimensions, *tensor.shape, 0, offset))
        numbers.append(aligned(tensor.numbers.tobytes()))
        offset += len(numbers[-1])
    pairs = [text(name) + value(content) for name, content in values.items()]
    return aligned(b"".join([head, *pairs, *listed])) + b"".join(numbers)


def value(content: object) -> bytes:
    """A value behind the number of its type."""
    match content:
        case str():
            return struct.pack("<I", 8) + text(content)
        case int():
            return struct.pack("<II", 4, content)
        case float():
            return struct.pack("<If", 6, content)
        case [str(), *_]:
            return struct.pack("<IIQ", 9, 8, len(content)) + b"".join(text(each) for each in content)
        case [int(), *_]:
            return struct.pack(f"<IIQ{len(content)}i", 9, 5, len(content), *content)
    raise TypeError(f"no such value: {content!r}")


def text(content: str) -> bytes:
    return struct.pack("<Q", len(content.encode())) + content.encode()


def aligned(content: bytes) -> bytes:
    return content + bytes(-len(content) % 32)
