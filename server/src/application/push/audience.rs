//! Who may see an event: a fold of the match's history, as DOMAIN.md's second table of rights says.

use std::sync::Arc;

use matching_protocol::{AccountId, BoardChange, BoardPush, Event, Push, Recorded, Role};

use crate::application::dispatch::Sender;

/// Who may see the last event of a history.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Audience {
    /// The student sees everything that happens to the match.
    pub student: Option<AccountId>,
    /// The assigned teacher, where the event concerns one.
    pub teacher: Option<AccountId>,
    /// What all other teachers see instead.
    pub board: Option<BoardChange>,
    /// Those who withdrew see nothing later on that match.
    pub withdrawn: Vec<AccountId>,
}

impl Audience {
    /// Of the last event.
    pub fn of(history: &[Arc<Recorded>]) -> Audience {
        let mut seen = Seen::default();
        for recorded in history {
            seen.take(recorded);
        }
        seen.audience
    }

    /// What this one gets of the event, if anything.
    pub fn push_for(&self, sender: Sender, recorded: &Recorded) -> Option<Push> {
        let whole = || Some(Push::Event(recorded.clone()));
        match sender.role {
            Role::Admin => whole(),
            Role::Student if self.student == Some(sender.account) => whole(),
            Role::Student => None,
            Role::Teacher if self.teacher == Some(sender.account) => whole(),
            Role::Teacher if self.withdrawn.contains(&sender.account) => None,
            Role::Teacher => self.board_push(recorded),
        }
    }

    /// What teachers get who are not concerned themselves.
    pub fn board_push(&self, recorded: &Recorded) -> Option<Push> {
        let change = self.board.clone()?;
        Some(Push::Board(BoardPush { seq: recorded.seq, match_id: recorded.match_id, change }))
    }
}

/// What has to be known of a match to tell who may see its next event.
#[derive(Default)]
struct Seen {
    audience: Audience,
    listing: Option<BoardChange>,
    listed: bool,
    assigned: Option<AccountId>,
    over: bool,
}

impl Seen {
    fn take(&mut self, recorded: &Recorded) {
        self.audience.teacher = None;
        self.audience.board = None;
        match &recorded.event {
            Event::MatchRequested { student, price, subject, area, note } => {
                self.audience.student = Some(*student);
                self.listing = Some(BoardChange::VisitListed {
                    price: *price,
                    subject: subject.clone(),
                    area: area.clone(),
                    note: note.clone(),
                    asked_at: recorded.at,
                });
            }
            Event::PaymentApproved { .. } if !self.over => self.list(),
            Event::VisitAssigned { teacher, .. } => {
                self.assigned = Some(*teacher);
                self.audience.teacher = Some(*teacher);
                self.unlist();
            }
            Event::VisitWithdrawn { teacher, .. } => {
                self.assigned = None;
                self.audience.teacher = Some(*teacher);
                self.audience.withdrawn.push(*teacher);
                self.list();
            }
            Event::MatchCanceled { .. } | Event::MatchExpired {} => {
                self.over = true;
                self.audience.teacher = self.assigned;
                self.unlist();
            }
            Event::VisitCanceled {} | Event::ClassFinished { .. } => self.audience.teacher = self.assigned,
            Event::PaymentRequested { .. }
            | Event::PaymentApproved { .. }
            | Event::PaymentDeclined { .. }
            | Event::PaymentCanceled { .. } => {}
        }
    }

    fn list(&mut self) {
        self.listed = true;
        self.audience.board = self.listing.clone();
    }

    fn unlist(&mut self) {
        if std::mem::take(&mut self.listed) {
            self.audience.board = Some(BoardChange::VisitUnlisted {});
        }
    }
}

#[cfg(test)]
mod tests;
