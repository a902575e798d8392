"""From whom a request comes: the page's own origin, an origin that may embed the chat, or somebody else."""

from collections.abc import Collection
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.requests import Request

from klimapartner.assistant.settings_chat import WebSettings


def is_ours(request: Request, web: WebSettings) -> bool:
    """Whether the browser says that one of our own pages sent the request; also where it says nothing at all."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc in _own_hosts(request, web)


def may_embed(request: Request, web: WebSettings) -> bool:
    """Whether the request comes from one of our pages or from one that may embed the chat."""
    return request.headers.get("origin") in set(web.embed) or is_ours(request, web)


def is_https(request: Request, web: WebSettings) -> bool:
    """Whether the visitor's browser speaks TLS, with us or with the proxy before us."""
    forwarded = request.headers.get("x-forwarded-proto", "") if web.behind_proxy else ""
    return "https" in (request.url.scheme, forwarded) or web.public_url.startswith("https:")


def peer(request: Request, web: WebSettings) -> str:
    """The network address of the visitor: behind a proxy the one that the proxy added last.

    Of IPv6 the /64 network: every connection has as many addresses as it likes below it (RFC 6177).
    """
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip() if web.behind_proxy else ""
    return one_visitor(forwarded or (request.client.host if request.client else ""))


def one_visitor(address: str) -> str:
    """What is counted as one visitor: an IPv4 address, an IPv6 /64; other words as they are, cut."""
    try:
        found = ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False))
    return str(found.ipv4_mapped if isinstance(found, IPv6Address) else found)


def _own_hosts(request: Request, web: WebSettings) -> Collection[str]:
    return {request.headers.get("host", ""), urlsplit(web.public_url).netloc} - {""}
