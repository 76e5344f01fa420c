//! Pushes: what a connection gets is defined by the log, its cursor and its rights. An announcement only wakes the pusher.
//!
//! Resume and live are one path: a subscriber registers, reads the past up to the place where it registered, and goes
//! on with what is queued. Who falls behind loses the queue and reads the log again.

pub mod audience;
pub mod index;
mod route;

use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{ErrorCode, Push, Recorded, Role, Seq};
use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::application::dispatch::Sender;
use crate::application::follow::Views;
use crate::ports::EventLog;
use audience::Audience;
use route::Round;

/// Frames that wait for one connection. When it is full the connection loses it and reads the log from its cursor.
const QUEUE: usize = 64;
/// Registrations that wait for the pusher; a connection waits when it is full.
const REGISTRATIONS: usize = 1_024;
/// Events of one round.
const BATCH: usize = 1_000;
/// Events that a resume reads at a time.
const PAGE: usize = 200;
/// The least time between two rounds under load: what comes meanwhile goes out together.
const PACE: Duration = Duration::from_millis(4);
/// How often subscribers that went away are forgotten.
const SWEEP: Duration = Duration::from_secs(5);

/// What a subscriber gets live. Queued behind a pointer, since every connection has room for some.
#[derive(Clone, Debug)]
pub struct Item {
    /// The frame stands for everything up to here that the subscriber may see.
    pub up_to: Seq,
    /// A whole push frame, shared by all who get the same.
    pub frame: Utf8Bytes,
}

/// A place among the subscribers.
pub struct Subscription {
    /// What comes from here on. It ends when the subscriber falls behind.
    pub items: mpsc::Receiver<Arc<Item>>,
    /// What is queued comes after this place.
    pub live_from: Seq,
}

struct Registration {
    sender: Sender,
    after: Seq,
    queue: mpsc::Sender<Arc<Item>>,
    live_from: oneshot::Sender<Seq>,
}

/// Hands out subscriptions and reads the past.
#[derive(Clone)]
pub struct Pusher {
    registrations: mpsc::Sender<Registration>,
    pushed: watch::Receiver<Seq>,
    log: Arc<dyn EventLog>,
    views: Arc<Views>,
}

/// A page of the past.
pub struct Past {
    /// A whole push frame; none if nothing on the page concerns the subscriber.
    pub frame: Option<Utf8Bytes>,
    /// Everything up to here has been looked at.
    pub cursor: Seq,
}

impl Pusher {
    /// Starts the task that routes events.
    pub fn start(log: Arc<dyn EventLog>, views: Arc<Views>) -> Pusher {
        let (registrations, queue) = mpsc::channel(REGISTRATIONS);
        let head = *log.head().borrow();
        let (announce, pushed) = watch::channel(head);
        let routing = Routing { log: Arc::clone(&log), cursor: head, subscribers: Subscribers::default() };
        tokio::spawn(routing.run(queue, announce));
        Pusher { registrations, pushed, log, views }
    }

    /// Everything up to here has been queued for those whom it concerns.
    pub fn pushed(&self) -> Seq {
        *self.pushed.borrow()
    }

    /// The end of the log.
    pub fn head(&self) -> Seq {
        *self.log.head().borrow()
    }

    /// Registers for what comes from now on, `after` at the earliest, which is not behind the head.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] if the server is stopping, or the log can't be read.
    pub async fn subscribe(&self, sender: Sender, after: Seq) -> Result<Subscription, ErrorCode> {
        let (queue, items) = mpsc::channel(QUEUE);
        let (live_from, answer) = oneshot::channel();
        let registration = Registration { sender, after, queue, live_from };
        self.registrations.send(registration).await.map_err(|_| ErrorCode::Busy)?;
        let live_from = answer.await.map_err(|_| ErrorCode::Busy)?;
        Ok(Subscription { items, live_from })
    }

    /// Reads one page of what lies behind `after` and not behind `up_to`.
    ///
    /// # Errors
    /// If the log or the index can't be read.
    pub async fn past(&self, sender: Sender, after: Seq, up_to: Seq) -> Result<Past, ErrorCode> {
        let (events, cursor) = match sender.role {
            Role::Admin => self.everything(after, up_to)?,
            Role::Student | Role::Teacher => self.indexed(sender, after, up_to).await?,
        };
        let mut pushes = Vec::with_capacity(events.len());
        for recorded in &events {
            let history = self.log.read_match(recorded.match_id).map_err(unreadable)?;
            let audience = Audience::of(history.up_to(recorded.version));
            pushes.extend(audience.push_for(sender, recorded));
        }
        let frame = if pushes.is_empty() { None } else { Some(frame_of(&pushes)?) };
        Ok(Past { frame, cursor })
    }

    fn everything(&self, after: Seq, up_to: Seq) -> Result<(Vec<Arc<Recorded>>, Seq), ErrorCode> {
        let mut events = self.log.read_after(after, PAGE).map_err(unreadable)?;
        events.retain(|event| event.seq <= up_to);
        let cursor = events.last().map_or(up_to, |event| event.seq);
        Ok((events, cursor))
    }

    async fn indexed(
        &self,
        sender: Sender,
        after: Seq,
        up_to: Seq,
    ) -> Result<(Vec<Arc<Recorded>>, Seq), ErrorCode> {
        let board = sender.role == Role::Teacher;
        let read = |connection: &rusqlite::Connection, _| {
            index::read(connection, sender.account, board, after, up_to, PAGE)
        };
        let places = self.views.read_audience(up_to, read).await?;
        let cursor = if places.len() < PAGE { up_to } else { places.last().copied().unwrap_or(up_to) };
        let mut events = Vec::with_capacity(places.len());
        for place in places {
            events.extend(self.log.read_after(Seq(place.0 - 1), 1).map_err(unreadable)?);
        }
        Ok((events, cursor))
    }
}

fn unreadable(error: crate::ports::event_log::ReadError) -> ErrorCode {
    tracing::error!(%error, "the log can't be read");
    ErrorCode::Internal
}

fn frame_of(pushes: &[Push]) -> Result<Utf8Bytes, ErrorCode> {
    let pieces: Result<Vec<String>, _> = pushes.iter().map(serde_json::to_string).collect();
    let pieces = pieces.map_err(|_| ErrorCode::Internal)?;
    Ok(joined(pieces.iter().map(String::as_str)))
}

/// A push frame of encoded pushes. It is what serde writes for `ServerFrame::Push`, without encoding each push again.
fn joined<'a>(pieces: impl Iterator<Item = &'a str> + Clone) -> Utf8Bytes {
    let length: usize = pieces.clone().map(|piece| piece.len() + 1).sum();
    let mut frame = String::with_capacity(length + 12);
    frame.push_str("{\"push\":[");
    for (i, piece) in pieces.enumerate() {
        if i > 0 {
            frame.push(',');
        }
        frame.push_str(piece);
    }
    frame.push_str("]}");
    frame.into()
}

/// Whom to push to, by maps.
#[derive(Default)]
struct Subscribers {
    students: FxHashMap<matching_protocol::AccountId, Vec<mpsc::Sender<Arc<Item>>>>,
    teachers: FxHashMap<matching_protocol::AccountId, Vec<mpsc::Sender<Arc<Item>>>>,
    admins: Vec<mpsc::Sender<Arc<Item>>>,
}

impl Subscribers {
    fn add(&mut self, sender: Sender, queue: mpsc::Sender<Arc<Item>>) {
        match sender.role {
            Role::Student => self.students.entry(sender.account).or_default().push(queue),
            Role::Teacher => self.teachers.entry(sender.account).or_default().push(queue),
            Role::Admin => self.admins.push(queue),
        }
    }

    fn are_none(&self) -> bool {
        self.students.is_empty() && self.teachers.is_empty() && self.admins.is_empty()
    }

    /// Whether somebody who is connected may see the event itself.
    fn see(&self, audience: &Audience) -> bool {
        !self.admins.is_empty()
            || audience.student.is_some_and(|student| self.students.contains_key(&student))
            || audience.teacher.is_some_and(|teacher| self.teachers.contains_key(&teacher))
    }

    fn sweep(&mut self) {
        let open = |queues: &mut Vec<mpsc::Sender<Arc<Item>>>| {
            queues.retain(|queue| !queue.is_closed());
            !queues.is_empty()
        };
        self.students.retain(|_, queues| open(queues));
        self.teachers.retain(|_, queues| open(queues));
        open(&mut self.admins);
    }
}

struct Routing {
    log: Arc<dyn EventLog>,
    cursor: Seq,
    subscribers: Subscribers,
}

impl Routing {
    async fn run(mut self, mut registrations: mpsc::Receiver<Registration>, announce: watch::Sender<Seq>) {
        let mut head = self.log.head();
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                changed = head.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    if self.route_all() {
                        announce.send_replace(self.cursor);
                    }
                    tokio::time::sleep(PACE).await;
                }
                registration = registrations.recv() => {
                    let Some(Registration { sender, after, queue, live_from }) = registration else { return };
                    // Whoever has seen the last event must not get it again with the round that is due.
                    if after > self.cursor && self.route_all() {
                        announce.send_replace(self.cursor);
                    }
                    if after > self.cursor {
                        continue;
                    }
                    self.subscribers.add(sender, queue);
                    // A connection that went away meanwhile is swept out later.
                    let _ = live_from.send(self.cursor);
                }
                _ = sweep.tick() => self.subscribers.sweep(),
            }
        }
    }

    /// Routes everything up to the end of the log; true if there was something.
    fn route_all(&mut self) -> bool {
        let before = self.cursor;
        loop {
            let routed = self.log.read_after(self.cursor, BATCH).and_then(|events| {
                let round = Round::of(&events, self.log.as_ref(), &self.subscribers)?;
                round.send(&mut self.subscribers);
                Ok(events.last().map(|event| event.seq))
            });
            match routed {
                Ok(Some(seq)) => self.cursor = seq,
                Ok(None) => return self.cursor != before,
                Err(error) => {
                    tracing::error!(%error, "events can't be read to be pushed");
                    return self.cursor != before;
                }
            }
        }
    }
}
