"""Who listens to a reply inside the gateway, where no client does: an ASGI `send` that keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from proxysite.asgi_types import Message


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole reply: a Message, or an error in the envelope."""

    status: int
    body: bytes


class Ear:
    """Keeps status and body."""

    def __init__(self) -> None:
        self._status = 0
        self._body = b""

    async def __call__(self, message: Message) -> None:
        self._status = message.get("status", self._status)
        self._body += message.get("body", b"")

    @property
    def heard(self) -> Heard:
        return Heard(self._status, self._body)
