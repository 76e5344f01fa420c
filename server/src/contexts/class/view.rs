//! The class status, one row a match.

use std::sync::Arc;

use matching_protocol::{AccountId, ClassRow, ClassStatus, Event, MatchId, PageOf, Recorded, Time};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use crate::contexts::view::{MatchRows, View, fold_rows, match_id, parsed, seq, time};

/// The class status.
pub struct ClassView;

/// What class knows of a match.
pub struct Row {
    match_id: MatchId,
    student: AccountId,
    class: Option<ClassRow>,
    withdrawn: bool,
    seq: matching_protocol::Seq,
}

/// Whose classes are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    /// Those of a student's matches.
    Student(AccountId),
    /// Those that a teacher has.
    Teacher(AccountId),
    /// All.
    All,
}

impl View for ClassView {
    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn version(&self) -> i64 {
        1
    }

    fn apply(&mut self, connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()> {
        fold_rows::<ClassView>(connection, events)
    }
}

const COLUMNS: &str =
    "match_id, student, status, teacher, teacher_name, visit_at, finished_at, withdrawn, seq";

impl MatchRows for ClassView {
    type Row = Row;

    fn load(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<Row>> {
        connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM classes WHERE match_id = ?"))?
            .query_row([match_id.get()], read)
            .optional()
    }

    fn fold(row: Option<Row>, recorded: &Recorded) -> Option<Row> {
        let Some(mut row) = row else {
            let Event::MatchRequested { student, .. } = &recorded.event else { return None };
            let (match_id, seq) = (recorded.match_id, recorded.seq);
            return Some(Row { match_id, student: *student, class: None, withdrawn: false, seq });
        };
        row.seq = recorded.seq;
        match (&recorded.event, &mut row.class) {
            (Event::VisitAssigned { teacher, teacher_name, visit_at }, class) => {
                row.withdrawn = false;
                *class = Some(ClassRow {
                    match_id: recorded.match_id,
                    status: ClassStatus::Open,
                    teacher: *teacher,
                    teacher_name: teacher_name.clone(),
                    visit_at: *visit_at,
                    finished_at: None,
                    seq: recorded.seq,
                });
            }
            (Event::VisitWithdrawn { .. }, Some(class)) => {
                row.withdrawn = true;
                class.status = ClassStatus::Closed;
            }
            (Event::MatchCanceled { .. } | Event::MatchExpired {} | Event::VisitCanceled {}, Some(class)) => {
                class.status = ClassStatus::Closed;
            }
            (Event::ClassFinished { .. }, Some(class)) => {
                class.status = ClassStatus::Finished;
                class.finished_at = Some(recorded.at);
            }
            _ => {}
        }
        if let Some(class) = &mut row.class {
            class.seq = recorded.seq;
        }
        Some(row)
    }

    fn save(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
        let class = row.class.as_ref();
        connection
            .prepare_cached(&format!(
                "INSERT INTO classes ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (match_id) DO UPDATE SET status = excluded.status, teacher = excluded.teacher,
                    teacher_name = excluded.teacher_name, visit_at = excluded.visit_at,
                    finished_at = excluded.finished_at, withdrawn = excluded.withdrawn, seq = excluded.seq"
            ))?
            .execute(params![
                row.match_id.get(),
                row.student.0,
                class.map(|c| c.status.as_str()),
                class.map(|c| c.teacher.0),
                class.map(|c| c.teacher_name.as_str()),
                class.map(|c| c.visit_at.as_millis()),
                class.and_then(|c| c.finished_at).map(Time::as_millis),
                row.withdrawn,
                row.seq.0 as i64,
            ])?;
        Ok(())
    }
}

fn read(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let match_id = match_id(row, 0)?;
    let status = match row.get_ref(2)?.as_str_or_null()? {
        None => None,
        Some("open") => Some(ClassStatus::Open),
        Some("finished") => Some(ClassStatus::Finished),
        Some(_) => Some(ClassStatus::Closed),
    };
    let seq = seq(row, 8)?;
    let class = match status {
        None => None,
        Some(status) => Some(ClassRow {
            match_id,
            status,
            teacher: AccountId(row.get(3)?),
            teacher_name: parsed(row, 4)?,
            visit_at: time(row, 5)?,
            finished_at: row.get::<_, Option<i64>>(6)?.map(Time::from_millis),
            seq,
        }),
    };
    Ok(Row { match_id, student: AccountId(row.get(1)?), class, withdrawn: row.get(7)?, seq })
}

/// The class status of the matches in a scope, newest first.
///
/// # Errors
/// Whatever SQLite reports.
pub fn list(connection: &Connection, scope: Scope, page: &PageOf) -> rusqlite::Result<Vec<ClassRow>> {
    let (narrow, account) = match scope {
        Scope::Student(account) => ("student = ?1", account.0),
        Scope::Teacher(account) => ("teacher = ?1 AND withdrawn = 0", account.0),
        Scope::All => ("?1 = 0", 0),
    };
    let before = page.after.map_or(i64::MAX, MatchId::get);
    let rows: Vec<Row> = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM classes WHERE {narrow} AND status IS NOT NULL AND match_id < ?2
             ORDER BY match_id DESC LIMIT ?3"
        ))?
        .query_map(params![account, before, page.rows()], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter_map(|row| row.class).collect())
}

/// What is assigned, past its meeting time since before `before`, and not finished; oldest first.
///
/// # Errors
/// Whatever SQLite reports.
pub fn overdue(connection: &Connection, before: Time, limit: u32) -> rusqlite::Result<Vec<ClassRow>> {
    let rows: Vec<Row> = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM classes WHERE status = 'open' AND visit_at < ?1 ORDER BY visit_at LIMIT ?2"
        ))?
        .query_map(params![before.as_millis(), limit], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter_map(|row| row.class).collect())
}
