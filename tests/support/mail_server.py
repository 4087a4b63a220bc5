"""A server that takes mail by SMTP (RFC 5321), on a port of its own.

with MailServer() as server: server.port, server.messages
"""

from __future__ import annotations

import email
from email.message import Message
from socketserver import StreamRequestHandler

from tests.support.background import Background


class MailServer(Background):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.port = self.server_address[1]
        self.messages: list[Message] = []


class _Mail(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            match line.split()[0].upper():
                case b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    self.server.messages.append(email.message_from_bytes(b"".join(lines)))
                    self.wfile.write(b"250 taken\r\n")
                case b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(b"250 fine\r\n")
