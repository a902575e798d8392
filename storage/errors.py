"""The errors of the storage leaf, in one tree. SQLAlchemy's own never leave it.

StorageError
├── DatabaseUnavailable
├── SchemaMismatch
├── Conflict
├── NotFound
├── LeaseLost
├── WrongState
├── NotEmpty
├── TransferFailed
├── BadBackup
└── Refused
"""


class StorageError(Exception):
    """The database did not do what it was asked to."""


class DatabaseUnavailable(StorageError):
    """The database cannot be reached, is busy, or broke off the transaction; the same call may work later."""


class SchemaMismatch(StorageError):
    """The database was migrated by a newer version of the program."""


class Conflict(StorageError):
    """Someone else changed the record in the meantime."""


class NotFound(StorageError):
    """There is no such record."""


class LeaseLost(StorageError):
    """Another worker took the record over because the lease had run out."""


class WrongState(StorageError):
    """The record is in a state from which this step is not allowed."""


class NotEmpty(StorageError):
    """The database to be filled has something in it."""


class TransferFailed(StorageError):
    """A copy of the database is not the same as what was copied."""


class BadBackup(StorageError):
    """The file is no backup, is damaged, or is of a kind that this program does not know."""


class Refused(StorageError):
    """A rule of the database itself refused the change: a key is taken, or the record must not be changed."""
