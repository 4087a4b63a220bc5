"""Client keys: their format, what is stored of them, and when they end."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from routing import keys, loading
from routing.models import ClientKey
from tests.routing import factories

KNOWN = "ccp_abcdEF12_" + "x" * 43
KNOWN += keys.checksum(KNOWN)

NOISE = [
    pytest.param("", id="nothing"),
    pytest.param(KNOWN[:-1], id="cut"),
    pytest.param(KNOWN + "0", id="longer"),
    pytest.param(KNOWN.replace("xx", "xy", 1), id="another secret"),
    pytest.param(KNOWN.replace("EF12", "EF13"), id="another public id"),
    pytest.param(KNOWN.swapcase(), id="another case"),
    pytest.param(KNOWN + "\n", id="a line break"),
    pytest.param(KNOWN.replace("x", "ｘ"), id="not ASCII"),
    pytest.param("sk-" + "a" * 40, id="of another vendor"),
]


def now():
    return timezone.now().timestamp()


def test_a_new_key_has_our_format_and_at_least_190_bits():
    text = keys.new_text()
    assert keys.FORMAT.match(text)
    assert len(text.rpartition("_")[2]) - keys.CHECKSUM_LENGTH >= 32  # 32 base-62 digits are 190 bits
    assert keys.well_formed(text)


def test_no_two_keys_are_alike():
    assert len({keys.new_text() for _ in range(200)}) == 200


def test_the_checksum_is_the_crc_of_the_rest():
    number = 0
    for digit in keys.checksum("123456789"):
        number = number * 62 + keys.ALPHABET.index(digit)
    assert number == 0xCBF43926  # what CRC-32/ISO-HDLC gives for the input that all CRCs are checked with


@pytest.mark.parametrize("text", NOISE)
def test_noise_is_told_from_a_key_without_the_database(text):
    assert not keys.well_formed(text)


def test_a_text_without_our_mark_may_be_a_key_that_was_brought_along():
    assert keys.plausible("my own key")
    assert not keys.plausible("x" * 513)
    assert not keys.plausible("ccp_my_own_key")


@pytest.mark.django_db
def test_nothing_stored_contains_the_key():
    key, text = factories.key(label="laptop")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM routing_clientkey")
        stored = str(cursor.fetchall())
    dumped = io.StringIO()
    call_command("dumpdata", "routing", stdout=dumped)
    secret = text.rpartition("_")[2]
    for place in (stored, dumped.getvalue(), repr(key), str(key), repr(key.__dict__)):
        assert key.prefix in place or place in (repr(key), str(key))
        assert secret not in place
        assert secret[:12] not in place


@pytest.mark.django_db
def test_the_digest_depends_on_the_pepper(settings):
    _, text = factories.key()
    settings.KEY_PEPPER = b"another pepper, long enough"
    assert loading.load({}).key(text, now()) is None


@pytest.mark.django_db
def test_a_key_is_found_with_whom_it_belongs_to():
    owner = factories.client("ada", team=factories.team("blue"))
    key, text = factories.key(owner)
    entry = loading.load({}).key(text, now())
    assert (entry.id, entry.prefix) == (key.pk, key.prefix)
    assert (entry.client_id, entry.client_name) == (owner.pk, "ada")
    assert (entry.team_id, entry.team_name) == (owner.team_id, "blue")


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["revoked", "expired", "client", "team"])
def test_a_key_ends_with_its_time_its_client_and_its_team(end):
    owner = factories.client(team=factories.team(is_active=end != "team"), is_active=end != "client")
    expires_at = timezone.now() - timedelta(seconds=1) if end == "expired" else None
    key, text = factories.key(owner, expires_at=expires_at)
    if end == "revoked":
        keys.revoke(key)
    assert loading.load({}).key(text, now()) is None


@pytest.mark.django_db
def test_a_key_expires_while_the_table_stays():
    expires_at = timezone.now() + timedelta(minutes=1)
    _, text = factories.key(expires_at=expires_at)
    table = loading.load({})
    assert table.key(text, expires_at.timestamp() - 1)
    assert table.key(text, expires_at.timestamp()) is None


@pytest.mark.django_db
def test_revoking_is_final():
    key, _ = factories.key()
    assert keys.revoke(key)
    revoked_at = key.revoked_at
    assert not keys.revoke(key)
    assert ClientKey.objects.get().revoked_at == revoked_at
    assert key.state == "revoked"


@pytest.mark.django_db
def test_one_client_may_have_several_keys():
    owner = factories.client()
    texts = [factories.key(owner)[1] for _ in range(2)]
    table = loading.load({})
    assert all(table.key(text, now()) for text in texts)


@pytest.mark.django_db
def test_when_a_key_was_used_is_written_at_most_once_a_minute():
    key, text = factories.key()
    uses = {}
    table = loading.load(uses)
    table.key(text, 1_000_000.0)
    keys.write_uses(uses)
    first = ClientKey.objects.get().last_used_at
    assert first.timestamp() == 1_000_000.0
    keys.write_uses({key.pk: 1_000_059.0})
    assert ClientKey.objects.get().last_used_at == first
    keys.write_uses({key.pk: 1_000_060.0})
    assert ClientKey.objects.get().last_used_at.timestamp() == 1_000_060.0


@pytest.mark.django_db
def test_writing_when_keys_were_used_does_not_load_the_table_again():
    key, _ = factories.key()
    before = loading.fingerprint()
    keys.write_uses({key.pk: 1_000_000.0})
    assert loading.fingerprint() == before
