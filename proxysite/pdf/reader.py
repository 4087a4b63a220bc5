"""A program of its own: a PDF document in base64 comes in, its text goes out; nothing where there is none.

PDFium is C++ and reads what strangers wrote. So it runs without the service's memory, modules and environment, bounded
in memory and time, and cannot open a file or a socket. `texts.py` starts it; it imports nothing of ours.
"""

from __future__ import annotations

import codecs
import resource
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pypdfium2

MEMORY_BYTES = 512 * 1024**2
PROCESSOR_SECONDS = 10
PAGES = 400
CHARACTERS = 1_000_000

LIMITS = (
    (resource.RLIMIT_AS, MEMORY_BYTES),
    (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
    (resource.RLIMIT_NOFILE, 3),  # stdin, stdout, stderr: no more files, no sockets
    (resource.RLIMIT_NPROC, 0),
    (resource.RLIMIT_CORE, 0),
)


def confine() -> None:
    """From here on nothing can be had but memory and time, both bounded."""
    with suppress(OSError):  # where memory is short, the system ends this process first
        Path("/proc/self/oom_score_adj").write_text("1000")
    codecs.lookup("utf-16-le")  # what PDFium's texts are read with: a module that could not be opened later
    for limit, value in LIMITS:
        with suppress(ValueError):  # macOS does not bound memory
            resource.setrlimit(limit, (value, value))


def document_text(data: bytes) -> str:
    """The text, page by page, with a last line for what is left out; empty where no page has any."""
    with pypdfium2.PdfDocument(data) as document:
        pages: list[str] = []
        room = CHARACTERS
        for text in page_texts(document):
            pages.append(text[:room])
            room -= len(pages[-1])
            if room <= 0:
                break
        if not any(pages):
            return ""
        lines = [f"[page {number}]\n{text}" for number, text in enumerate(pages, 1)]
        if room <= 0 or len(pages) < len(document):
            lines.append(f"[The text ends here, on page {len(pages)} of {len(document)}.]")
        return "\n\n".join(lines)


def page_texts(document: pypdfium2.PdfDocument) -> Iterator[str]:
    for number in range(min(len(document), PAGES)):
        page = document[number]
        text = page.get_textpage()
        yield plain(text.get_text_range())
        text.close()
        page.close()


def plain(text: str) -> str:
    """With line ends of one kind, without the signs by which PDFium marks hyphens and what it cannot name."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "").replace("\x02", "").replace("\0", "")
    return lines.strip()


def main() -> None:
    confine()
    text = document_text(b64decode(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(text.encode(errors="replace"))


if __name__ == "__main__":
    main()
