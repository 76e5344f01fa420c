//! What is pushed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Area, MatchId, Note, Price, Recorded, Seq, Subject, Time};

/// A change of the board, made from the event with that `seq` for teachers who may not see the event itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BoardPush {
    /// The event's place in the log.
    pub seq: Seq,
    /// Which.
    pub match_id: MatchId,
    /// What changed.
    #[serde(flatten)]
    pub change: BoardChange,
}

/// What changed on the board.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum BoardChange {
    /// A request appeared.
    VisitListed {
        /// What is offered.
        price: Price,
        /// What the lesson is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        /// Where, roughly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<Area>,
        /// Anything else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
        /// Since when.
        asked_at: Time,
    },
    /// A request is gone: taken, canceled or expired.
    VisitUnlisted {},
}

/// What is pushed: an event, to those whom it concerns, or a change of the board.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Push {
    /// An event as it stands in the log.
    Event(Recorded),
    /// A change of the board.
    Board(BoardPush),
}

impl Push {
    /// The place in the log that it comes from.
    pub fn seq(&self) -> Seq {
        match self {
            Push::Event(recorded) => recorded.seq,
            Push::Board(push) => push.seq,
        }
    }

    /// Which match it is about.
    pub fn match_id(&self) -> MatchId {
        match self {
            Push::Event(recorded) => recorded.match_id,
            Push::Board(push) => push.match_id,
        }
    }
}
