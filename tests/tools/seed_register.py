"""A register with many made-up entries, for trying how pages and exports hold: real bodies, invented people."""

import random
from datetime import datetime, timedelta

from klimapartner.intents.gazetteer.table import gazetteer
from klimapartner.storage.engine import Database
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef, upsert_entry

_PARTNERS = (("Kaya", "BF"), ("Mwanza", "TZ"), ("San Carlos", "NI"), ("Cuenca", "EC"), ("", "SN"), ("", ""), ("", ""))
_REGIONS = ("africa", "africa", "latin_america", "open", None)
_TOPICS = ("water", "energy", "waste", "mobility", "adaptation", "education")


def seed(database: Database, count: int, *, now: datetime, batch: int = 500) -> None:
    """Enter `count` expressions of interest, one a body and partner; the same each time."""
    chance = random.Random(9)
    bodies = [body for body in gazetteer().bodies if body.ags and not body.valid_to]
    for first in range(0, count, batch):
        with database.session() as session:
            for number in range(first, min(first + batch, count)):
                body = bodies[number % len(bodies)]
                partner = chance.choice(_PARTNERS)
                values = {
                    "municipality": body.name, "world_region": chance.choice(_REGIONS),
                    "partnership_status": "existing" if partner[0] else "none", "partner": partner[0] or None,
                    "contact.name": f"Kim Muster {number}", "contact.email": f"k{number}@x{number}.example",
                    "contact.phone": f"0{number} 12", "topics": chance.sample(_TOPICS, 2),
                }  # fmt: skip
                upsert_entry(
                    session, call="phase09", body=BodyRef(body.name, body.ags),
                    partner=PartnerRef(f"{partner[0]} {number // len(bodies) or ''}".strip(), partner[1]),
                    fields={
                        name: FieldValue(value, "machine", round(chance.uniform(0.5, 1), 2))
                        for name, value in values.items()
                        if value
                    },
                    message_id=None, reference=f"KP9-{number:06}", received_at=now - timedelta(minutes=number),
                    actor="seed", now=now,
                )  # fmt: skip
