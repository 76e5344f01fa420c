CREATE TABLE payments (
    match_id   INTEGER PRIMARY KEY,
    student    INTEGER NOT NULL,
    called_off INTEGER NOT NULL, -- canceled or expired: what arrives goes back
    money      TEXT    NOT NULL,
    provider   TEXT,
    key        TEXT,
    attempt    INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    seq        INTEGER NOT NULL
) STRICT;

-- What is still to be done: look-ups of charges under way, and money to give back.
CREATE INDEX payments_under_way ON payments (match_id) WHERE money = 'under_way';
CREATE INDEX payments_going_back ON payments (match_id) WHERE money = 'going_back';

-- The double-entry book: the entries of one event sum to zero.
CREATE TABLE entries (
    seq      INTEGER NOT NULL,
    account  TEXT    NOT NULL, -- student:1, provider:name, held, teacher:2
    match_id INTEGER NOT NULL,
    amount   INTEGER NOT NULL,
    PRIMARY KEY (seq, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE balances (
    account TEXT PRIMARY KEY,
    amount  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
