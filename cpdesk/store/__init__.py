"""The store of a desk: encrypted SQLite, the log of operations, search, files, backups, the key's vault.

`store.Store` composes the parts. Everything that writes runs on one writer thread (`writer`); everybody may read at any
time. docs/store.md tells where what lies and why.
"""

from cpdesk.store.backup import BackupInfo, backups_in, restore_backup, set_aside, verify_backup
from cpdesk.store.blobs import BlobInfo
from cpdesk.store.form_versions import FormVersion
from cpdesk.store.history import HistoryEntry
from cpdesk.store.lists import Query, Row
from cpdesk.store.oplog import DeviceIdentity
from cpdesk.store.replica import Enrolment, Waiting
from cpdesk.store.shelf import Describe, Description
from cpdesk.store.store import Store
from cpdesk.store.vault import Vault

__all__ = [
    "BackupInfo",
    "BlobInfo",
    "Describe",
    "Description",
    "DeviceIdentity",
    "Enrolment",
    "FormVersion",
    "HistoryEntry",
    "Query",
    "Row",
    "Store",
    "Vault",
    "Waiting",
    "backups_in",
    "restore_backup",
    "set_aside",
    "verify_backup",
]
