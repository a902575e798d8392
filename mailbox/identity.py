"""Who we are as far as mail is concerned: addresses, Message-ID domains, the mark that our mails carry."""

from dataclasses import dataclass

LOOP_HEADER = "X-Klimapartner-Loop"
"""Stands in every mail that this assistant sends; a mail that carries it is never answered (RFC 3834, 2)."""


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """Our addresses (aliases and groups included) and the domains of the Message-IDs that we make."""

    addresses: tuple[str, ...] = ()
    message_id_domains: tuple[str, ...] = ()

    def owns(self, addr: str) -> bool:
        """Whether an address is ours, whatever its case or its +tag."""
        return plain_address(addr) in {plain_address(own) for own in self.addresses}


def plain_address(addr: str) -> str:
    """An address without its +tag, in lower case, the form to compare."""
    local, at, domain = addr.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"
