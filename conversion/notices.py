"""What a conversion could not carry over. Loss is a value: it is stored with the request and shown, never silent."""

from __future__ import annotations

from msgspec import Struct


class Notice(Struct, frozen=True):
    """One loss or repair: `code` is a stable word for filters, `detail` a sentence for people.

    `detail` names the place (`messages.3.content.1`), never the text of a prompt.
    """

    code: str
    detail: str = ""
