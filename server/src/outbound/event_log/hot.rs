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
    matches: Mutex<LruCache<MatchId, Kept, FxBuildHasher>>,
    tail: RwLock<VecDeque<Arc<Recorded>>>,
}

enum Kept {
    /// All that was committed.
    Whole(Arc<History>),
    /// So many events are committed; they have to be read. A slow reader's history that is shorter is not taken.
    Count(usize),
}

impl Kept {
    fn count(&self) -> usize {
        match self {
            Kept::Whole(history) => history.events.len(),
            Kept::Count(count) => *count,
        }
    }
}

impl Hot {
    pub fn new() -> Hot {
        Hot {
            matches: Mutex::new(LruCache::with_hasher(MATCHES, FxBuildHasher)),
            tail: RwLock::new(VecDeque::with_capacity(TAIL)),
        }
    }

    pub fn get(&self, match_id: MatchId) -> Option<Arc<History>> {
        match self.matches.lock().unwrap_or_else(PoisonError::into_inner).get(&match_id)? {
            Kept::Whole(history) => Some(Arc::clone(history)),
            Kept::Count(_) => None,
        }
    }

    /// Keeps a history that was read, unless more was committed since.
    pub fn offer(&self, match_id: MatchId, history: &Arc<History>) {
        let mut matches = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
        if matches.peek(&match_id).is_none_or(|kept| kept.count() <= history.events.len()) {
            matches.put(match_id, Kept::Whole(Arc::clone(history)));
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
                    Some(Kept::Whole(kept)) if kept.events.len() == seen => Some(kept),
                    _ if seen == 0 => Some(Arc::default()),
                    _ => None,
                };
                let kept = match before {
                    Some(before) => {
                        let events = before.events.iter().chain(group).cloned().collect();
                        Kept::Whole(Arc::new(History { events }))
                    }
                    None => Kept::Count(seen + group.len()),
                };
                matches.put(first.match_id, kept);
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

#[cfg(test)]
mod tests {
    use matching_protocol::{Actor, ContextName, Event, Time};

    use super::*;

    fn recorded(version: u32) -> Arc<Recorded> {
        Arc::new(Recorded {
            seq: Seq(u64::from(version)),
            match_id: MatchId::new(1).unwrap(),
            version,
            at: Time::from_millis(0),
            by: Actor::System(ContextName::Visit),
            event: Event::VisitCanceled {},
        })
    }

    fn history(versions: u32) -> Arc<History> {
        Arc::new(History { events: (1..=versions).map(recorded).collect() })
    }

    #[test]
    fn a_slow_reader_does_not_hide_what_was_committed_meanwhile() {
        let (hot, id) = (Hot::new(), MatchId::new(1).unwrap());
        let read_before = history(1);
        hot.committed(&[vec![recorded(2)]]);
        hot.offer(id, &read_before);
        assert_eq!(hot.get(id), None, "version 2 is committed");
        hot.offer(id, &history(2));
        assert_eq!(hot.get(id), Some(history(2)));
        hot.committed(&[vec![recorded(3)]]);
        hot.offer(id, &history(2));
        assert_eq!(hot.get(id), Some(history(3)));
    }

    #[test]
    fn a_new_match_is_hot_from_its_first_event_on() {
        let (hot, id) = (Hot::new(), MatchId::new(1).unwrap());
        hot.committed(&[vec![recorded(1), recorded(2)], vec![recorded(3)]]);
        assert_eq!(hot.get(id), Some(history(3)));
    }
}
