"""Client keys: `ccp_<8 public id>_<43 secret><6 checksum>`, letters and digits only, so that a double click takes all.

A key is shown once. Stored are its public part, which the admin shows, and an HMAC of the whole: whoever reads the
database, but not the pepper, can neither use nor test keys. 43 characters are 256 bits, so a fast hash is enough.
The checksum lets secret scanners, and us, tell a key from noise without any look-up.
"""

from __future__ import annotations

import hmac
import re
import secrets
import string
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from routing.models import Client, ClientKey

MARK = "ccp_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
FORMAT = re.compile(r"ccp_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}\Z")
CHECKSUM_LENGTH = 6
PREFIX_LENGTH = len(MARK) + 8
TEXT_LIMIT = 512
"""Longer than any key, also than those that somebody brought along."""
USE_PRECISION = timedelta(seconds=60)


def new_text() -> str:
    """A new key, to be shown once."""
    body = f"{MARK}{_random(8)}_{_random(43)}"
    return body + checksum(body)


def checksum(body: str) -> str:
    """The CRC-32 of all before it, six base-62 digits."""
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def well_formed(text: str) -> bool:
    """Whether this may be a key that we issued."""
    return FORMAT.match(text) is not None and checksum(text[:-CHECKSUM_LENGTH]) == text[-CHECKSUM_LENGTH:]


def plausible(text: str) -> bool:
    """Whether looking this up can find anything: one of ours, or one brought along, which has no format."""
    return well_formed(text) if text.startswith(MARK) else len(text) <= TEXT_LIMIT


def digest(text: str) -> bytes:
    """What is stored and compared in place of the key."""
    keyed = _keyed(settings.KEY_PEPPER).copy()  # unlike `hmac.digest` it lets no other thread run meanwhile
    keyed.update(text.encode())
    return keyed.digest()


@cache
def _keyed(pepper: bytes) -> hmac.HMAC:
    return hmac.new(pepper, digestmod="sha256")


def pepper_id() -> str:
    """Tells peppers apart without telling them: keys of another pepper cannot match any more."""
    return hmac.digest(settings.KEY_PEPPER, b"pepper id", "sha256").hex()[:8]


def issue(client: Client, *, label: str = "", expires_at: datetime | None = None) -> tuple[ClientKey, str]:
    """A new key of the client, and its text, which nobody can tell again."""
    key = ClientKey(client=client, label=label, expires_at=expires_at)
    text = fill(key)
    key.save()
    return key, text


def fill(key: ClientKey) -> str:
    """Make the text of a key that is not saved yet."""
    text = new_text()
    key.prefix = text[:PREFIX_LENGTH]
    key.digest = digest(text).hex()
    key.pepper = pepper_id()
    return text


def bring(key: ClientKey, text: str) -> None:
    """Take a text that somebody brought along as the key: only its digest is kept."""
    key.digest = digest(text).hex()
    key.prefix = f"env_{key.digest[:8]}"
    key.pepper = pepper_id()


def revoke(key: ClientKey) -> bool:
    """End the key for good; false when it had ended before."""
    now = timezone.now()
    if not ClientKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        return False
    key.revoked_at = now
    return True


def write_uses(uses: Mapping[int, float]) -> None:
    """Write down when keys were last used. Other processes do so too: a minute more or less is not worth a write."""
    with transaction.atomic():
        for number, moment in uses.items():
            used_at = datetime.fromtimestamp(moment, UTC)
            outdated = Q(last_used_at=None) | Q(last_used_at__lte=used_at - USE_PRECISION)
            ClientKey.objects.filter(outdated, pk=number).update_quietly(last_used_at=used_at)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
