//! One request after the other, for the scripting commands.

use std::collections::VecDeque;

use matching_protocol::{
    Body, CommandId, Language, Outcome, Push, Reply, Request, ResultBody, ServerFrame, ServerHello, Time,
};
use tokio::time::Instant;

use super::wire::Wire;
use super::{ConnectError, RequestError};

/// Frames of pushes that are kept while a reply is awaited. A connection with more than that ends.
const MAX_QUEUED: usize = 1_024;

/// Asks and waits for the reply. Does not reconnect.
pub struct Client {
    wire: Wire,
    queued: VecDeque<Vec<Push>>,
}

impl Client {
    /// Connects to `ws://HOST:PORT` (the path is `/ws` if there is none) and exchanges hellos.
    ///
    /// # Errors
    /// [`ConnectError`] if nobody answers there, or says no.
    pub async fn connect(url: &str, language: Language) -> Result<Client, ConnectError> {
        Ok(Client { wire: Wire::connect(url, language).await?, queued: VecDeque::new() })
    }

    /// What the server said of itself.
    pub fn hello(&self) -> &ServerHello {
        self.wire.hello()
    }

    /// When the server's clock will show this time.
    pub fn instant_of(&self, time: Time) -> Instant {
        self.wire.instant_of(time)
    }

    /// When a token that is good until then has to be refreshed on a connection that stays.
    pub fn refresh_at(&self, expires_at: Time) -> Instant {
        self.wire.refresh_at(expires_at)
    }

    /// Asks, and waits for the reply. Pushes that come meanwhile are kept for [`Client::next_push`].
    ///
    /// # Errors
    /// [`RequestError::Refused`] if the server says no; [`RequestError::Lost`] if the connection ends first.
    pub async fn request(&mut self, id: CommandId, body: Body) -> Result<ResultBody, RequestError> {
        self.wire.send(Request { id, body }).await.map_err(|ended| RequestError::Lost(ended.text()))?;
        loop {
            match self.receive().await? {
                ServerFrame::Reply(Reply { id: replied, outcome }) if replied == Some(id) => {
                    return match outcome {
                        Outcome::Result(result) => Ok(result),
                        Outcome::Error(error) => Err(RequestError::Refused(error)),
                    };
                }
                ServerFrame::Reply(Reply { id: None, outcome: Outcome::Error(error) }) => {
                    return Err(RequestError::Refused(error));
                }
                ServerFrame::Push(pushes) if self.queued.len() < MAX_QUEUED => self.queued.push_back(pushes),
                ServerFrame::Push(_) => {
                    return Err(RequestError::Lost("more pushes than can be kept".to_owned()));
                }
                ServerFrame::Reply(_)
                | ServerFrame::Idle(_)
                | ServerFrame::Hello(_)
                | ServerFrame::Bye(_) => {}
            }
        }
    }

    /// The next pushes; idle frames are passed over. Safe to be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// [`RequestError::Lost`] if the connection ends.
    pub async fn next_push(&mut self) -> Result<Vec<Push>, RequestError> {
        loop {
            if let Some(pushes) = self.queued.pop_front() {
                return Ok(pushes);
            }
            if let ServerFrame::Push(pushes) = self.receive().await? {
                return Ok(pushes);
            }
        }
    }

    /// Says goodbye.
    pub async fn close(self) {
        self.wire.close().await;
    }

    async fn receive(&mut self) -> Result<ServerFrame, RequestError> {
        self.wire.receive().await.map_err(|ended| RequestError::Lost(ended.text()))
    }
}
