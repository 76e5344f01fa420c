//! Queries: each reads the view of the context that owns the answer, within the rights of who asks.

use matching_protocol::{
    ContextName, ErrorCode, MatchId, MatchView, MyPageRow, Page, PageOf, Query, ResultBody, Role, Seq,
    Status, Timeline, VisitStatus,
};

use super::{Gateway, only};
use crate::application::dispatch::Sender;
use crate::contexts::class::view::Scope;
use crate::contexts::{class, matching, mypage, visit};

pub(super) async fn answer(gateway: &Gateway, sender: Sender, query: Query) -> Result<ResultBody, ErrorCode> {
    let views = &gateway.views;
    match query {
        Query::ShowMatch(one) => show(gateway, sender, one.match_id).await.map(ResultBody::Match),
        Query::Matches(of) => {
            let student = only(sender, Role::Student)?;
            let read = |connection: &_, seq| Ok((matching::view::list(connection, student, &of)?, seq));
            let (rows, seq) = views.read(ContextName::Matching, read).await?;
            Ok(ResultBody::Matches(page(rows, seq, &of, |row| row.match_id)))
        }
        Query::MyPage(of) => my_page(gateway, sender, &of).await.map(ResultBody::MyPage),
        Query::Timeline(one) => timeline(gateway, sender, one.match_id).await.map(ResultBody::Timeline),
        Query::VisitRequests(of) => {
            let teacher = only(sender, Role::Teacher)?;
            let read = |connection: &_, seq| Ok((visit::view::board(connection, teacher, &of)?, seq));
            let (rows, seq) = views.read(ContextName::Visit, read).await?;
            Ok(ResultBody::VisitRequests(page(rows, seq, &of, |row| row.match_id)))
        }
        Query::Visits(of) => {
            let teacher = only(sender, Role::Teacher)?;
            let read = |connection: &_, seq| Ok((visit::view::visits(connection, teacher, &of)?, seq));
            let (visits, seq) = views.read(ContextName::Visit, read).await?;
            let rows = visits.into_iter().map(|visit| {
                let mut row = visit.row;
                if teacher.is_some() && row.status == VisitStatus::Assigned {
                    row.student = gateway.accounts.contact(visit.student);
                }
                row
            });
            Ok(ResultBody::Visits(page(rows.collect(), seq, &of, |row| row.match_id)))
        }
        Query::Classes(of) => {
            let scope = match sender.role {
                Role::Student => Scope::Student(sender.account),
                Role::Teacher => Scope::Teacher(sender.account),
                Role::Admin => Scope::All,
            };
            let read = |connection: &_, seq| Ok((class::view::list(connection, scope, &of)?, seq));
            let (rows, seq) = views.read(ContextName::Class, read).await?;
            Ok(ResultBody::Classes(page(rows, seq, &of, |row| row.match_id)))
        }
    }
}

/// A full page may have more behind it.
fn page<T>(rows: Vec<T>, seq: Seq, of: &PageOf, id: impl Fn(&T) -> MatchId) -> Page<T> {
    let full = rows.len() >= of.rows() as usize;
    let next = rows.last().filter(|_| full).map(id);
    Page { rows, seq, next }
}

async fn show(gateway: &Gateway, sender: Sender, match_id: MatchId) -> Result<MatchView, ErrorCode> {
    let student = only(sender, Role::Student)?;
    let found =
        gateway.views.read(ContextName::Matching, |connection, _| matching::view::find(connection, match_id));
    found.await?.filter(|row| student.is_none_or(|student| student == row.student)).ok_or(ErrorCode::NotFound)
}

async fn my_page(gateway: &Gateway, sender: Sender, of: &PageOf) -> Result<Page<MyPageRow>, ErrorCode> {
    let student = only(sender, Role::Student)?;
    let read = |connection: &_, seq| Ok((mypage::view::list(connection, student, of)?, seq));
    let (rows, seq) = gateway.views.read(ContextName::Mypage, read).await?;
    let rows = rows.into_iter().map(|summary| {
        let assigned = student.is_some() && summary.status == Status::VisitAssigned;
        let teacher = summary.visit.as_ref().filter(|_| assigned).map(|visit| visit.teacher);
        let teacher_contact = teacher.and_then(|teacher| gateway.accounts.contact(teacher));
        MyPageRow { summary, teacher_contact }
    });
    Ok(page(rows.collect(), seq, of, |row| row.summary.match_id))
}

/// My page owns the question whose it is; what happened is the log itself.
async fn timeline(gateway: &Gateway, sender: Sender, match_id: MatchId) -> Result<Timeline, ErrorCode> {
    let student = only(sender, Role::Student)?;
    let found =
        gateway.views.read(ContextName::Mypage, |connection, _| mypage::view::find(connection, match_id));
    let row = found.await?.filter(|row| student.is_none_or(|student| student == row.student));
    row.ok_or(ErrorCode::NotFound)?;
    let history = gateway.log.read_match(match_id).map_err(|error| {
        tracing::error!(%match_id, %error, "a timeline can't be read");
        ErrorCode::Internal
    })?;
    Ok(Timeline { match_id, events: history.events.iter().map(|event| event.as_ref().clone()).collect() })
}
