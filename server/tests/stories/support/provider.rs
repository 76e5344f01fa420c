//! A payment provider outside of the service: it has its own truth, and does what the test says.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use matching_protocol::{AccountId, DeclineReason, Event, Seq};
use matching_server::ports::payment::{Answer, Charge, LookUp, PaymentProvider, ProviderError};
use matching_server::ports::{BoxFuture, EventLog};
use tokio::sync::watch;

use super::within;

/// What it does with the next charge. Without a step it approves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Charges, and says so.
    Approve,
    /// Says no.
    Decline,
    /// Is not reached.
    NotReached,
    /// Charges, and the answer gets lost.
    ChargeAndLoseTheAnswer,
    /// Charges and never answers.
    ChargeAndFallSilent,
    /// Neither charges nor answers.
    FallSilent,
    /// Charges and answers when the test says so.
    Hold,
    /// As `Hold`, but charges even if nobody waits for the answer any more.
    ChargeLate,
}

/// What it was asked, and about which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    Approve(String),
    LookUp(String),
    Close(String),
    Cancel(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Charged(i64),
    Declined,
    Canceled,
}

#[derive(Default)]
struct Truth {
    keys: HashMap<String, Key>,
    steps: VecDeque<Step>,
    calls: Vec<Call>,
    taken: i64,
    returned: i64,
    /// Charges whose intent was not in the log when they were asked for.
    without_intent: Vec<String>,
    log: Option<Weak<dyn EventLog>>,
}

/// Shared by the service and the test; it lives on when the service is started again.
pub struct TestProvider {
    truth: Arc<Mutex<Truth>>,
    calls: watch::Sender<usize>,
    charges: Arc<watch::Sender<usize>>,
    held: watch::Sender<bool>,
    answers_look_ups: watch::Sender<bool>,
    takes_cancels: watch::Sender<bool>,
}

impl TestProvider {
    /// Does these steps with the first charges.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Arc<TestProvider> {
        let truth = Truth { steps: steps.into_iter().collect(), ..Truth::default() };
        Arc::new(TestProvider {
            truth: Arc::new(Mutex::new(truth)),
            calls: watch::Sender::new(0),
            charges: Arc::default(),
            held: watch::Sender::new(true),
            answers_look_ups: watch::Sender::new(true),
            takes_cancels: watch::Sender::new(true),
        })
    }

    fn truth(&self) -> MutexGuard<'_, Truth> {
        self.truth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The log in which each charge must find its intent.
    pub fn watches(&self, log: &Arc<dyn EventLog>) {
        self.truth().log = Some(Arc::downgrade(log));
    }

    /// Lets the charges go on that are held.
    pub fn release(&self) {
        self.held.send_replace(false);
    }

    /// Whether look-ups are answered, or fail.
    pub fn answer_look_ups(&self, answer: bool) {
        self.answers_look_ups.send_replace(answer);
    }

    /// Whether cancels are acknowledged, or fail.
    pub fn take_cancels(&self, take: bool) {
        self.takes_cancels.send_replace(take);
    }

    /// Everything that it was asked.
    pub fn calls(&self) -> Vec<Call> {
        self.truth().calls.clone()
    }

    /// Waits for a call.
    pub async fn called(&self, with: impl Fn(&Call) -> bool) -> Call {
        let mut calls = self.calls.subscribe();
        loop {
            let seen = *calls.borrow_and_update();
            if let Some(call) = self.truth().calls[..seen].iter().find(|call| with(call)) {
                return call.clone();
            }
            within("a call of the provider", calls.changed()).await.expect("the provider is there");
        }
    }

    /// Waits for so many calls.
    pub async fn called_times(&self, times: usize, with: impl Fn(&Call) -> bool) {
        let mut calls = self.calls.subscribe();
        while self.calls().iter().filter(|call| with(call)).count() < times {
            within("calls of the provider", calls.changed()).await.expect("the provider is there");
        }
    }

    /// Waits until it has charged something late.
    pub async fn charged(&self) {
        let mut taken = self.charges.subscribe();
        within("a charge", taken.wait_for(|taken| *taken > 0)).await.expect("the provider is there");
    }

    /// What it took and did not give back, in whole won.
    pub fn holds(&self) -> i64 {
        let truth = self.truth();
        truth.taken - truth.returned
    }

    /// Every charge found its intent in the log.
    pub fn had_an_intent_each_time(&self) -> bool {
        self.truth().without_intent.is_empty()
    }

    fn note(&self, call: Call) {
        let mut truth = self.truth();
        truth.calls.push(call);
        self.calls.send_replace(truth.calls.len());
    }

    fn next_step(&self, charge: &Charge) -> Step {
        let mut truth = self.truth();
        let step = truth.steps.pop_front().unwrap_or(Step::Approve);
        let log = truth.log.as_ref().and_then(Weak::upgrade).expect("the service runs");
        let events = log.read_after(Seq(0), usize::MAX >> 1).expect("the log");
        let intent = events.iter().any(
            |recorded| matches!(&recorded.event, Event::PaymentRequested { key, .. } if *key == charge.key),
        );
        if !intent {
            truth.without_intent.push(charge.key.clone());
        }
        step
    }
}

impl Truth {
    /// The same key does nothing twice, and a canceled one is never charged.
    fn charge(&mut self, charge: &Charge) -> Answer {
        match self.keys.get(&charge.key) {
            Some(Key::Charged(_)) => Answer::Approved,
            Some(Key::Declined | Key::Canceled) => Answer::Declined(declined()),
            None => {
                self.keys.insert(charge.key.clone(), Key::Charged(charge.amount.won()));
                self.taken += charge.amount.won();
                Answer::Approved
            }
        }
    }
}

fn declined() -> DeclineReason {
    DeclineReason::new("no_money").expect("a reason")
}

impl PaymentProvider for TestProvider {
    fn name(&self) -> &str {
        "test"
    }

    fn answer_at_once(&self, _: &Charge) -> Option<Answer> {
        None
    }

    fn approve<'a>(
        &'a self,
        charge: &'a Charge,
        _: AccountId,
    ) -> BoxFuture<'a, Result<Answer, ProviderError>> {
        let step = self.next_step(charge);
        if step == Step::ChargeLate {
            let (truth, charges) = (Arc::clone(&self.truth), Arc::clone(&self.charges));
            let (charge, mut held) = (charge.clone(), self.held.subscribe());
            tokio::spawn(async move {
                if held.wait_for(|held| !held).await.is_ok() {
                    truth.lock().unwrap_or_else(PoisonError::into_inner).charge(&charge);
                    charges.send_modify(|charges| *charges += 1);
                }
            });
        }
        self.note(Call::Approve(charge.key.clone()));
        Box::pin(async move {
            match step {
                Step::Approve => Ok(self.truth().charge(charge)),
                Step::Decline => {
                    self.truth().keys.insert(charge.key.clone(), Key::Declined);
                    Ok(Answer::Declined(declined()))
                }
                Step::NotReached => Err(ProviderError::NotReached("no route".to_owned())),
                Step::ChargeAndLoseTheAnswer => {
                    self.truth().charge(charge);
                    Err(ProviderError::Unknown("connection reset".to_owned()))
                }
                Step::ChargeAndFallSilent => {
                    self.truth().charge(charge);
                    std::future::pending().await
                }
                Step::FallSilent => std::future::pending().await,
                Step::Hold | Step::ChargeLate => {
                    let mut held = self.held.subscribe();
                    held.wait_for(|held| !held).await.expect("the provider is there");
                    Ok(self.truth().charge(charge))
                }
            }
        })
    }

    fn look_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>> {
        let answered = *self.answers_look_ups.borrow();
        let known = self.truth().keys.get(&charge.key).copied();
        self.note(Call::LookUp(charge.key.clone()));
        Box::pin(async move {
            if !answered {
                return Err(ProviderError::Unknown("no answer".to_owned()));
            }
            Ok(match known {
                None => LookUp::Unknown,
                Some(Key::Charged(_)) => LookUp::Answered(Answer::Approved),
                Some(Key::Declined) => LookUp::Answered(Answer::Declined(declined())),
                Some(Key::Canceled) => LookUp::Canceled,
            })
        })
    }

    fn close<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>> {
        let taken = *self.takes_cancels.borrow();
        let stands = taken.then(|| *self.truth().keys.entry(charge.key.clone()).or_insert(Key::Canceled));
        self.note(Call::Close(charge.key.clone()));
        Box::pin(async move {
            match stands {
                None => Err(ProviderError::Unknown("no answer".to_owned())),
                Some(Key::Charged(_)) => Ok(LookUp::Answered(Answer::Approved)),
                Some(Key::Declined) => Ok(LookUp::Answered(Answer::Declined(declined()))),
                Some(Key::Canceled) => Ok(LookUp::Canceled),
            }
        })
    }

    fn cancel<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<(), ProviderError>> {
        let taken = *self.takes_cancels.borrow();
        if taken {
            let mut truth = self.truth();
            if let Some(Key::Charged(amount)) = truth.keys.insert(charge.key.clone(), Key::Canceled) {
                truth.returned += amount;
            }
        }
        self.note(Call::Cancel(charge.key.clone()));
        Box::pin(
            async move { if taken { Ok(()) } else { Err(ProviderError::Unknown("no answer".to_owned())) } },
        )
    }
}
