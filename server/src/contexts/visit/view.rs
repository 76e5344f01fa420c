//! The board and the visits, and the list of visits that are still to be called off.

use std::sync::Arc;

use matching_protocol::{
    AccountId, Area, Event, MatchId, Note, PageOf, Price, Recorded, Seq, Subject, Time, VisitRequest,
    VisitRow, VisitStatus, VisitView as Assigned,
};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use crate::contexts::view::{MatchRows, View, fold_rows, match_id, optional, parsed, price, seq, time};

/// The board and the visits.
pub struct VisitView;

/// What visit knows of a match.
pub struct Row {
    match_id: MatchId,
    student: AccountId,
    price: Price,
    subject: Option<Subject>,
    area: Option<Area>,
    note: Option<Note>,
    asked_at: Time,
    stage: Stage,
    visit: Option<Assigned>,
    call_off_due: bool,
    /// Whoever withdrew in the batch that is being folded.
    withdrew: Vec<AccountId>,
    seq: Seq,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Unpaid,
    Listed,
    Assigned,
    Finished,
    Off,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Stage::Unpaid => "unpaid",
            Stage::Listed => "listed",
            Stage::Assigned => "assigned",
            Stage::Finished => "finished",
            Stage::Off => "off",
        }
    }
}

impl View for VisitView {
    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn version(&self) -> i64 {
        1
    }

    fn apply(&mut self, connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()> {
        fold_rows::<VisitView>(connection, events)
    }
}

const COLUMNS: &str = "match_id, student, price, subject, area, note, asked_at, stage, teacher, teacher_name, visit_at, call_off_due, seq";

impl MatchRows for VisitView {
    type Row = Row;

    fn load(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<Row>> {
        connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM visits WHERE match_id = ?"))?
            .query_row([match_id.get()], read)
            .optional()
    }

    fn fold(row: Option<Row>, recorded: &Recorded) -> Option<Row> {
        let Some(mut row) = row else { return first(recorded) };
        row.seq = recorded.seq;
        match (&recorded.event, row.stage) {
            (Event::PaymentApproved { .. }, Stage::Unpaid) => row.stage = Stage::Listed,
            (Event::VisitAssigned { teacher, teacher_name, visit_at }, Stage::Listed) => {
                row.stage = Stage::Assigned;
                row.visit = Some(Assigned {
                    teacher: *teacher,
                    teacher_name: teacher_name.clone(),
                    visit_at: *visit_at,
                });
            }
            (Event::VisitWithdrawn { teacher, .. }, Stage::Assigned) => {
                row.stage = Stage::Listed;
                row.visit = None;
                row.withdrew.push(*teacher);
            }
            (Event::ClassFinished { .. }, Stage::Assigned) => row.stage = Stage::Finished,
            (Event::MatchCanceled { .. } | Event::MatchExpired {}, stage) => {
                row.call_off_due = matches!(stage, Stage::Listed | Stage::Assigned);
                row.stage = Stage::Off;
            }
            (Event::VisitCanceled {}, _) => row.call_off_due = false,
            _ => {}
        }
        Some(row)
    }

    fn save(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
        let visit = row.visit.as_ref();
        connection
            .prepare_cached(
                "INSERT INTO visits (match_id, student, price, subject, area, note, asked_at, stage, teacher, teacher_name, visit_at, call_off_due, seq)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (match_id) DO UPDATE SET stage = excluded.stage, teacher = excluded.teacher,
                    teacher_name = excluded.teacher_name, visit_at = excluded.visit_at,
                    call_off_due = excluded.call_off_due, seq = excluded.seq",
            )?
            .execute(params![
                row.match_id.get(),
                row.student.0,
                row.price.won(),
                row.subject.as_ref().map(Subject::as_str),
                row.area.as_ref().map(Area::as_str),
                row.note.as_ref().map(Note::as_str),
                row.asked_at.as_millis(),
                row.stage.as_str(),
                visit.map(|v| v.teacher.0),
                visit.map(|v| v.teacher_name.as_str()),
                visit.map(|v| v.visit_at.as_millis()),
                row.call_off_due,
                row.seq.0 as i64,
            ])?;
        for teacher in &row.withdrew {
            connection
                .prepare_cached("INSERT OR IGNORE INTO withdrawals (match_id, teacher) VALUES (?, ?)")?
                .execute(params![row.match_id.get(), teacher.0])?;
        }
        Ok(())
    }
}

fn first(recorded: &Recorded) -> Option<Row> {
    let Event::MatchRequested { student, price, subject, area, note } = &recorded.event else { return None };
    Some(Row {
        match_id: recorded.match_id,
        student: *student,
        price: *price,
        subject: subject.clone(),
        area: area.clone(),
        note: note.clone(),
        asked_at: recorded.at,
        stage: Stage::Unpaid,
        visit: None,
        call_off_due: false,
        withdrew: Vec::new(),
        seq: recorded.seq,
    })
}

fn read(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let visit = match row.get::<_, Option<i64>>(8)? {
        Some(teacher) => Some(Assigned {
            teacher: AccountId(teacher),
            teacher_name: parsed(row, 9)?,
            visit_at: time(row, 10)?,
        }),
        None => None,
    };
    Ok(Row {
        match_id: match_id(row, 0)?,
        student: AccountId(row.get(1)?),
        price: price(row, 2)?,
        subject: optional(row, 3)?,
        area: optional(row, 4)?,
        note: optional(row, 5)?,
        asked_at: time(row, 6)?,
        stage: match row.get_ref(7)?.as_str()? {
            "unpaid" => Stage::Unpaid,
            "listed" => Stage::Listed,
            "assigned" => Stage::Assigned,
            "finished" => Stage::Finished,
            _ => Stage::Off,
        },
        visit,
        call_off_due: row.get(11)?,
        withdrew: Vec::new(),
        seq: seq(row, 12)?,
    })
}

/// The board, oldest first: for a teacher without what that teacher gave back, or all of it.
///
/// # Errors
/// Whatever SQLite reports.
pub fn board(
    connection: &Connection,
    teacher: Option<AccountId>,
    page: &PageOf,
) -> rusqlite::Result<Vec<VisitRequest>> {
    let after = page.after.map_or(0, MatchId::get);
    let rows: Vec<Row> = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM visits WHERE stage = 'listed' AND match_id > ?1
             AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.match_id = visits.match_id AND w.teacher = ?2)
             ORDER BY match_id LIMIT ?3"
        ))?
        .query_map(params![after, teacher.map_or(-1, |t| t.0), page.rows()], read)?
        .collect::<Result<_, _>>()?;
    let requests = rows.into_iter().map(|row| VisitRequest {
        match_id: row.match_id,
        price: row.price,
        subject: row.subject,
        area: row.area,
        note: row.note,
        asked_at: row.asked_at,
        seq: row.seq,
    });
    Ok(requests.collect())
}

/// How many requests are on the board.
///
/// # Errors
/// Whatever SQLite reports.
pub fn waiting(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT COUNT(*) FROM visits WHERE stage = 'listed'")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
}

/// A visit and whose it is; the student's contact is not visit's to know.
pub struct VisitOf {
    /// The row, without the contact.
    pub row: VisitRow,
    /// Who asked for the lesson.
    pub student: AccountId,
}

/// A teacher's visits, or all, newest first.
///
/// # Errors
/// Whatever SQLite reports.
pub fn visits(
    connection: &Connection,
    teacher: Option<AccountId>,
    page: &PageOf,
) -> rusqlite::Result<Vec<VisitOf>> {
    let before = page.after.map_or(i64::MAX, MatchId::get);
    let narrow = if teacher.is_some() { "teacher = ?1" } else { "teacher IS NOT NULL AND ?1 = 0" };
    let rows: Vec<Row> = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM visits WHERE {narrow} AND match_id < ?2 ORDER BY match_id DESC LIMIT ?3"
        ))?
        .query_map(params![teacher.map_or(0, |t| t.0), before, page.rows()], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter_map(visit_of).collect())
}

fn visit_of(row: Row) -> Option<VisitOf> {
    let visit = row.visit?;
    let status = match row.stage {
        Stage::Assigned => VisitStatus::Assigned,
        Stage::Finished => VisitStatus::Finished,
        Stage::Unpaid | Stage::Listed | Stage::Off => VisitStatus::Canceled,
    };
    let student = row.student;
    let row = VisitRow {
        match_id: row.match_id,
        teacher: visit.teacher,
        teacher_name: visit.teacher_name,
        visit_at: visit.visit_at,
        status,
        price: row.price,
        subject: row.subject,
        area: row.area,
        note: row.note,
        student: None,
        seq: row.seq,
    };
    Some(VisitOf { row, student })
}

/// Visits that are still to be called off, behind `after`.
///
/// # Errors
/// Whatever SQLite reports.
pub fn call_offs_due(connection: &Connection, after: i64, limit: u32) -> rusqlite::Result<Vec<MatchId>> {
    connection
        .prepare_cached(
            "SELECT match_id FROM visits WHERE call_off_due = 1 AND match_id > ? ORDER BY match_id LIMIT ?",
        )?
        .query_map(params![after, limit], |row| match_id(row, 0))?
        .collect()
}
