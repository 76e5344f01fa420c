-- One row a match, replaced by the next assignment; class columns are NULL until the first.
CREATE TABLE classes (
    match_id     INTEGER PRIMARY KEY,
    student      INTEGER NOT NULL,
    status       TEXT,
    teacher      INTEGER,
    teacher_name TEXT,
    visit_at     INTEGER,
    finished_at  INTEGER,
    withdrawn    INTEGER NOT NULL, -- off that teacher's list
    seq          INTEGER NOT NULL
) STRICT;

CREATE INDEX classes_of_student ON classes (student, match_id) WHERE status IS NOT NULL;
CREATE INDEX classes_of_teacher ON classes (teacher, match_id) WHERE withdrawn = 0 AND status IS NOT NULL;

-- What is assigned and not finished, by meeting time.
CREATE INDEX classes_open ON classes (visit_at) WHERE status = 'open';
