//! Passwords are worked on by two threads of their own: argon2id takes tens of milliseconds and 19 MiB each.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, anyhow};
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use matching_protocol::{AccountName, Secret, Time};
use tokio::sync::oneshot;

use super::guesses::Guesses;
use crate::ports::accounts::AccountsError;

/// So many passwords are worked on at once.
const THREADS: usize = 2;

/// So many wait. Beyond that the answer is `rate_limited`: at two at a time, these take a second or two.
const WAITING: usize = 64;

const RETRY_WHEN_FULL: Duration = Duration::from_secs(2);

/// What a guess costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HashCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// How often the memory is gone through.
    pub passes: u32,
}

impl Default for HashCost {
    /// argon2id with 19 MiB, t = 2, p = 1 (RELIABILITY.md).
    fn default() -> Self {
        HashCost { memory_kib: 19 * 1024, passes: 2 }
    }
}

impl HashCost {
    /// For tests that log in often: the least that argon2 takes.
    pub const LEAST: HashCost = HashCost { memory_kib: 8, passes: 1 };

    fn argon2(self) -> anyhow::Result<Argon2<'static>> {
        let params = Params::new(self.memory_kib, self.passes, 1, None)
            .map_err(|e| anyhow!("a cost that argon2 does not take: {e}"))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

enum Work {
    Hash { password: Secret, answer: oneshot::Sender<Result<String, AccountsError>> },
    Verify { guess: Guess, answer: oneshot::Sender<Result<bool, AccountsError>> },
}

/// Somebody says that this is the password.
pub struct Guess {
    pub name: AccountName,
    pub password: Secret,
    /// `None` if there is no such name; then a hash that nothing matches is worked on for as long.
    pub hash: Option<String>,
    pub now: Time,
}

/// What each thread has.
struct Bench {
    argon2: Argon2<'static>,
    unknown: String,
    guesses: Arc<Guesses>,
}

/// Hashes and checks passwords.
pub struct Passwords {
    queue: Option<SyncSender<Work>>,
    guesses: Arc<Guesses>,
    threads: Vec<JoinHandle<()>>,
}

impl Passwords {
    pub fn start(cost: HashCost) -> anyhow::Result<Passwords> {
        let argon2 = cost.argon2()?;
        let unknown = hash(&argon2, "no account has this").context("argon2 does not work")?;
        let guesses = Arc::new(Guesses::new());
        let (queue, work) = sync_channel(WAITING);
        // std's channel has one receiving end: the threads take turns at waiting on it.
        let work = Arc::new(Mutex::new(work));
        let threads = (0..THREADS)
            .map(|_| {
                let bench =
                    Bench { argon2: argon2.clone(), unknown: unknown.clone(), guesses: Arc::clone(&guesses) };
                let work = Arc::clone(&work);
                std::thread::Builder::new().name("passwords".to_owned()).spawn(move || bench.serve(&work))
            })
            .collect::<Result<_, _>>()
            .context("no thread for passwords")?;
        Ok(Passwords { queue: Some(queue), guesses, threads })
    }

    pub async fn hash(&self, password: Secret) -> Result<String, AccountsError> {
        let (answer, hash) = oneshot::channel();
        self.enqueue(Work::Hash { password, answer })?;
        hash.await.map_err(|_| stopped())?
    }

    /// Whether it is the password.
    pub async fn verify(&self, guess: Guess) -> Result<bool, AccountsError> {
        self.guesses.check(&guess.name, guess.now)?;
        let (answer, matches) = oneshot::channel();
        self.enqueue(Work::Verify { guess, answer })?;
        matches.await.map_err(|_| stopped())?
    }

    fn enqueue(&self, work: Work) -> Result<(), AccountsError> {
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.try_send(work).map_err(|full| match full {
            TrySendError::Full(_) => AccountsError::RateLimited { retry_after: RETRY_WHEN_FULL },
            TrySendError::Disconnected(_) => stopped(),
        })
    }
}

impl Drop for Passwords {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread for passwords panicked");
            }
        }
    }
}

impl Bench {
    fn serve(&self, work: &Mutex<Receiver<Work>>) {
        loop {
            let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
            // Who no longer waits for the answer gets none: a login is not worked on for a connection that is gone.
            match next {
                Ok(Work::Hash { password, answer }) if !answer.is_closed() => {
                    let _ = answer.send(hash(&self.argon2, &password.0).map_err(AccountsError::Failed));
                }
                Ok(Work::Verify { guess, answer }) if !answer.is_closed() => {
                    let _ = answer.send(self.verify(&guess));
                }
                Ok(Work::Hash { .. } | Work::Verify { .. }) => {}
                Err(_) => return,
            }
        }
    }

    /// Looks again at how often was guessed: many may have queued before the first of them failed.
    fn verify(&self, guess: &Guess) -> Result<bool, AccountsError> {
        self.guesses.check(&guess.name, guess.now)?;
        let hash = guess.hash.as_deref().unwrap_or(&self.unknown);
        let matches = match self.argon2.verify_password(guess.password.0.as_bytes(), hash) {
            Ok(()) => guess.hash.is_some(),
            Err(password_hash::Error::PasswordInvalid) => false,
            Err(error) => {
                return Err(AccountsError::Failed(anyhow!("a stored hash can't be checked: {error}")));
            }
        };
        if !matches {
            self.guesses.failed(&guess.name, guess.now);
        }
        Ok(matches)
    }
}

fn hash(argon2: &Argon2<'static>, password: &str) -> anyhow::Result<String> {
    let hash: PasswordHash =
        argon2.hash_password(password.as_bytes()).map_err(|e| anyhow!("a password can't be hashed: {e}"))?;
    Ok(hash.to_string())
}

fn stopped() -> AccountsError {
    AccountsError::Failed(anyhow!("the threads for passwords have stopped"))
}

#[cfg(test)]
mod tests {
    use matching_protocol::ErrorCode;

    use super::*;

    #[test]
    fn beyond_sixty_four_that_wait_the_answer_is_rate_limited() {
        let (queue, _nobody_works) = sync_channel(WAITING);
        let passwords =
            Passwords { queue: Some(queue), guesses: Arc::new(Guesses::new()), threads: Vec::new() };
        let ask = || {
            let (answer, _) = oneshot::channel();
            passwords.enqueue(Work::Hash { password: Secret("secret".to_owned()), answer })
        };
        for _ in 0..WAITING {
            assert!(ask().is_ok());
        }
        let refused = ask().expect_err("full");
        assert_eq!(refused.code(), ErrorCode::RateLimited);
    }

    #[test]
    fn an_unknown_name_costs_what_a_known_one_costs() {
        let cost_of = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        let argon2 = HashCost::default().argon2().expect("argon2");
        let known = hash(&argon2, "secret").expect("a hash");
        assert_eq!(cost_of(&known).as_deref(), Some("$argon2id$v=19$m=19456,t=2,p=1"));
        assert_eq!(cost_of(&hash(&argon2, "no account has this").expect("a hash")), cost_of(&known));
    }
}
