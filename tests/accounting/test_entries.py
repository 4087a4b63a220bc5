import uuid

from accounting.entries import Closing, Opening, decode, encode, interrupted
from tests.accounting.samples import closing, entry, opening


def test_what_an_older_version_wrote_is_understood():
    request_id = uuid.uuid4()
    found = decode(3, f'{{"request_id":"{request_id}","started_at":1.5}}', 0, '{"state":"closed","http_status":200}')
    assert found.opening == Opening(request_id=request_id, started_at=1.5)
    assert found.closing == Closing(state="closed", http_status=200)


def test_what_a_newer_version_wrote_is_understood():
    text = encode(opening(client_name="Ann")).replace(b"{", b'{"colour":"blue",', 1)
    assert decode(1, text, 0, None).opening.client_name == "Ann"


def test_a_request_that_was_closed_is_not_interrupted():
    closed = entry(opening(), closing())
    assert interrupted(closed) is closed


def test_a_change_is_as_old_as_the_last_that_happened():
    request = opening(started_at=100.0)
    assert entry(request).changed_at == 100.0
    assert entry(request, closing(duration=1.5)).changed_at == 101.5
