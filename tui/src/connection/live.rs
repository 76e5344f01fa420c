//! A connection that stays: it reconnects, signs in and resumes by itself.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{
    AccountView, Body, CommandId, ErrorCode, ErrorReply, Language, LogId, Outcome, Push, Seq, ServerHello,
};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::online::Online;
use super::wire::Wire;
use super::{ConnectError, Ended, backoff, full_url};
use crate::session::{Session, SessionStore};

/// Requests on their way to the task. When it is full, [`Live::request`] says [`NotSent`].
const MAX_ORDERS: usize = 64;

/// Updates that the app has not taken yet. When it is full, the task waits, and reads no more from the server.
const MAX_UPDATES: usize = 256;

/// A connection that stood so long was a good one: the next failure is again the first.
const STOOD_WELL: Duration = Duration::from_secs(10);

/// The longest that a server may ask one to stay away.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// What a [`Live`] needs to start.
pub struct LiveConfig {
    /// The server, `ws://HOST:PORT`.
    pub url: String,
    /// The language of the server's messages.
    pub language: Language,
    /// Where the login is kept.
    pub session: SessionStore,
}

/// What a [`Live`] tells the app.
#[derive(Clone, PartialEq, Debug)]
pub enum Update {
    /// A connection is being made, after so many tries in a row.
    Connecting {
        /// 1, 2, 3 ...
        attempt: u32,
    },
    /// Hellos are exchanged; not yet signed in. Requests can be made; all but login and registration wait for the sign-in.
    Online(ServerHello),
    /// Signed in: by the session's tokens at each connect, or by the app's login or registration, whose reply comes behind it.
    /// The tokens are in the session store already. A refresh on a connection that is signed in changes nothing and is not told.
    SignedIn(AccountView),
    /// No tokens, or void ones: show the login screen.
    SignedOut(ErrorReply),
    /// There is no connection.
    Offline {
        /// Why, for people.
        error: String,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// Answers a request of the app.
    Reply(CommandId, Outcome),
    /// The connection ended before the reply, so whether it was carried out is not known. Ask again with the same id once online.
    Lost(CommandId),
    /// What happened: in the order of `seq`, each once.
    Pushes(Vec<Push>),
    /// The subscription stands.
    Following {
        /// The end of the log just then: what is pushed up to here happened before.
        head: Seq,
    },
    /// Nothing is missing up to here.
    Position(Seq),
    /// The server's log is another one: load the first screen again, then [`Live::follow`] from there.
    Reset,
}

/// Nothing was sent: there is no connection, or too much is waiting already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotSent;

/// A handle on the connection. The connection ends with its last handle, or when nobody takes the updates any more.
#[derive(Clone)]
pub struct Live {
    orders: mpsc::Sender<Order>,
    wishes: Arc<watch::Sender<Wishes>>,
    line: watch::Receiver<Line>,
}

impl Live {
    /// Starts to connect. To be called inside a tokio runtime.
    pub fn start(config: LiveConfig) -> (Live, mpsc::Receiver<Update>) {
        let (orders, orders_taken) = mpsc::channel(MAX_ORDERS);
        let (updates, updates_taken) = mpsc::channel(MAX_UPDATES);
        let (wishes, wishes_seen) = watch::channel(Wishes::new(config.language));
        let (line, line_seen) = watch::channel(Line::default());
        let url = full_url(&config.url).unwrap_or(config.url);
        let task = Task {
            url,
            store: config.session,
            unsaved: None,
            language: config.language,
            updates,
            orders: orders_taken,
            wishes: wishes_seen,
            line,
            following: None,
            seen: Wishes::new(config.language),
        };
        tokio::spawn(async move {
            // The orderly end: nobody holds the handle or takes the updates any more.
            let Err(Gone) = task.run().await;
        });
        (Live { orders, wishes: Arc::new(wishes), line: line_seen }, updates_taken)
    }

    /// Sends a request; [`Update::Reply`] or [`Update::Lost`] comes for it, once.
    ///
    /// # Errors
    /// [`NotSent`] when offline, or when too much is waiting: nothing was sent.
    pub fn request(&self, id: CommandId, body: Body) -> Result<(), NotSent> {
        let line = *self.line.borrow();
        if !line.online {
            return Err(NotSent);
        }
        self.orders.try_send(Order { connection: line.connection, id, body }).map_err(|_| NotSent)
    }

    /// Subscribes to what comes behind this place; after each reconnect goes on from the last one seen.
    pub fn follow(&self, after: Seq) {
        let log = self.line.borrow().log;
        self.wishes.send_modify(|wishes| {
            wishes.follows += 1;
            wishes.follow = Some((log, after));
        });
    }

    /// Revokes the refresh token, if there is a connection, and forgets the session.
    pub fn sign_out(&self) {
        self.wishes.send_modify(|wishes| wishes.sign_outs += 1);
    }

    /// Chooses the language of the server's messages, from the next hello on.
    pub fn set_language(&self, language: Language) {
        self.wishes.send_modify(|wishes| wishes.language = language);
    }
}

/// A request on its way to the task.
pub(super) struct Order {
    /// On which connection the app believes to be.
    pub(super) connection: u32,
    pub(super) id: CommandId,
    pub(super) body: Body,
}

/// What the app wants, apart from requests: the last word counts, so that no queue can be full.
#[derive(Clone, Copy)]
pub(super) struct Wishes {
    pub(super) language: Language,
    pub(super) follows: u32,
    pub(super) follow: Option<(Option<LogId>, Seq)>,
    pub(super) sign_outs: u32,
}

impl Wishes {
    fn new(language: Language) -> Wishes {
        Wishes { language, follows: 0, follow: None, sign_outs: 0 }
    }
}

/// How the line stands, for the handles.
#[derive(Clone, Copy, Default)]
pub(super) struct Line {
    pub(super) online: bool,
    pub(super) connection: u32,
    pub(super) log: Option<LogId>,
}

/// Where the app is in the log.
#[derive(Clone, Copy)]
pub(super) struct Following {
    /// Whose places are meant; until the first connection that of any.
    pub(super) log: Option<LogId>,
    pub(super) last: Seq,
}

/// The app is gone.
pub(super) struct Gone;

/// What outlives a connection.
pub(super) struct Task {
    pub(super) url: String,
    pub(super) store: SessionStore,
    /// A login that could not be written to the store: good until the app ends.
    pub(super) unsaved: Option<Session>,
    pub(super) language: Language,
    pub(super) updates: mpsc::Sender<Update>,
    pub(super) orders: mpsc::Receiver<Order>,
    pub(super) wishes: watch::Receiver<Wishes>,
    pub(super) line: watch::Sender<Line>,
    pub(super) following: Option<Following>,
    seen: Wishes,
}

/// A change of the app's wishes.
pub(super) struct Changed {
    pub(super) sign_out: bool,
    pub(super) follow: bool,
}

impl Task {
    async fn run(mut self) -> Result<Infallible, Gone> {
        let mut failures = 0;
        loop {
            self.tell(Update::Connecting { attempt: failures + 1 }).await?;
            let (url, language) = (self.url.clone(), self.language);
            let connect = async move { Wire::connect(&url, language).await };
            let (error, asked) = match self.meanwhile(connect).await? {
                Err(ConnectError::Refused(error)) => (error.message.clone(), error.retry_after_ms),
                Err(error) => (error.message(self.language), None),
                Ok(wire) => {
                    let since = Instant::now();
                    let ended = Online::new(&mut self, wire).run().await?;
                    if since.elapsed() >= STOOD_WELL {
                        failures = 0;
                    }
                    let asked = match &ended {
                        Ended::Bye(error) => error.retry_after_ms,
                        Ended::Broken(_) => None,
                    };
                    (ended.text(), asked)
                }
            };
            failures += 1;
            let asked = Duration::from_millis(asked.unwrap_or(0)).min(LONGEST_ASKED);
            let retry_in = backoff::wait(failures, backoff::random()).max(asked);
            self.tell(Update::Offline { error, retry_in }).await?;
            self.meanwhile(sleep(retry_in)).await?;
        }
    }

    pub(super) async fn tell(&self, update: Update) -> Result<(), Gone> {
        self.updates.send(update).await.map_err(|_| Gone)
    }

    /// Waits for something while there is no connection.
    async fn meanwhile<T>(&mut self, something: impl Future<Output = T>) -> Result<T, Gone> {
        let mut something = pin!(something);
        loop {
            tokio::select! {
                done = &mut something => return Ok(done),
                order = self.orders.recv() => {
                    // It crossed the end of its connection.
                    let id = order.ok_or(Gone)?.id;
                    self.tell(Update::Lost(id)).await?;
                }
                changed = self.wishes.changed() => {
                    changed.map_err(|_| Gone)?;
                    if self.take_wishes().sign_out {
                        self.forget().await?;
                    }
                }
                () = self.updates.closed() => return Err(Gone),
            }
        }
    }

    /// Takes over what the app wants, and says what of it asks for something to be done.
    pub(super) fn take_wishes(&mut self) -> Changed {
        let wishes = *self.wishes.borrow_and_update();
        let changed = Changed {
            sign_out: wishes.sign_outs != self.seen.sign_outs,
            follow: wishes.follows != self.seen.follows,
        };
        self.language = wishes.language;
        if let Some((log, last)) = wishes.follow.filter(|_| changed.follow) {
            self.following = Some(Following { log, last });
        }
        self.seen = wishes;
        changed
    }

    /// The session at this server. A file that can't be read counts as none: a login replaces it.
    pub(super) fn session(&self) -> Option<Session> {
        self.unsaved.clone().or_else(|| self.store.load_for(&self.url).ok().flatten())
    }

    /// Forgets the session and tells so.
    pub(super) async fn forget(&mut self) -> Result<(), Gone> {
        if let Some(session) = self.session() {
            // A file that can't be removed keeps a token that the server has revoked, or will let run out.
            self.store.forget(&session.refresh_token).unwrap_or_default();
        }
        self.unsaved = None;
        self.following = None;
        self.tell(Update::SignedOut(ErrorReply::new(ErrorCode::Unauthenticated, self.language))).await
    }
}
