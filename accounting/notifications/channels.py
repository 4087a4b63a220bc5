"""How a message gets to people: posted to a webhook, signed as the Standard Webhooks specification says, or mailed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import UTC, datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from accounting.models import Delivery, Notification
from routing import credentials, webhooks

SUBJECT_LIMIT = 100
MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@\N{WORD JOINER}"})
"""Names of models and reasons of backends are anybody's: in `text` they call nobody and link nowhere."""


class NotDelivered(Exception):
    """Why a message did not arrive, for the log of deliveries."""


def deliver(delivery: Delivery) -> None:
    """Raises NotDelivered; may then be repeated: receivers know a message by its id."""
    if delivery.channel == Delivery.Channel.WEBHOOK:
        post(delivery)
    else:
        mail(delivery)


def post(delivery: Delivery) -> None:
    body = json.dumps(payload(delivery), ensure_ascii=False).encode()
    message = f"msg_{delivery.pk}"
    now = str(int(datetime.now(UTC).timestamp()))
    headers = {"content-type": "application/json", "webhook-id": message, "webhook-timestamp": now}
    try:
        if (secret := secret_of(delivery.notification)) is not None:
            headers["webhook-signature"] = signature(secret, message, now, body)
        webhooks.post(delivery.notification.url, body, headers)
    except (webhooks.NotPosted, credentials.Unreadable) as error:
        raise NotDelivered(str(error)) from error


def payload(delivery: Delivery) -> dict[str, object]:
    """`text` is what Slack and Mattermost show, `content` what Discord does, where it calls nobody either."""
    return {
        "type": delivery.type,
        "timestamp": delivery.created_at.astimezone(UTC).isoformat(),
        "text": delivery.text.translate(MARKUP),
        "content": delivery.text,
        "allowed_mentions": {"parse": []},
        "data": delivery.data,
    }


def secret_of(notification: Notification) -> bytes | None:
    """Texts that begin with whsec_ are base64, as the specification has them; all others are taken as they are."""
    if not notification.sealed:
        return None
    text = credentials.opened(notification.sealed)
    if text is None:
        raise NotDelivered(f"{notification.hint} is not set")
    if text.startswith("whsec_"):
        try:
            return base64.b64decode(text.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return text.encode()
    return text.encode()


def signature(secret: bytes, message: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message.encode(), timestamp.encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"


def mail(delivery: Delivery) -> None:
    if not settings.MAIL_SERVER:
        raise NotDelivered("EMAIL_HOST is not set")
    subject = f"[Claude Code Proxy] {delivery.text.splitlines()[0]}"
    message = EmailMessage(
        subject if len(subject) <= SUBJECT_LIMIT else f"{subject[: SUBJECT_LIMIT - 1]}…",
        delivery.text + "\n",
        settings.DEFAULT_FROM_EMAIL,
        delivery.notification.addresses,
    )
    try:
        message.send()
    except (OSError, SMTPException) as error:
        raise NotDelivered(f"the mail server does not take it: {error}") from error
