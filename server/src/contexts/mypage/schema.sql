CREATE TABLE matches (
    match_id     INTEGER PRIMARY KEY,
    student      INTEGER NOT NULL,
    price        INTEGER NOT NULL,
    subject      TEXT,
    area         TEXT,
    note         TEXT,
    status       TEXT    NOT NULL,
    money        TEXT    NOT NULL,
    teacher      INTEGER,
    teacher_name TEXT,
    visit_at     INTEGER,
    requested_at INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    seq          INTEGER NOT NULL
) STRICT;

CREATE INDEX matches_of_student ON matches (student, match_id);
