//! How a push changes the rows of each list. A row that holds an event already is not changed by it again.

use matching_protocol::{
    AccountId, AccountView, BoardChange, BoardPush, ClassRow, ClassStatus, Event, MatchId, MatchView,
    MyPageRow, Push, Recorded, Role, Seq, VisitRequest, VisitRow, VisitStatus,
};

/// A row of a list.
pub trait Row: Sized {
    /// Which match.
    fn id(&self) -> MatchId;
    /// Its place in the list: as the server's pages have it, by number.
    fn order(&self) -> i64;
    /// Folds a push into the rows.
    fn fold(rows: &mut Vec<Self>, me: Option<&AccountView>, push: &Push);
}

/// The rows are few hundreds, and newest first: what changes is near the start.
fn find<R: Row>(rows: &mut [R], id: MatchId) -> Option<&mut R> {
    rows.iter_mut().find(|row| row.id() == id)
}

fn account(me: Option<&AccountView>) -> Option<AccountId> {
    me.map(|me| me.account)
}

impl Row for MatchView {
    fn id(&self) -> MatchId {
        self.match_id
    }

    fn order(&self) -> i64 {
        -self.match_id.get()
    }

    fn fold(rows: &mut Vec<Self>, _: Option<&AccountView>, push: &Push) {
        let Push::Event(recorded) = push else { return };
        match find(rows, recorded.match_id) {
            Some(row) => row.apply(recorded),
            None => rows.extend(MatchView::first(recorded)),
        }
    }
}

impl Row for MyPageRow {
    fn id(&self) -> MatchId {
        self.summary.match_id
    }

    fn order(&self) -> i64 {
        self.summary.order()
    }

    fn fold(rows: &mut Vec<Self>, _: Option<&AccountView>, push: &Push) {
        let Push::Event(recorded) = push else { return };
        let Some(row) = find(rows, recorded.match_id) else {
            let first = MatchView::first(recorded);
            rows.extend(first.map(|summary| MyPageRow { summary, teacher_contact: None }));
            return;
        };
        if recorded.seq > row.summary.seq && changes_contact(&recorded.event) {
            row.teacher_contact = None;
        }
        row.summary.apply(recorded);
    }
}

fn changes_contact(event: &Event) -> bool {
    match event {
        Event::VisitAssigned { .. }
        | Event::VisitWithdrawn { .. }
        | Event::VisitCanceled {}
        | Event::MatchCanceled { .. }
        | Event::MatchExpired {}
        | Event::ClassFinished { .. } => true,
        Event::MatchRequested { .. }
        | Event::PaymentRequested { .. }
        | Event::PaymentApproved { .. }
        | Event::PaymentDeclined { .. }
        | Event::PaymentCanceled { .. } => false,
    }
}

impl Row for VisitRequest {
    fn id(&self) -> MatchId {
        self.match_id
    }

    fn order(&self) -> i64 {
        self.match_id.get()
    }

    fn fold(rows: &mut Vec<Self>, me: Option<&AccountView>, push: &Push) {
        match push {
            Push::Board(push) => fold_board(rows, push),
            // Who gets the event itself gets no change of the board for it.
            Push::Event(recorded) => match recorded.event {
                Event::VisitAssigned { .. } | Event::MatchCanceled { .. } | Event::MatchExpired {} => {
                    unlist(rows, recorded.match_id, recorded.seq);
                }
                Event::VisitWithdrawn { teacher, .. } if Some(teacher) == account(me) => {
                    unlist(rows, recorded.match_id, recorded.seq);
                }
                Event::MatchRequested { .. }
                | Event::PaymentRequested { .. }
                | Event::PaymentApproved { .. }
                | Event::PaymentDeclined { .. }
                | Event::PaymentCanceled { .. }
                | Event::VisitWithdrawn { .. }
                | Event::VisitCanceled {}
                | Event::ClassFinished { .. } => {}
            },
        }
    }
}

fn unlist(rows: &mut Vec<VisitRequest>, id: MatchId, seq: Seq) {
    rows.retain(|row| row.match_id != id || row.seq >= seq);
}

fn fold_board(rows: &mut Vec<VisitRequest>, push: &BoardPush) {
    match &push.change {
        BoardChange::VisitUnlisted {} => unlist(rows, push.match_id, push.seq),
        BoardChange::VisitListed { price, subject, area, note, asked_at } => {
            let listed = VisitRequest {
                match_id: push.match_id,
                price: *price,
                subject: subject.clone(),
                area: area.clone(),
                note: note.clone(),
                asked_at: *asked_at,
                seq: push.seq,
            };
            match find(rows, push.match_id) {
                Some(row) if row.seq >= push.seq => {}
                Some(row) => *row = listed,
                None => rows.push(listed),
            }
        }
    }
}

impl Row for VisitRow {
    fn id(&self) -> MatchId {
        self.match_id
    }

    fn order(&self) -> i64 {
        -self.match_id.get()
    }

    fn fold(rows: &mut Vec<Self>, me: Option<&AccountView>, push: &Push) {
        let Push::Event(recorded) = push else { return };
        if let Event::VisitWithdrawn { teacher, .. } = recorded.event
            && Some(teacher) == account(me)
        {
            rows.retain(|row| row.match_id != recorded.match_id || row.seq >= recorded.seq);
            return;
        }
        let Some(row) = find(rows, recorded.match_id).filter(|row| row.seq < recorded.seq) else { return };
        row.seq = recorded.seq;
        match &recorded.event {
            Event::ClassFinished { .. } => {
                row.status = VisitStatus::Finished;
                row.student = None;
            }
            Event::MatchCanceled { .. } | Event::MatchExpired {} | Event::VisitCanceled {} => {
                row.status = VisitStatus::Canceled;
                row.student = None;
            }
            Event::VisitAssigned { teacher, teacher_name, visit_at } => {
                row.teacher = *teacher;
                row.teacher_name = teacher_name.clone();
                row.visit_at = *visit_at;
                row.status = VisitStatus::Assigned;
            }
            Event::MatchRequested { .. }
            | Event::PaymentRequested { .. }
            | Event::PaymentApproved { .. }
            | Event::PaymentDeclined { .. }
            | Event::PaymentCanceled { .. }
            | Event::VisitWithdrawn { .. } => {}
        }
    }
}

impl Row for ClassRow {
    fn id(&self) -> MatchId {
        self.match_id
    }

    fn order(&self) -> i64 {
        -self.match_id.get()
    }

    fn fold(rows: &mut Vec<Self>, me: Option<&AccountView>, push: &Push) {
        let Push::Event(recorded) = push else { return };
        let held = find(rows, recorded.match_id).is_some_and(|row| row.seq >= recorded.seq);
        if !held {
            fold_class(rows, me, recorded);
        }
    }
}

fn fold_class(rows: &mut Vec<ClassRow>, me: Option<&AccountView>, recorded: &Recorded) {
    match &recorded.event {
        Event::VisitAssigned { teacher, teacher_name, visit_at } => {
            let opened = ClassRow {
                match_id: recorded.match_id,
                status: ClassStatus::Open,
                teacher: *teacher,
                teacher_name: teacher_name.clone(),
                visit_at: *visit_at,
                finished_at: None,
                seq: recorded.seq,
            };
            match find(rows, recorded.match_id) {
                Some(row) => *row = opened,
                None => rows.push(opened),
            }
        }
        Event::VisitWithdrawn { .. } if me.is_some_and(|me| me.role == Role::Teacher) => {
            rows.retain(|row| row.match_id != recorded.match_id);
        }
        Event::VisitWithdrawn { .. }
        | Event::MatchCanceled { .. }
        | Event::MatchExpired {}
        | Event::VisitCanceled {} => {
            if let Some(row) = find(rows, recorded.match_id).filter(|row| row.status == ClassStatus::Open) {
                row.status = ClassStatus::Closed;
                row.seq = recorded.seq;
            }
        }
        Event::ClassFinished { .. } => {
            if let Some(row) = find(rows, recorded.match_id) {
                row.status = ClassStatus::Finished;
                row.finished_at = Some(recorded.at);
                row.seq = recorded.seq;
            }
        }
        Event::MatchRequested { .. }
        | Event::PaymentRequested { .. }
        | Event::PaymentApproved { .. }
        | Event::PaymentDeclined { .. }
        | Event::PaymentCanceled { .. } => {}
    }
}
