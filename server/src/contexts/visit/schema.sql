CREATE TABLE visits (
    match_id     INTEGER PRIMARY KEY,
    student      INTEGER NOT NULL,
    price        INTEGER NOT NULL,
    subject      TEXT,
    area         TEXT,
    note         TEXT,
    asked_at     INTEGER NOT NULL,
    stage        TEXT    NOT NULL, -- unpaid, listed, assigned, finished, off
    teacher      INTEGER,          -- who has or had the visit; NULL again after a withdrawal
    teacher_name TEXT,
    visit_at     INTEGER,
    call_off_due INTEGER NOT NULL, -- a paid visit of a canceled or expired match, still to be called off
    seq          INTEGER NOT NULL
) STRICT;

CREATE INDEX visits_board ON visits (match_id) WHERE stage = 'listed';
CREATE INDEX visits_of_teacher ON visits (teacher, match_id) WHERE teacher IS NOT NULL;
CREATE INDEX visits_call_off ON visits (match_id) WHERE call_off_due = 1;

-- Who gave a visit back does not see it on the board again.
CREATE TABLE withdrawals (
    match_id INTEGER NOT NULL,
    teacher  INTEGER NOT NULL,
    PRIMARY KEY (match_id, teacher)
) STRICT, WITHOUT ROWID;
