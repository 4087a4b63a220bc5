"""What may be typed into the rows of backends and mappings."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils import timezone

from conversion.profiles import DIALECTS
from routing.credentials import REFERENCE, wrong_reference
from routing.dialects import wrong_overrides

HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
HEADER_VALUE = re.compile(r"[\x20-\x7e]*\Z")
FRAMING_HEADERS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "expect"}
    | {"content-encoding", "accept-encoding", "content-type", "accept", "proxy-connection", "proxy-authorization"}
)
SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)
BASE_URL_LIMIT = 500
YEARS = range(1900, 3000)
LONGEST_CAPTURE = timedelta(days=7)


def validate_base_url(value: str) -> None:
    """http or https with a host, and nothing that would send requests or secrets somewhere unseen."""
    try:
        url = urlsplit(value)
        host, _ = url.hostname, url.port
    except ValueError as error:
        raise ValidationError("This is not a URL.") from error
    if url.scheme not in ("http", "https") or not host:
        raise ValidationError("Write http:// or https://, then the host.")
    if url.username or url.password:
        raise ValidationError("Credentials do not belong into the URL; add them below.")
    if url.query or url.fragment or re.search(r"[\s\x00-\x1f\\]", value):
        raise ValidationError("A base URL ends with its path: no query, no fragment, no spaces.")
    if is_forbidden(host):
        raise ValidationError("This address belongs to no backend (link-local, multicast or unspecified).")


def is_forbidden(host: str) -> bool:
    """Addresses of cloud metadata services and of nobody; names are looked at when they are connected."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_link_local or address.is_multicast or address.is_unspecified


def validate_webhook(value: str) -> None:
    """Like a base URL; a query is part of the address."""
    validate_base_url(value.partition("?")[0])


def validate_headers(value: object) -> None:
    """Names and values that may stand in a request's head; secrets only by the name of their variable."""
    if not isinstance(value, dict):
        raise ValidationError('This must be an object: {"Name": "value"}.')
    for name, text in value.items():
        if not HEADER_NAME.match(name) or name.lower() in FRAMING_HEADERS:
            raise ValidationError("%(name)s is no header that may be set.", params={"name": name})
        if not isinstance(text, str) or not HEADER_VALUE.match(text):
            raise ValidationError("%(name)s: a value is a text of ASCII characters.", params={"name": name})
        if wrong := wrong_reference(text):
            raise ValidationError("%(name)s: %(wrong)s", params={"name": name, "wrong": wrong})
        if SECRET_HEADER.search(name) and not text.startswith(REFERENCE):
            raise ValidationError(
                "%(name)s looks like a secret. Write env:VARIABLE and set that variable, or add a credential.",
                params={"name": name},
            )


def validate_dialect(value: str) -> None:
    """A name of `conversion/profiles/`. Not `choices`: a new dialect needs no migration."""
    if value not in DIALECTS:
        raise ValidationError("Dialects are %(known)s.", params={"known": ", ".join(sorted(DIALECTS))})


def validate_profile(value: object) -> None:
    """Overrides of a dialect's profile."""
    if wrong := wrong_overrides(value):
        raise ValidationError(wrong)


def validate_moment(value: datetime) -> None:
    """In a year that every time zone can tell: the first and the last one end within a day of what dates can be."""
    if value.year not in YEARS:
        raise ValidationError(f"Years go from {YEARS[0]} to {YEARS[-1]}.")


def validate_capture_end(value: datetime) -> None:
    """Soon enough that nobody forgets it: what is captured is what people say to their models."""
    if value > timezone.now() + LONGEST_CAPTURE:
        raise ValidationError(f"Requests are captured for {LONGEST_CAPTURE.days} days at most.")
