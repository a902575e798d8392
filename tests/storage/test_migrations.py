"""From every earlier version, with rows in every table: nothing is lost or changed on the way to the newest."""

import pytest
from alembic.script import ScriptDirectory
from any_rows import all_rows, fill_every_table

from klimapartner.storage import schema
from klimapartner.storage.engine import open_database
from klimapartner.storage.snapshot import last_id

REVISIONS = [script.revision for script in ScriptDirectory.from_config(schema.config()).walk_revisions()][::-1]
# What a migration is meant to write: the key of the tombstones (0006).
WRITTEN = {"state"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_an_earlier_version_survive(unmigrated_url: str, revision: str) -> None:
    database = open_database(unmigrated_url)
    with database.session() as session:
        connection = session.connection()
        schema.upgrade(connection, revision)
        if revision >= "0006":
            connection.exec_driver_sql("DELETE FROM state")
        counts = fill_every_table(connection)
        before = all_rows(connection)
    assert set(counts.values()) == {3}
    database.migrate()
    with database.reading() as session:
        after = all_rows(session.connection())
    assert database.check().revision == schema.head()
    for name, rows in before.items():
        kept = after[name] if name not in WRITTEN else [row for row in after[name] if row["key"] != "tombstone.key"]
        assert [{column: row[column] for column in rows[0]} for row in kept] == rows, name
    database.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_ids_of_an_earlier_version_are_not_given_out_again(unmigrated_url: str, revision: str) -> None:
    database = open_database(unmigrated_url)
    with database.session() as session:
        connection = session.connection()
        schema.upgrade(connection, revision)
        # By itself, so that the database counts.
        connection.exec_driver_sql(
            "INSERT INTO erasures (at, who, counts) VALUES ('2022-03-10 09:00:00', 'erika', '{}')"
        )
        connection.exec_driver_sql("DELETE FROM erasures")
    database.migrate()
    with database.reading() as session:
        assert last_id(session.connection(), "erasures") == 1
    database.close()
