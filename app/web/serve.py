"""Runs the site: Waitress, one process."""

import copy
import errno
import logging
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import waitress
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from app.core.errors import UserError
from app.editing.listing import take_stock
from app.web import create_app
from app.web.studio import studio
from app.workspace import Workspace

LARGEST_REQUEST = 2 * 1024 * 1024
"""Beyond this the server itself hangs up; below it, a body too large is told on a page."""

LARGEST_PICTURE = 16 * 1024 * 1024
"""The same where a picture is taken in, the one page to which so much is sent."""

PICTURES = re.compile(r"/studio/pictures/[^/]+")


class PortTakenError(UserError):
    """Something else listens there."""


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Waitress' reader of requests, with a bound of its own for pages where pictures are sent.

    Waitress keeps a body whole, in memory or on the disk, before any page is asked whether it wants it.
    """

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.command == "POST" and PICTURES.fullmatch(self.path):
            self.adj = copy.copy(self.adj)  # type: ignore[has-type]
            self.adj.max_request_body_size = LARGEST_PICTURE


def serve_site(workspace: Workspace, host: str, port: int, opened: Callable[[str], None]) -> None:
    """Serve until interrupted; `opened` is told the address once the site answers.

    Raises:
        PortTakenError: the address cannot be listened on.
        UserError: the workspace keeps the site from opening.
    """
    app = create_app(workspace)
    HTTPChannel.parser_class = _Parser
    try:
        # Measured: with these a thousand slow clients do not keep out a quick one; the defaults let none in.
        server = waitress.create_server(
            app, host=host, port=port, threads=8, connection_limit=4000, asyncore_use_poll=True,
            channel_timeout=20, max_request_body_size=LARGEST_REQUEST, ident=None,
            # What the maker's own proxies add is for the site, which reads the last ones and no others.
            clear_untrusted_proxy_headers=not workspace.site.proxies,
        )  # fmt: skip
    except OSError as error:
        what = (
            "is in use by another program"
            if error.errno == errno.EADDRINUSE
            else f"cannot be used ({error.strerror})"
        )
        raise PortTakenError(
            f"{host}:{port} {what}", where="--port", mend="Choose another with --port"
        ) from error
    threading.Thread(target=_take_stock, args=(app,), daemon=True).start()
    opened(f"http://{host}:{server.effective_port}")
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()


def _take_stock(app: Flask) -> None:
    """Look at the texts once, so that nobody waits for it at the board; the board does it too."""
    try:
        with app.app_context():
            take_stock(studio(), datetime.now(UTC))
    except UserError as error:
        logging.getLogger("hopke.web").error("%s at the start: %s", type(error).__name__, error.what)
