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

-- The due-time index of expiry: what waits to be paid, since it was asked for; what waits for a teacher, since its last event.
CREATE INDEX matches_unpaid ON matches (requested_at) WHERE status IN ('MatchRequested', 'PaymentDeclined');
CREATE INDEX matches_paid ON matches (updated_at) WHERE status IN ('PaymentApproved', 'VisitWithdrawn');

-- A student's open requests, for the limit on their number.
CREATE INDEX matches_open ON matches (student)
    WHERE status NOT IN ('ClassFinished', 'MatchCanceled', 'MatchExpired', 'VisitCanceled', 'PaymentCanceled');
