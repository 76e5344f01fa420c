//! The one synchronous call between contexts: match asks payment, and answers when the outcome is known.
//!
//! An outside provider is asked between two appends: the intent before, the outcome after. Whatever happens in between,
//! the intent is in the log, and the settle policy looks its outcome up.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use matching_protocol::{AccountId, Actor, ContextName, DeclineReason, ErrorCode, MatchId, Status};
use rustc_hash::FxHashMap;
use tokio::sync::Notify;

use super::{Decision, Dispatch, Issued, Outcome, Refused, ReplyKind, TRIES, unreadable};
use crate::contexts::payment::decider::{Command, Payment, State, never_charged};
use crate::contexts::{Ctx, Decider, matching};
use crate::ports::PaymentProvider;
use crate::ports::event_log::{History, ReplyRecord};
use crate::ports::payment::{Answer, Charge, LookUp, ProviderError, Unavailable};

/// How long a look-up or a refund may take before it is tried again later.
const POLICY_LIMIT: Duration = Duration::from_secs(10);

/// The provider that is charged, and all whose charges may stand in the log.
pub struct Providers {
    current: Arc<dyn PaymentProvider>,
    by_name: BTreeMap<String, Arc<dyn PaymentProvider>>,
}

impl Providers {
    /// Charges `current`; `others` are asked about what was charged through them.
    pub fn new(current: Arc<dyn PaymentProvider>, others: Vec<Arc<dyn PaymentProvider>>) -> Providers {
        let all = others.into_iter().chain([Arc::clone(&current)]);
        Providers { by_name: all.map(|provider| (provider.name().to_owned(), provider)).collect(), current }
    }
}

pub(super) struct Payments {
    providers: Providers,
    limit: Duration,
    /// Matches whose provider is being asked by a command right now, or may be soon, and by how many; the settle policy
    /// leaves them alone: a cancel of what it does not find could cross the charge. Held for a look-up or a change only.
    asking: Mutex<FxHashMap<MatchId, u32>>,
    /// Wakes the settle policy: a charge got no certain answer.
    unsettled: Notify,
}

impl Payments {
    pub fn new(providers: Providers, limit: Duration) -> Payments {
        Payments { providers, limit, asking: Mutex::default(), unsettled: Notify::new() }
    }

    pub fn current(&self) -> &dyn PaymentProvider {
        self.providers.current.as_ref()
    }

    fn asking(&self) -> MutexGuard<'_, FxHashMap<MatchId, u32>> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks a match as being asked about, until it is dropped.
struct Asking {
    dispatch: Arc<Dispatch>,
    match_id: MatchId,
}

impl Asking {
    fn new(dispatch: Arc<Dispatch>, match_id: MatchId) -> Asking {
        *dispatch.payments.asking().entry(match_id).or_default() += 1;
        Asking { dispatch, match_id }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Entry::Occupied(mut askers) = self.dispatch.payments.asking().entry(self.match_id) {
            *askers.get_mut() -= 1;
            if *askers.get() == 0 {
                askers.remove();
            }
        }
    }
}

impl Dispatch {
    pub(super) async fn pay(self: &Arc<Self>, issued: Issued, match_id: MatchId) -> Result<Outcome, Refused> {
        if !self.views.is_running(ContextName::Payment) {
            return Err(ErrorCode::PaymentUnavailable.into());
        }
        let provider = self.payments.current();
        let log_id = self.log.id();
        let admitted = provider.admit();
        let decide = |history: &History, ctx: &Ctx| {
            let price = matching::decider::payable(
                &matching::decider::Matching::fold(&history.events),
                issued.account,
            )?;
            let state = Payment::fold(&history.events);
            let key = state.next_key(log_id, match_id);
            let charge = Charge { provider: provider.name().to_owned(), key, amount: price };
            let answer = provider.answer_at_once(&charge);
            let reply = answer.as_ref().map(|answer| match answer {
                Answer::Approved => ReplyKind::Status,
                Answer::Declined(_) => ReplyKind::Refused(ErrorCode::PaymentDeclined),
            });
            let events = Payment::decide(&state, &Command::Start { charge, answer }, ctx)?;
            // Only what could be paid is told that it can't be now; and nothing is appended.
            if admitted.is_err() {
                return Err(ErrorCode::PaymentUnavailable);
            }
            Ok(Decision { events, command: Some((issued, reply)), settles: None })
        };
        let asking = Asking::new(Arc::clone(self), match_id);
        let appended = self.append(match_id, Actor::Account(issued.account), Some(TRIES), decide).await;
        let (appended, admission) = match (appended, admitted) {
            (Ok(appended), Ok(admission)) => (appended, admission),
            (Err(ErrorCode::PaymentUnavailable), Err(Unavailable { retry_after })) => {
                return Err(Refused { code: ErrorCode::PaymentUnavailable, retry_after: Some(retry_after) });
            }
            (Err(code), _) => return Err(code.into()),
            (Ok(appended), Err(_)) => return Ok(appended),
        };
        let Outcome::Appended(done) = appended else { return Ok(appended) };
        match done.status {
            Status::PaymentDeclined => return Err(ErrorCode::PaymentDeclined.into()),
            Status::PaymentRequested => {}
            _ => return Ok(appended),
        }
        // On a task of its own: a client that goes away does not leave its payment in the air.
        let asked = tokio::spawn(async move {
            let outcome = asking.dispatch.ask(match_id, issued.account).await;
            drop(admission);
            let dispatch = Arc::clone(&asking.dispatch);
            drop(asking);
            if matches!(outcome, Err(ErrorCode::PaymentInProgress)) {
                dispatch.payments.unsettled.notify_one();
            }
            outcome
        });
        Ok(asked.await.unwrap_or(Err(ErrorCode::Internal))?)
    }

    /// Waits for a charge that got no certain answer.
    pub(crate) async fn left_unsettled(&self) {
        self.payments.unsettled.notified().await;
    }

    /// Asks the provider about the charge under way, and notes its answer.
    async fn ask(&self, match_id: MatchId, payer: AccountId) -> Result<Outcome, ErrorCode> {
        let Some(charge) = self.charge_under_way(match_id)? else { return Err(ErrorCode::PaymentInProgress) };
        let Some(provider) = self.payments.providers.by_name.get(&charge.provider) else {
            return Err(ErrorCode::PaymentInProgress);
        };
        let answer = match tokio::time::timeout(self.payments.limit, provider.approve(&charge, payer)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(ProviderError::NotReached(error))) => {
                tracing::warn!(%match_id, provider = charge.provider, %error, "payment provider not reached");
                never_charged()
            }
            Ok(Err(ProviderError::Unknown(error))) => {
                tracing::warn!(%match_id, provider = charge.provider, %error, "payment outcome unknown; it will be looked up");
                return Err(ErrorCode::PaymentInProgress);
            }
            Err(_) => {
                tracing::warn!(%match_id, provider = charge.provider, "payment timed out; it will be looked up");
                return Err(ErrorCode::PaymentInProgress);
            }
        };
        self.settle(match_id, &charge, answer).await
    }

    fn charge_under_way(&self, match_id: MatchId) -> Result<Option<Charge>, ErrorCode> {
        let history = self.log.read_match(match_id).map_err(unreadable)?;
        Ok(match Payment::fold(&history.events) {
            State::UnderWay { charge, .. } => Some(charge),
            _ => None,
        })
    }

    /// Notes the answer to a charge, with the reply to the command that started it. Never gives up on a conflict.
    async fn settle(&self, match_id: MatchId, charge: &Charge, answer: Answer) -> Result<Outcome, ErrorCode> {
        let command = Command::Settle { key: charge.key.clone(), answer };
        let decide = |history: &History, ctx: &Ctx| {
            let state = Payment::fold(&history.events);
            let events = Payment::decide(&state, &command, ctx)?;
            let settles = Some(reply_to(&state, &command));
            Ok(Decision { events, command: None, settles })
        };
        let by = Actor::System(ContextName::Payment);
        match self.append(match_id, by, None, decide).await? {
            Outcome::Appended(done) => {
                let history = self.log.read_match(match_id).map_err(unreadable)?;
                let before = history.events.partition_point(|event| event.seq < done.seq);
                let reply = reply_to(&Payment::fold(&history.events[..before]), &command);
                reply.to_result(match_id, done.seq).map(Outcome::Appended)
            }
            other => Ok(other),
        }
    }

    /// Policy: settles a charge under way by look-up. What the provider does not know is closed there first: a canceled
    /// key can never be charged. Closing and not canceling, since the charge may arrive, and be looked up by somebody
    /// else, before the close does.
    pub(crate) async fn settle_by_look_up(&self, match_id: MatchId) -> Result<(), String> {
        let Some(charge) = self.charge_under_way(match_id).map_err(|code| code.to_string())? else {
            return Ok(());
        };
        // In this order: whoever notes an intent has set the mark before.
        if self.payments.asking().contains_key(&match_id) {
            return Ok(());
        }
        let provider = self.provider_of(&charge)?;
        let stands = match bounded(provider.look_up(&charge)).await? {
            LookUp::Unknown => bounded(provider.close(&charge)).await?,
            known => known,
        };
        let answer = match stands {
            LookUp::Answered(answer) => answer,
            LookUp::Canceled => never_charged(),
            LookUp::Unknown => return Err("the provider closed nothing".to_owned()),
        };
        self.settle(match_id, &charge, answer).await.map(|_| ()).or_else(noted)
    }

    /// Policy: gives back what a canceled or expired match holds, under its own stored key.
    pub(crate) async fn give_back(&self, match_id: MatchId) -> Result<(), String> {
        let history = self.log.read_match(match_id).map_err(|error| error.to_string())?;
        let State::GoingBack { charge } = Payment::fold(&history.events) else { return Ok(()) };
        bounded(self.provider_of(&charge)?.cancel(&charge)).await?;
        let given = self.policy::<Payment>(match_id, ContextName::Payment, &Command::GiveBack).await;
        given.map(|_| ()).map_err(|code| code.to_string())
    }

    fn provider_of(&self, charge: &Charge) -> Result<&Arc<dyn PaymentProvider>, String> {
        let provider = self.payments.providers.by_name.get(&charge.provider);
        provider.ok_or_else(|| {
            let name = &charge.provider;
            format!("no payment provider {name:?} is set up here: give its --payment-url and --payment-name")
        })
    }
}

async fn bounded<T>(call: impl Future<Output = Result<T, ProviderError>>) -> Result<T, String> {
    match tokio::time::timeout(POLICY_LIMIT, call).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("the provider did not answer in time".to_owned()),
    }
}

/// An outcome that is an error for the student is noted all the same.
fn noted(code: ErrorCode) -> Result<(), String> {
    match code {
        ErrorCode::PaymentDeclined | ErrorCode::PaymentUnavailable | ErrorCode::MatchCanceled => Ok(()),
        code => Err(code.to_string()),
    }
}

/// What the student is told. A payment that crossed a cancel was in vain, whatever the provider said.
fn reply_to(state: &State, command: &Command) -> ReplyRecord {
    let Command::Settle { answer, .. } = command else { return ReplyRecord::Done(Status::PaymentApproved) };
    match (state, answer) {
        (State::UnderWay { called_off: true, .. }, _) => ReplyRecord::Refused(ErrorCode::MatchCanceled),
        (_, Answer::Approved) => ReplyRecord::Done(Status::PaymentApproved),
        (_, Answer::Declined(reason)) if *reason == DeclineReason::unavailable() => {
            ReplyRecord::Refused(ErrorCode::PaymentUnavailable)
        }
        (_, Answer::Declined(_)) => ReplyRecord::Refused(ErrorCode::PaymentDeclined),
    }
}
