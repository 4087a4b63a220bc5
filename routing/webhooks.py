"""A body posted to an address that an admin chose: directly, to where its name leads, and nowhere on from there."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import httpx

from routing.fetching import host_of, port_of, tls
from routing.validators import is_forbidden

SECONDS = 10.0
HEADERS = {"user-agent": "claude-code-proxy"}


class NotPosted(Exception):
    """Why it did not arrive, without the address: webhooks have secrets in it."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Blocks for some seconds at most; raises NotPosted for whatever is not answered with 2xx."""
    target = httpx.URL(url)
    failure = NotPosted("no connection")
    with httpx.Client(verify=tls(), trust_env=False, timeout=SECONDS) as client:
        for address in addresses(target):
            sent = {**HEADERS, **headers, "host": target.netloc.decode("ascii")}
            extensions = {"sni_hostname": host_of(target)}
            there = target.copy_with(host=address)
            try:
                answer = client.post(there, content=body, headers=sent, extensions=extensions)
            except httpx.ConnectError:
                continue
            except httpx.HTTPError as error:
                raise NotPosted(f"it broke off ({type(error).__name__})") from error
            if not answer.is_success:
                raise NotPosted(f"the answer is {answer.status_code}")
            return
    raise failure


def addresses(url: httpx.URL) -> list[str]:
    """Where the name leads; never to the metadata service of a cloud."""
    try:
        found = socket.getaddrinfo(host_of(url), port_of(url), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotPosted("its name cannot be resolved") from error
    each = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if any(map(is_forbidden, each)):
        raise NotPosted("its address is nobody's (link-local, multicast or unspecified)")
    return each
