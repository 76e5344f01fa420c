CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('student', 'teacher', 'admin')),
    state         TEXT    NOT NULL CHECK (state IN ('pending', 'active', 'disabled')),
    -- Raised whenever the tokens issued so far become void.
    epoch         INTEGER NOT NULL DEFAULT 1,
    display_name  TEXT    NOT NULL,
    phone         TEXT,
    address       TEXT,
    language      TEXT    NOT NULL CHECK (language IN ('en', 'ko')),
    zone          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

-- Only hashes: who reads this file can't log in with what it holds.
CREATE TABLE refresh_tokens (
    hash       BLOB    PRIMARY KEY,
    account    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    epoch      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_of_account ON refresh_tokens (account, created_at);
