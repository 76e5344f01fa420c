//! One round of routing: each event is encoded once per audience, and each subscriber gets one frame at the most.

use std::sync::Arc;

use matching_protocol::{AccountId, Recorded, Seq};
use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::audience::Audience;
use super::{Item, Subscribers, joined};
use crate::ports::EventLog;
use crate::ports::event_log::ReadError;

/// What a round of events means to whom.
pub(super) struct Round {
    up_to: Seq,
    events: Vec<Routed>,
}

struct Routed {
    audience: Audience,
    /// The event itself; empty if nobody who is connected may see it.
    whole: String,
    board: Option<String>,
}

impl Round {
    /// Works out who may see what, and encodes what somebody who is connected will get.
    pub fn of(
        events: &[Arc<Recorded>],
        log: &dyn EventLog,
        subscribers: &Subscribers,
    ) -> Result<Round, ReadError> {
        let encode = |error: serde_json::Error| ReadError(error.to_string());
        let up_to = events.last().map(|event| event.seq).unwrap_or_default();
        let mut routed = Vec::new();
        if subscribers.are_none() {
            return Ok(Round { up_to, events: routed });
        }
        for recorded in events {
            let history = log.read_match(recorded.match_id)?;
            let audience = Audience::of(history.up_to(recorded.version));
            let seen = subscribers.see(&audience);
            let whole =
                if seen { serde_json::to_string(recorded.as_ref()).map_err(encode)? } else { String::new() };
            let board = if subscribers.teachers.is_empty() { None } else { audience.board_push(recorded) };
            let board = board.map(|push| serde_json::to_string(&push)).transpose().map_err(encode)?;
            routed.push(Routed { audience, whole, board });
        }
        Ok(Round { up_to, events: routed })
    }

    pub fn send(&self, subscribers: &mut Subscribers) {
        if !subscribers.admins.is_empty() && !self.events.is_empty() {
            let frame = joined(self.events.iter().map(|event| event.whole.as_str()));
            self.queue(&mut subscribers.admins, &frame);
        }
        if !subscribers.students.is_empty() {
            for (student, pieces) in self.pieces_of_students() {
                if let Some(queues) = subscribers.students.get_mut(&student) {
                    self.queue(queues, &joined(pieces.into_iter()));
                }
            }
        }
        if !subscribers.teachers.is_empty() {
            self.send_to_teachers(&mut subscribers.teachers);
        }
    }

    fn pieces_of_students(&self) -> FxHashMap<AccountId, Vec<&str>> {
        let mut pieces: FxHashMap<AccountId, Vec<&str>> = FxHashMap::default();
        for event in &self.events {
            if let Some(student) = event.audience.student
                && !event.whole.is_empty()
            {
                pieces.entry(student).or_default().push(&event.whole);
            }
        }
        pieces
    }

    /// Most teachers get the same frame: what the board shows. Those whom an event concerns get one of their own.
    fn send_to_teachers(&self, teachers: &mut FxHashMap<AccountId, Vec<mpsc::Sender<Arc<Item>>>>) {
        let concerned: FxHashSet<AccountId> = self
            .events
            .iter()
            .flat_map(|event| event.audience.teacher.iter().chain(&event.audience.withdrawn))
            .copied()
            .collect();
        let common: Vec<&str> = self.events.iter().filter_map(|event| event.board.as_deref()).collect();
        let common = (!common.is_empty()).then(|| joined(common.iter().copied()));
        for (teacher, queues) in teachers {
            if concerned.contains(teacher) {
                let own: Vec<&str> =
                    self.events.iter().filter_map(|event| event.for_teacher(*teacher)).collect();
                if !own.is_empty() {
                    self.queue(queues, &joined(own.iter().copied()));
                }
            } else if let Some(frame) = &common {
                self.queue(queues, frame);
            }
        }
    }

    /// A queue that is full is dropped: its connection reads what is left in it, then the log.
    fn queue(&self, queues: &mut Vec<mpsc::Sender<Arc<Item>>>, frame: &Utf8Bytes) {
        let item = Arc::new(Item { up_to: self.up_to, frame: frame.clone() });
        queues.retain(|queue| {
            !matches!(queue.try_send(Arc::clone(&item)), Err(TrySendError::Full(_) | TrySendError::Closed(_)))
        });
    }
}

impl Routed {
    fn for_teacher(&self, teacher: AccountId) -> Option<&str> {
        if self.audience.teacher == Some(teacher) {
            Some(&self.whole)
        } else if self.audience.withdrawn.contains(&teacher) {
            None
        } else {
            self.board.as_deref()
        }
    }
}
