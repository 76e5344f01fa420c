-- The log, version 1.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    seq     INTEGER PRIMARY KEY,
    stream  INTEGER NOT NULL,
    version INTEGER NOT NULL,
    type    TEXT    NOT NULL,
    at      INTEGER NOT NULL, -- milliseconds since 1970, UTC
    by      TEXT    NOT NULL,
    data    TEXT    NOT NULL,
    UNIQUE (stream, version)
) STRICT;

CREATE TABLE commands (
    account  INTEGER NOT NULL,
    id       BLOB    NOT NULL,
    body     INTEGER NOT NULL, -- digest
    match_id INTEGER NOT NULL,
    seq      INTEGER NOT NULL, -- of the last event that belongs to it
    reply    TEXT,             -- a status or an error code; NULL while an intent to pay is not settled
    -- The id first: ids are ordered by time, so that the commands of many accounts go into one page.
    PRIMARY KEY (id, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX commands_pending ON commands (match_id) WHERE reply IS NULL;
