"""The web snippet and its demo page: files that ship with the package, cached by browsers."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request, Response

__all__ = ["STATIC", "widget_routes"]

STATIC = Path(__file__).with_name("static")

_PATHS = {
    "/feedback.js": ("feedback.js", "text/javascript; charset=utf-8"),
    "/annotate": ("annotate.html", "text/html; charset=utf-8"),
    "/annotate.css": ("annotate.css", "text/css; charset=utf-8"),
    "/annotate.js": ("annotate.js", "text/javascript; charset=utf-8"),
    "/knowledge": ("search.html", "text/html; charset=utf-8"),
    "/search.css": ("search.css", "text/css; charset=utf-8"),
    "/search.js": ("search.js", "text/javascript; charset=utf-8"),
    "/demo": ("demo.html", "text/html; charset=utf-8"),
    "/demo.css": ("demo.css", "text/css; charset=utf-8"),
    "/demo.js": ("demo.js", "text/javascript; charset=utf-8"),
}
_HEADERS = {
    "Cache-Control": "public, max-age=300",  # then asked for by its tag: a new release shows in minutes
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",  # the snippet is for pages of other origins
    "Access-Control-Allow-Origin": "*",  # and may be held to its hash there (integrity=)
}
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is sent: its bytes, the same compressed, and a tag that follows from them."""

    content: bytes
    compressed: bytes
    headers: dict[str, str]

    def answer(self, request: Request) -> Response:
        if self.headers["ETag"] in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=self.headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.compressed, headers={**self.headers, "Content-Encoding": "gzip"})
        return Response(self.content, headers=self.headers)


def widget_routes() -> APIRouter:
    """`/feedback.js`, and the page `/demo` with what it needs. They hold no data and ask for no token."""
    router = APIRouter(include_in_schema=False)
    for path, (name, media_type) in _PATHS.items():
        router.add_api_route(path, _file(STATIC / name, media_type).answer, methods=["GET", "HEAD"])
    return router


def _file(path: Path, media_type: str) -> _File:
    content = path.read_bytes()
    headers = {
        **_HEADERS,
        **(_PAGE_HEADERS if media_type.startswith("text/html") else {}),
        "Content-Type": media_type,
        # weak: the bytes differ by encoding, the content does not
        "ETag": f'W/"{sha256(content).hexdigest()[:32]}"',
    }
    return _File(content, gzip.compress(content, mtime=0), headers)


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")}
