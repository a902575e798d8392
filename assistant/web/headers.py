"""What every answer says about its own safety, and how large a request may be; plain ASGI, since it must not buffer."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With "no-referrer" browsers send "Origin: null" with forms, which could then not be told from a stranger's.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class SafeHeaders:
    """Sets the headers where the answer has none of that name, and refuses bodies that are too large.

    `larger` gives paths below which bodies may have another size, in bytes.
    """

    def __init__(self, app: ASGIApp, *, https: bool, larger: Mapping[str, int] = MappingProxyType({})) -> None:
        self._app = app
        self._larger = larger
        self._headers = _ALWAYS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if _too_large(Headers(scope=scope), self._most(scope["path"])):
            await PlainTextResponse("", status_code=413)(scope, receive, send_safely)
        else:
            await self._app(scope, receive, send_safely)

    def _most(self, path: str) -> int:
        return next((size for start, size in self._larger.items() if path.startswith(start)), LARGEST_BODY)


def _too_large(headers: Headers, most: int) -> bool:
    """A body must say its length: every browser's form and fetch does."""
    length = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not length.isdigit() or int(length) > most
