//! What a connection is subscribed to: the past by pages, then live, and the past again if it falls behind.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use matching_protocol::{ErrorCode, Seq};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::application::dispatch::Sender;
use crate::application::push::{Item, Past, Subscription};
use crate::inbound::gateway::Gateway;

/// A connection's subscription.
pub(super) struct Feed {
    gateway: Arc<Gateway>,
    sender: Sender,
    /// Everything up to here has been sent.
    cursor: Seq,
    state: State,
}

enum State {
    /// Finding a place among the subscribers.
    Registering(BoxFuture<'static, Result<Subscription, ErrorCode>>),
    /// Reading the past, up to the place where what is queued begins.
    Reading(BoxFuture<'static, Result<Past, ErrorCode>>, Subscription),
    /// What comes now.
    Live(Subscription),
}

impl Feed {
    /// Goes on behind a place.
    pub fn new(gateway: Arc<Gateway>, sender: Sender, after: Seq) -> Feed {
        let state = State::register(&gateway, sender, after);
        Feed { gateway, sender, cursor: after, state }
    }

    /// The next frame. Safe to cancel: what it has found is kept.
    ///
    /// # Errors
    /// If the past can't be read; the client has to resume.
    pub async fn next(&mut self) -> Result<Utf8Bytes, ErrorCode> {
        loop {
            match &mut self.state {
                State::Registering(registering) => {
                    let subscription = registering.await?;
                    self.state = self.read_on(subscription);
                }
                State::Reading(reading, _) => {
                    let past = reading.await?;
                    self.cursor = past.cursor;
                    self.turn_page();
                    if let Some(frame) = past.frame {
                        return Ok(frame);
                    }
                }
                State::Live(subscription) => match subscription.items.recv().await {
                    Some(item) => {
                        if let Some(frame) = self.take(&item) {
                            return Ok(frame);
                        }
                    }
                    None => self.state = State::register(&self.gateway, self.sender, self.cursor),
                },
            }
        }
    }

    /// The next frame, if there is one at once.
    pub fn ready(&mut self) -> Option<Utf8Bytes> {
        match &mut self.state {
            State::Live(subscription) => {
                let item = subscription.items.try_recv().ok()?;
                self.take(&item)
            }
            State::Registering(_) | State::Reading(..) => None,
        }
    }

    /// The place up to which nothing is missing; none while the past is being read.
    pub fn position(&mut self) -> Option<Seq> {
        // Read before the queue is looked at: what was pushed up to here is queued by then.
        let pushed = self.gateway.pusher.pushed();
        match &self.state {
            State::Live(subscription) if subscription.items.is_empty() && !subscription.items.is_closed() => {
                self.cursor = self.cursor.max(pushed);
                Some(self.cursor)
            }
            State::Live(_) | State::Registering(_) | State::Reading(..) => None,
        }
    }

    fn take(&mut self, item: &Item) -> Option<Utf8Bytes> {
        let fresh = item.up_to > self.cursor;
        self.cursor = self.cursor.max(item.up_to);
        fresh.then(|| item.frame.clone())
    }

    fn read_on(&self, subscription: Subscription) -> State {
        if self.cursor >= subscription.live_from {
            return State::Live(subscription);
        }
        let (gateway, sender, after) = (Arc::clone(&self.gateway), self.sender, self.cursor);
        let up_to = subscription.live_from;
        State::Reading(async move { gateway.pusher.past(sender, after, up_to).await }.boxed(), subscription)
    }

    fn turn_page(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Registering(std::future::pending().boxed()));
        self.state = match state {
            State::Reading(_, subscription) => self.read_on(subscription),
            other => other,
        };
    }
}

impl State {
    fn register(gateway: &Arc<Gateway>, sender: Sender, after: Seq) -> State {
        let pusher = gateway.pusher.clone();
        State::Registering(async move { pusher.subscribe(sender, after).await }.boxed())
    }
}
