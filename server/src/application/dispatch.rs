//! From a command to its context: load the history, fold, decide, append; again if somebody else was faster.

mod pay;
mod refused;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_lc_rs::digest;
use matching_protocol::{
    AccountId, Actor, Command, CommandId, ContextName, Done, ErrorCode, Event, MatchId, Reason, Recorded,
    Role, Seq, Status,
};

pub use pay::Providers;
pub use refused::Refused;

use crate::application::follow::Views;
use crate::application::open_requests::OpenRequests;
use crate::contexts::class::decider::{Class, Command as ClassCommand};
use crate::contexts::matching::decider::{Command as MatchingCommand, Matching};
use crate::contexts::visit::decider::{Command as VisitCommand, Visit};
use crate::contexts::{Caller, Ctx, Decider, Rules, matching};
use crate::ports::event_log::{
    Append, AppendError, Appended, CommandRecord, History, ReadError, ReplyRecord, StoredCommand,
};
use crate::ports::payment::Health;
use crate::ports::{Clock, EventLog};

/// How often a command decides again when others are faster; policies never give up.
const TRIES: u32 = 64;

/// Takes commands to their contexts.
pub struct Dispatch {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    rules: Rules,
    views: Arc<Views>,
    open: OpenRequests,
    next_match: AtomicI64,
    payments: pay::Payments,
}

/// Who sent a command: an account that is logged in, with its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Which account.
    pub account: AccountId,
    /// What it may do.
    pub role: Role,
}

/// A client's command: who, under which id, and a digest of its body.
#[derive(Clone, Copy, Debug)]
struct Issued {
    account: AccountId,
    id: CommandId,
    body: i64,
}

/// What a decision wants appended.
struct Decision {
    events: Vec<Event>,
    /// The client's command and the reply that is kept with the events.
    command: Option<(Issued, Option<ReplyKind>)>,
    /// The reply of a pending command that the events settle.
    settles: Option<ReplyRecord>,
}

/// How a kept reply comes from the events.
#[derive(Clone, Copy)]
enum ReplyKind {
    /// Done: the status that the events bring about.
    Status,
    /// Appended, and yet refused.
    Refused(ErrorCode),
}

/// What became of a decision.
enum Outcome {
    Appended(Done),
    /// The same command was appended before.
    Repeated(StoredCommand),
    /// There was nothing to do.
    Nothing,
}

impl Dispatch {
    /// Over a log, its views and the payment providers. `payment_limit` bounds a call to a provider.
    ///
    /// # Errors
    /// If the log can't be read.
    pub fn new(
        log: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
        rules: Rules,
        views: Arc<Views>,
        max_open: u32,
        providers: Providers,
        payment_limit: Duration,
    ) -> Result<Dispatch, ReadError> {
        let next_match = AtomicI64::new(log.highest_match()? + 1);
        let open = OpenRequests::new(max_open);
        let payments = pay::Payments::new(providers, payment_limit);
        Ok(Dispatch { log, clock, rules, views, open, next_match, payments })
    }

    /// Carries out a client's command. The same id again gets the same reply.
    ///
    /// # Errors
    /// The rule that forbids it, [`ErrorCode::Busy`] when others were faster again and again, or a failure.
    pub async fn command(
        self: &Arc<Self>,
        sender: Sender,
        id: CommandId,
        command: Command,
    ) -> Result<Done, Refused> {
        let issued = Issued { account: sender.account, id, body: digest_of(&command)? };
        let refused = match self.carry_out(sender, issued, command).await {
            Ok(Outcome::Appended(done)) => return Ok(done),
            Ok(Outcome::Repeated(stored)) => return Ok(replayed(stored, issued.body)?),
            Ok(Outcome::Nothing) => ErrorCode::Internal.into(),
            Err(refused) => refused,
        };
        // A repeat of a command that was done is refused when it is decided anew; then its stored reply counts.
        match self.log.command(issued.account, issued.id).map_err(unreadable)? {
            Some(stored) => Ok(replayed(stored, issued.body)?),
            None => Err(refused),
        }
    }

    async fn carry_out(
        self: &Arc<Self>,
        sender: Sender,
        issued: Issued,
        command: Command,
    ) -> Result<Outcome, Refused> {
        let done = match command {
            Command::RequestMatch(offer) => {
                self.allow(sender, Role::Student, ContextName::Matching)?;
                self.request(issued, MatchingCommand::Request { student: sender.account, offer }).await
            }
            Command::PayMatch(pay) => {
                self.allow(sender, Role::Student, ContextName::Matching)?;
                return self.pay(issued, pay.match_id).await;
            }
            Command::CancelMatch(cancel) => {
                self.allow(sender, Role::Student, ContextName::Matching)?;
                let by = Caller::Account(sender.account);
                let command = MatchingCommand::Cancel { by, reason: None };
                self.run::<Matching>(issued, cancel.match_id, &command).await
            }
            Command::ConfirmVisit(confirm) => {
                self.allow(sender, Role::Teacher, ContextName::Visit)?;
                let command = VisitCommand::Confirm {
                    teacher: sender.account,
                    teacher_name: confirm.teacher_name,
                    visit_at: confirm.visit_at,
                };
                self.run::<Visit>(issued, confirm.match_id, &command).await
            }
            Command::WithdrawVisit(withdraw) => {
                self.allow(sender, Role::Teacher, ContextName::Visit)?;
                let by = Caller::Account(sender.account);
                let command = VisitCommand::Withdraw { by, reason: withdraw.reason };
                self.run::<Visit>(issued, withdraw.match_id, &command).await
            }
            Command::FinishClass(finish) => {
                self.allow(sender, Role::Teacher, ContextName::Class)?;
                let command = ClassCommand::Finish { teacher: sender.account };
                self.run::<Class>(issued, finish.match_id, &command).await
            }
        };
        Ok(done?)
    }

    fn allow(&self, sender: Sender, role: Role, context: ContextName) -> Result<(), ErrorCode> {
        if sender.role != role {
            return Err(ErrorCode::WrongRole);
        }
        self.available(context)
    }

    fn available(&self, context: ContextName) -> Result<(), ErrorCode> {
        if self.views.is_running(context) { Ok(()) } else { Err(ErrorCode::ContextUnavailable) }
    }

    /// How the provider that is charged does; `None` within this process.
    pub fn payment_health(&self) -> Option<(&str, Health)> {
        let provider = self.payments.current();
        provider.health().map(|health| (provider.name(), health))
    }

    async fn run<D: Decider>(
        &self,
        issued: Issued,
        match_id: MatchId,
        command: &D::Command,
    ) -> Result<Outcome, ErrorCode> {
        let by = Actor::Account(issued.account);
        let decide = |history: &History, ctx: &Ctx| {
            let events = D::decide(&D::fold(&history.events), command, ctx)?;
            Ok(Decision { events, command: Some((issued, Some(ReplyKind::Status))), settles: None })
        };
        self.append(match_id, by, Some(TRIES), decide).await
    }

    async fn request(&self, issued: Issued, command: MatchingCommand) -> Result<Outcome, ErrorCode> {
        let student = issued.account;
        if self.open.must_count(student) {
            let count = |connection: &rusqlite::Connection, cursor: Seq| {
                Ok((matching::view::open_requests(connection, student)?, cursor))
            };
            let (open, cursor) = self.views.read(ContextName::Matching, count).await?;
            self.open.counted(student, open, cursor);
        }
        // A request that is refused takes no number.
        let ctx = Ctx { now: self.clock.now(), rules: self.rules };
        Matching::decide(&Matching::fold(&[]), &command, &ctx)?;
        self.open.reserve(student)?;
        let number = self.next_match.fetch_add(1, Ordering::Relaxed);
        let appended = match MatchId::new(number) {
            Ok(match_id) => self.run::<Matching>(issued, match_id, &command).await,
            Err(code) => Err(code),
        };
        self.open.release(student);
        appended
    }

    /// Cancels for an admin at the server's machine, at any time before the finish.
    ///
    /// # Errors
    /// The rule that forbids it, or a failure.
    pub async fn admin_cancel(
        &self,
        match_id: MatchId,
        reason: Reason,
        user: &str,
    ) -> Result<Done, ErrorCode> {
        self.available(ContextName::Matching)?;
        let command = MatchingCommand::Cancel { by: Caller::Admin, reason: Some(reason) };
        self.act::<Matching>(match_id, Actor::Admin(user.to_owned()), Some(TRIES), &command)
            .await?
            .ok_or(ErrorCode::Internal)
    }

    /// Withdraws a visit for a teacher who cannot.
    ///
    /// # Errors
    /// The rule that forbids it, or a failure.
    pub async fn admin_withdraw(
        &self,
        match_id: MatchId,
        reason: Reason,
        user: &str,
    ) -> Result<Done, ErrorCode> {
        self.available(ContextName::Visit)?;
        let command = VisitCommand::Withdraw { by: Caller::Admin, reason };
        self.act::<Visit>(match_id, Actor::Admin(user.to_owned()), Some(TRIES), &command)
            .await?
            .ok_or(ErrorCode::Internal)
    }

    /// A policy's act: never gives up on a version conflict; `None` if there was nothing (more) to do.
    ///
    /// # Errors
    /// A failure of the log.
    pub(super) async fn policy<D: Decider>(
        &self,
        match_id: MatchId,
        context: ContextName,
        command: &D::Command,
    ) -> Result<Option<Done>, ErrorCode> {
        self.act::<D>(match_id, Actor::System(context), None, command).await
    }

    async fn act<D: Decider>(
        &self,
        match_id: MatchId,
        by: Actor,
        tries: Option<u32>,
        command: &D::Command,
    ) -> Result<Option<Done>, ErrorCode> {
        let decide = |history: &History, ctx: &Ctx| {
            let events = D::decide(&D::fold(&history.events), command, ctx)?;
            Ok(Decision { events, command: None, settles: None })
        };
        match self.append(match_id, by, tries, decide).await? {
            Outcome::Appended(done) => Ok(Some(done)),
            Outcome::Repeated(_) | Outcome::Nothing => Ok(None),
        }
    }

    /// Load, decide, append; on a conflict all of it again, at most `tries` times or without end.
    async fn append(
        &self,
        match_id: MatchId,
        by: Actor,
        tries: Option<u32>,
        decide: impl Fn(&History, &Ctx) -> Result<Decision, ErrorCode>,
    ) -> Result<Outcome, ErrorCode> {
        let mut history = self.log.read_match(match_id).map_err(unreadable)?;
        let mut tried = 0;
        loop {
            let ctx = Ctx { now: self.clock.now(), rules: self.rules };
            let decision = decide(&history, &ctx)?;
            if decision.events.is_empty() {
                return Ok(Outcome::Nothing);
            }
            match self.log.append(to_append(match_id, &by, &history, &ctx, decision)).await {
                Ok(Appended::Fresh(events)) => return Ok(self.appended(match_id, &history, &events)),
                Ok(Appended::Repeated(stored)) => return Ok(Outcome::Repeated(stored)),
                Err(AppendError::ReadOnly) => return Err(ErrorCode::ReadOnly),
                Err(error @ AppendError::Failed(_)) => {
                    tracing::error!(%match_id, %error, "not appended");
                    return Err(ErrorCode::Internal);
                }
                Err(AppendError::Conflict) => {
                    tried += 1;
                    if tries.is_some_and(|tries| tried >= tries) {
                        return Err(ErrorCode::Busy);
                    }
                    history = self.log.read_match_again(match_id).map_err(unreadable)?;
                }
            }
        }
    }

    fn appended(&self, match_id: MatchId, history: &History, events: &[Arc<Recorded>]) -> Outcome {
        let first = history.events.iter().chain(events).next();
        if let Some(Event::MatchRequested { student, .. }) = first.map(|recorded| &recorded.event) {
            self.open.appended(*student, events);
        }
        let seq = events.last().map(|event| event.seq).unwrap_or_default();
        let status = status_after(history, events.iter().map(|recorded| &recorded.event));
        Outcome::Appended(Done { match_id, status, seq })
    }
}

fn to_append(match_id: MatchId, by: &Actor, history: &History, ctx: &Ctx, decision: Decision) -> Append {
    let Decision { events, command, settles } = decision;
    let command = command.map(|(issued, reply)| CommandRecord {
        account: issued.account,
        id: issued.id,
        body: issued.body,
        reply: reply.map(|kind| match kind {
            ReplyKind::Status => ReplyRecord::Done(status_after(history, events.iter())),
            ReplyKind::Refused(code) => ReplyRecord::Refused(code),
        }),
    });
    Append { match_id, expected: history.version(), events, at: ctx.now, by: by.clone(), command, settles }
}

fn status_after<'a>(history: &'a History, events: impl Iterator<Item = &'a Event>) -> Status {
    history.iter().chain(events).fold(Status::MatchRequested, |status, event| status.after(event))
}

fn replayed(stored: StoredCommand, body: i64) -> Result<Done, ErrorCode> {
    if stored.body != body {
        return Err(ErrorCode::CommandIdReused);
    }
    stored.reply.unwrap_or(Err(ErrorCode::PaymentInProgress))
}

/// The first eight bytes of the SHA-256 of the command as this program writes it: the same body, the same digest.
fn digest_of(command: &Command) -> Result<i64, ErrorCode> {
    let text = serde_json::to_vec(command).map_err(|_| ErrorCode::Internal)?;
    let hash = digest::digest(&digest::SHA256, &text);
    let first = hash.as_ref().first_chunk().copied().ok_or(ErrorCode::Internal)?;
    Ok(i64::from_be_bytes(first))
}

fn unreadable(error: ReadError) -> ErrorCode {
    tracing::error!(%error, "the log can't be read");
    ErrorCode::Internal
}
