"""A store of finished units of work that survives whatever ends the process. Knows no model.

One SQLite file with a write-ahead log, every commit synced; one row a unit with its content-hashed key, its parameters as JSON,
its arrays as raw float64, a checksum and the provenance; failed attempts beside them. Nothing is pickled.
"""

from asymptotix.runs.store.keys import content_key as content_key
from asymptotix.runs.store.opening import open_store as open_store, read_store as read_store
from asymptotix.runs.store.record import Failure as Failure, LogEntry as LogEntry, Record as Record
from asymptotix.runs.store.store import Counts as Counts, Store as Store
