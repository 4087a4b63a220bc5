"""A backend's reply whose body is heard by somebody else as well, as it is read."""

from __future__ import annotations

from collections.abc import Callable

from routing.connection import Take
from routing.upstream import Reply


class Overheard(Reply):
    """Takes the place of a reply of which nothing was read yet; `hear` gets the body's bytes, inflated."""

    def __init__(self, reply: Reply, hear: Callable[[bytes], None]) -> None:
        super().__init__(reply._incoming)
        self._hear = hear

    async def read(self) -> bytes:
        data = await super().read()
        self._hear(data)
        return data

    async def pass_to(self, take: Take) -> bool:
        def heard(data: bytes) -> bool:
            self._hear(data)
            return take(data)

        return await super().pass_to(heard)
