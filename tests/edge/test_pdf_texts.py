"""PDF documents become text in processes of their own, and nothing that a document does harms more than itself."""

import asyncio
import base64
import hashlib
import sys
import zlib
from pathlib import Path

import pytest

from conversion.request.attachments import Document
from proxysite.pdf import reader, texts
from proxysite.pdf.texts import PdfTexts
from tests.support.pdf import pdf, written


def program(code):
    return (sys.executable, "-I", "-c", code)


HANGS = program("import signal; signal.pause()")
CRASHES = program("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
FLOODS = program("import os\nwhile True: os.write(1, bytes(1 << 20))")
COUNTS = program("import sys; print(len(sys.stdin.read()))")


@pytest.fixture
def start():
    started = []

    def start(*arguments, **named):
        started.append(PdfTexts(*arguments, **named))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def document(data):
    encoded = base64.b64encode(data).decode()
    return Document(hashlib.sha256(encoded.encode()).hexdigest(), encoded)


async def test_it_gives_the_text_page_by_page(start):
    first, second = document(pdf("Hello", "World")), document(pdf("Other"))
    assert await start().of([first, second]) == {
        first.digest: "[page 1]\nHello\n\n[page 2]\nWorld",
        second.digest: "[page 1]\nOther",
    }


def inflating(part, times):
    """A page whose content is small only as long as it is compressed."""
    compressor = zlib.compressobj(1)
    content = b"".join(compressor.compress(part) for _ in range(times)) + compressor.flush()
    return pdf("", content=(b"/Filter /FlateDecode", content))


PAGES_OF_THEMSELVES = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9999 >>"]
DEEPLY_NESTED = [b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 1_000_000]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: b"", id="empty"),
        pytest.param(lambda: b"hello", id="something else"),
        pytest.param(lambda: pdf("Hello")[:150], id="truncated"),
        pytest.param(lambda: pdf("", ""), id="without text"),
        pytest.param(lambda: written(PAGES_OF_THEMSELVES), id="endless pages"),
        pytest.param(lambda: written(DEEPLY_NESTED), id="deeply nested"),
        pytest.param(lambda: inflating(b" " * (1 << 20), 600), id="inflates beyond its memory"),
        pytest.param(lambda: inflating(b"BT /F1 12 Tf (a) Tj ET " * 1000, 3000), id="endless work"),
    ],
)
async def test_documents_that_cannot_be_read_have_no_text(start, data):
    bad, good = document(data()), document(pdf("Hello"))
    reading = start()
    assert await reading.of([bad]) == {}
    assert await reading.of([good]) == {good.digest: "[page 1]\nHello"}


@pytest.mark.parametrize("reader", [CRASHES, FLOODS], ids=["it crashes", "it writes without end"])
async def test_a_reader_gone_wrong_gives_no_text(start, reader):
    assert await start(reader).of([document(b"a")]) == {}


async def test_a_reader_that_takes_too_long_is_ended(start):
    unread, read = document(b"a" * 1_000_000), document(b"b")
    assert await start(HANGS, seconds=0.05).of([unread, read]) == {}


async def test_a_document_is_read_once(start, tmp_path):
    log = tmp_path / "log"
    reading = start(program(f"import sys; open({str(log)!r}, 'a').write('x'); print(len(sys.stdin.read()))"))
    both = await asyncio.gather(reading.of([document(b"abc")]), reading.of([document(b"abc")]))
    assert [*both, await reading.of([document(b"abc")])] == [{document(b"abc").digest: "4\n"}] * 3
    assert log.read_text() == "x"


async def test_a_document_without_text_is_not_read_again(start, tmp_path):
    log = tmp_path / "log"
    reading = start(program(f"open({str(log)!r}, 'a').write('x'); raise SystemExit(1)"))
    assert [await reading.of([document(b"abc")]), await reading.of([document(b"abc")])] == [{}, {}]
    assert log.read_text() == "x"


async def test_when_too_many_wait_no_more_are_read(start, monkeypatch):
    monkeypatch.setattr(texts, "WAITING", 0)
    assert await start(COUNTS).of([document(b"abc")]) == {}


async def test_large_documents_are_not_read(start, monkeypatch):
    monkeypatch.setattr(texts, "ENCODED_BYTES", 7)
    small, large = document(b"abc"), document(b"abcdefg")
    assert await start(COUNTS).of([small, large]) == {small.digest: "4\n"}


async def test_stopping_ends_what_runs_and_what_waits(start):
    reading = start(HANGS, seconds=60.0)
    waiting = asyncio.create_task(reading.of([document(b"%d" % number) for number in range(3)]))
    while len(reading._processes) < texts.PROCESSES:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(reading.stop)
    assert await waiting == {}


async def test_it_can_be_used_again_after_it_was_stopped(start):
    reading = start(COUNTS)
    assert await reading.of([document(b"abc")])
    reading.stop()
    assert await reading.of([document(b"abcd")])


async def test_those_who_leave_take_nothing_from_others(start):
    reading = start(COUNTS)
    leaving = asyncio.create_task(reading.of([document(b"abc")]))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await reading.of([document(b"abc")]) == {document(b"abc").digest: "4\n"}


async def test_a_reader_that_cannot_start_is_an_error_of_ours(start, caplog):
    assert await start(("/nonexistent/python",)).of([document(b"a")]) == {}
    assert "no reader of PDF documents can be started" in caplog.text


def test_pages_and_characters_are_bounded(monkeypatch):
    monkeypatch.setattr(reader, "PAGES", 2)
    assert reader.document_text(pdf("a", "b", "c")).endswith("[page 2]\nb\n\n[The text ends here, on page 2 of 3.]")
    monkeypatch.setattr(reader, "CHARACTERS", 3)
    assert reader.document_text(pdf("abcdef")) == "[page 1]\nabc\n\n[The text ends here, on page 1 of 1.]"


ATTEMPTS = """
import os, socket, sys
sys.path.insert(0, {folder!r})
import reader
reader.confine()
attempts = [lambda: open("/etc/passwd"), socket.socket, lambda: bytearray(600 << 20), lambda: os.environ["HOME"]]
for number, attempt in enumerate(attempts):
    try:
        attempt()
        print(number)
    except (OSError, MemoryError, KeyError):
        print("no")
"""


async def test_the_reader_gets_no_file_no_socket_little_memory_and_no_environment(start):
    confined = program(ATTEMPTS.format(folder=str(Path(reader.__file__).parent)))
    assert list((await start(confined).of([document(b"a")])).values()) == ["no\n" * 4]
