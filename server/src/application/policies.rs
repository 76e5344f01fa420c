//! Policies: whenever X, do Y. What is due is a list in the context's own view, kept together with its cursor; each due
//! one is retried on its own, with backoff, without end, and one that fails holds up no other. A policy acts through an
//! append with expected version, so that it acts once however often it runs.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use matching_protocol::{ContextName, MatchId};
use rustc_hash::FxHashMap;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::application::dispatch::Dispatch;
use crate::application::follow::Views;
use crate::application::stopped;
use crate::contexts::matching::decider::{Command as MatchingCommand, Matching};
use crate::contexts::visit::decider::{Command as VisitCommand, Visit};
use crate::contexts::{Rules, matching, payment, visit};
use crate::ports::Clock;

/// How many of one policy's acts are under way at once.
const AT_ONCE: usize = 16;
const PAGE: u32 = 500;
/// How often the clock is looked at, and a list that should be empty is looked through.
const TICK: Duration = Duration::from_secs(1);
/// The least time between two looks under load.
const PACE: Duration = Duration::from_millis(20);
const FIRST_RETRY: Duration = Duration::from_millis(200);
const LAST_RETRY: Duration = Duration::from_secs(60);

/// The closed list of policies that act. What only changes a view is in that view's fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// match: a request that nobody paid, or nobody confirmed, in time expires.
    Expire,
    /// visit: the visit of a canceled or expired match that was paid is called off.
    CallOff,
    /// payment: the money that a canceled or expired match holds goes back.
    GiveBack,
    /// payment: a charge whose outcome is unknown is looked up.
    Settle,
}

impl Policy {
    /// Every policy there is.
    pub const ALL: [Policy; 4] = [Policy::Expire, Policy::CallOff, Policy::GiveBack, Policy::Settle];

    fn context(self) -> ContextName {
        match self {
            Policy::Expire => ContextName::Matching,
            Policy::CallOff => ContextName::Visit,
            Policy::GiveBack | Policy::Settle => ContextName::Payment,
        }
    }
}

/// What policies work with.
pub struct Policies {
    /// To act.
    pub dispatch: Arc<Dispatch>,
    /// To know what is due.
    pub views: Arc<Views>,
    /// For expiry.
    pub clock: Arc<dyn Clock>,
    /// For expiry.
    pub rules: Rules,
}

/// An act that failed, until it is no longer due.
struct Failing {
    tries: u32,
    again_at: Instant,
}

impl Policies {
    /// Runs one policy until the stop is announced.
    pub async fn run(self: Arc<Self>, policy: Policy, mut stop: watch::Receiver<bool>) {
        let mut cursor = self.views.cursor(policy.context());
        let mut failing: FxHashMap<MatchId, Failing> = FxHashMap::default();
        loop {
            cursor.borrow_and_update();
            if self.views.is_running(policy.context()) {
                self.round(policy, &mut failing).await;
            }
            tokio::time::sleep(PACE).await;
            let soonest = failing.values().map(|failing| failing.again_at).min();
            let tick = Instant::now() + TICK;
            tokio::select! {
                changed = cursor.changed() => if changed.is_err() { return },
                () = self.dispatch.left_unsettled(), if policy == Policy::Settle => {}
                () = tokio::time::sleep_until(soonest.map_or(tick, |at| at.min(tick))) => {}
                () = stopped(&mut stop) => return,
            }
        }
    }

    /// Tries everything that is due and not waiting for its next try.
    async fn round(&self, policy: Policy, failing: &mut FxHashMap<MatchId, Failing>) {
        let mut after = 0;
        let mut still_due: FxHashMap<MatchId, Failing> = FxHashMap::default();
        loop {
            let due = match self.due(policy, after) {
                Ok(due) => due,
                Err(code) => {
                    tracing::warn!(?policy, %code, "what is due can't be read");
                    return;
                }
            };
            let Some(last) = due.last() else { break };
            let full = due.len() >= PAGE as usize;
            let ready: Vec<MatchId> = due
                .iter()
                .copied()
                .filter(|id| failing.get(id).is_none_or(|failing| failing.again_at <= Instant::now()))
                .collect();
            let last = last.get();
            for id in &due {
                if let Some(kept) = failing.remove(id) {
                    still_due.insert(*id, kept);
                }
            }
            for (id, result) in self.act_on(policy, ready).await {
                match result {
                    Ok(()) => {
                        still_due.remove(&id);
                    }
                    Err(error) => note(policy, id, &error, &mut still_due),
                }
            }
            if !full || policy == Policy::Expire {
                break;
            }
            after = last;
        }
        *failing = still_due;
    }

    async fn act_on(&self, policy: Policy, ready: Vec<MatchId>) -> Vec<(MatchId, Result<(), String>)> {
        let mut results = Vec::with_capacity(ready.len());
        let mut waiting = ready.into_iter();
        let act = |id| async move { (id, self.act(policy, id).await) };
        let mut running: FuturesUnordered<_> = waiting.by_ref().take(AT_ONCE).map(act).collect();
        while let Some(result) = running.next().await {
            results.push(result);
            running.extend(waiting.next().map(act));
        }
        results
    }

    fn due(&self, policy: Policy, after: i64) -> Result<Vec<MatchId>, matching_protocol::ErrorCode> {
        let now = self.clock.now();
        self.views.read_now(policy.context(), |connection, _| match policy {
            Policy::Expire => matching::view::due_to_expire(connection, &self.rules, now, PAGE),
            Policy::CallOff => visit::view::call_offs_due(connection, after, PAGE),
            Policy::GiveBack => payment::view::going_back(connection, after, PAGE),
            Policy::Settle => payment::view::under_way(connection, after, PAGE),
        })
    }

    async fn act(&self, policy: Policy, id: MatchId) -> Result<(), String> {
        let done = match policy {
            Policy::Expire => {
                self.dispatch.policy::<Matching>(id, ContextName::Matching, &MatchingCommand::Expire).await
            }
            Policy::CallOff => {
                self.dispatch.policy::<Visit>(id, ContextName::Visit, &VisitCommand::CallOff).await
            }
            Policy::GiveBack => return self.dispatch.give_back(id).await,
            Policy::Settle => return self.dispatch.settle_by_look_up(id).await,
        };
        done.map(|_| ()).map_err(|code| code.to_string())
    }
}

fn note(policy: Policy, id: MatchId, error: &str, failing: &mut FxHashMap<MatchId, Failing>) {
    let tries = failing.get(&id).map_or(0, |failing| failing.tries) + 1;
    let wait = FIRST_RETRY.saturating_mul(1 << tries.min(10)).min(LAST_RETRY);
    tracing::warn!(?policy, match_id = %id, tries, error, "not done yet; it is tried again");
    failing.insert(id, Failing { tries, again_at: Instant::now() + wait });
}
