"""Where a URL of a client may lead: nowhere that only we can reach, however it is spelled."""

import socket

import pytest

from routing.fetching import NotFetched, acceptable, host_of
from routing.public_addresses import NotPublic, is_public, public_addresses

SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.1",
    "0x7F.0.0.0x1",
    "0177.0.0.1",
    "00000177.0.0.01",
    "0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "127.0.0.1.",
    "%31%32%37.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127.0.0.1#@example.com",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:a9fe:a9fe]",
    "10.0.0.1",
    "012.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_leads_into_this_network(host):
    with pytest.raises((NotPublic, NotFetched)):
        await public_addresses(host_of(acceptable(f"http://{host}/a.png")), 80)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]
)
def test_everybodys_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "example.com", "1.2.3", "fe80::1%eth0"])
def test_what_is_no_address_is_not_public(text):
    assert not is_public(text)


@pytest.mark.parametrize(
    ("answers", "public"),
    [
        (["93.184.216.34", "2606:4700::1111"], True),
        (["93.184.216.34", "10.0.0.1"], False),
        (["93.184.216.34", "::1"], False),
        ([], False),
    ],
)
async def test_one_address_that_is_not_public_is_enough(monkeypatch, answers, public):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (address, 80)) for address in answers])
    if public:
        assert await public_addresses("example.com", 80) == answers
    else:
        with pytest.raises(NotPublic):
            await public_addresses("example.com", 80)


async def test_a_name_that_nobody_knows_is_told_so(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotPublic, match="resolved"):
        await public_addresses("example.com", 80)
