//! What the log keeps in memory: the histories of hot matches and the tail of the log.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use lru::LruCache;
use matching_protocol::{MatchId, Recorded, Seq};
use rustc_hash::FxBuildHasher;

use crate::ports::event_log::History;

const MATCHES: NonZeroUsize = NonZeroUsize::new(32_768).expect("not zero");
const TAIL: usize = 16_384;

/// Brought up to date by the writer after COMMIT and before its answer. The locks are held for a look-up or an insert only.
pub(super) struct Hot {
    matches: Mutex<LruCache<MatchId, Arc<History>, FxBuildHasher>>,
    tail: RwLock<VecDeque<Arc<Recorded>>>,
}

impl Hot {
    pub fn new() -> Hot {
        Hot {
            matches: Mutex::new(LruCache::with_hasher(MATCHES, FxBuildHasher)),
            tail: RwLock::new(VecDeque::with_capacity(TAIL)),
        }
    }

    pub fn get(&self, match_id: MatchId) -> Option<Arc<History>> {
        self.matches.lock().unwrap_or_else(PoisonError::into_inner).get(&match_id).cloned()
    }

    /// Keeps a history that was read, unless a longer one is there.
    pub fn offer(&self, match_id: MatchId, history: &Arc<History>) {
        let mut matches = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
        if matches.peek(&match_id).is_none_or(|kept| kept.events.len() < history.events.len()) {
            matches.put(match_id, Arc::clone(history));
        }
    }

    /// Takes in what was committed, in order.
    pub fn committed(&self, groups: &[Vec<Arc<Recorded>>]) {
        {
            let mut matches = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
            for group in groups {
                let Some(first) = group.first() else { continue };
                let seen = (first.version - 1) as usize;
                let before = match matches.pop(&first.match_id) {
                    Some(kept) if kept.events.len() == seen => kept,
                    // A reader may have kept a history that was overtaken; the next one reads it again.
                    Some(_) => continue,
                    None if seen == 0 => Arc::default(),
                    None => continue,
                };
                let events = before.events.iter().chain(group).cloned().collect();
                matches.put(first.match_id, Arc::new(History { events }));
            }
        }
        let mut tail = self.tail.write().unwrap_or_else(PoisonError::into_inner);
        for event in groups.iter().flatten() {
            if tail.len() == TAIL {
                tail.pop_front();
            }
            tail.push_back(Arc::clone(event));
        }
    }

    /// Events behind a place, if the tail reaches back so far.
    pub fn after(&self, after: Seq, limit: usize) -> Option<Vec<Arc<Recorded>>> {
        let tail = self.tail.read().unwrap_or_else(PoisonError::into_inner);
        let first = tail.front()?.seq;
        let skip = after.next().0.checked_sub(first.0)?;
        Some(tail.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).take(limit).cloned().collect())
    }

    /// Forgets everything: what is stored may differ from what was believed.
    pub fn clear(&self) {
        self.matches.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.tail.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
