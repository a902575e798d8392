"""Taking single mails out of the open folder for good, and finding them by what they are without reading them."""

from collections.abc import Iterator, Sequence

from klimapartner.mailbox.imap import Moved, Session, batches
from klimapartner.mailbox.message_id import message_id_of
from klimapartner.mailbox.wire import talking

_ID = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
_ID_ANSWER = b"BODY[HEADER.FIELDS (MESSAGE-ID)]"


def delete_mails(imap: Session, uids: Sequence[int]) -> Moved:
    """Delete mails of the open folder by UID EXPUNGE (RFC 4315); where the server has none they stay.

    A bare EXPUNGE is never sent: it would remove what other people marked as deleted.
    """
    if not uids:
        return Moved(())
    if "UIDPLUS" not in imap.capabilities:
        return Moved((), tuple(uids), f"{imap.server} kann kein UIDPLUS: dort bitte von Hand löschen.")
    for group in batches(uids):
        with talking(imap.server, "Löschen", imap.client.socket()):
            imap.client.add_flags(group, ["\\Deleted"], silent=True)
            imap.client.uid_expunge(group)
    return Moved(tuple(uids))


def sizes_and_ids(imap: Session, uids: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """UID, size in octets and Message-ID ('' for none) of mails in the open folder."""
    for group in batches(uids):
        with talking(imap.server, "Abrufen der Kennungen", imap.client.socket()):
            rows = imap.client.fetch(group, ["RFC822.SIZE", _ID])
        for uid, row in rows.items():
            head = row.get(_ID_ANSWER)
            yield uid, int(row.get(b"RFC822.SIZE", 0)), message_id_of(head) if isinstance(head, bytes) else ""
