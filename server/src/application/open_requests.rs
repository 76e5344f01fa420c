//! How many requests each student has open, exactly and at once: the limit on their number can't wait for a view.

use std::sync::{Mutex, MutexGuard, PoisonError};

use matching_protocol::{AccountId, ErrorCode, Event, Recorded, Seq};
use rustc_hash::FxHashMap;

/// Students are counted when they first ask, and then kept up to date at every append.
pub struct OpenRequests {
    limit: Option<u32>,
    /// Held for a look-up or a change only.
    students: Mutex<FxHashMap<AccountId, Student>>,
}

#[derive(Default)]
struct Student {
    /// None until match's view was asked; then with the place that the view stood for.
    open: Option<(i64, Seq)>,
    /// What changed while match's view was being asked.
    changes: Vec<(Seq, i64)>,
    /// Requests that are being appended.
    reserved: i64,
}

impl OpenRequests {
    /// With a limit on each student's number; 0 is none.
    pub fn new(limit: u32) -> OpenRequests {
        OpenRequests { limit: (limit > 0).then_some(limit), students: Mutex::default() }
    }

    fn students(&self) -> MutexGuard<'_, FxHashMap<AccountId, Student>> {
        self.students.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the student must be counted first, with [`OpenRequests::counted`]. From here on changes are noted.
    pub fn must_count(&self, student: AccountId) -> bool {
        self.limit.is_some() && self.students().entry(student).or_default().open.is_none()
    }

    /// So many were open at a place in the log.
    pub fn counted(&self, student: AccountId, open: u32, at: Seq) {
        let mut students = self.students();
        let student = students.entry(student).or_default();
        if student.open.is_none() {
            let since: i64 =
                student.changes.drain(..).filter(|(seq, _)| *seq > at).map(|(_, change)| change).sum();
            student.open = Some((i64::from(open) + since, at));
        }
    }

    /// Takes a place for one more, to be given back with [`OpenRequests::release`] once it is appended or not.
    ///
    /// # Errors
    /// [`ErrorCode::TooManyOpen`] if there is none.
    pub fn reserve(&self, student: AccountId) -> Result<(), ErrorCode> {
        let Some(limit) = self.limit else { return Ok(()) };
        let mut students = self.students();
        let student = students.entry(student).or_default();
        if student.open.map_or(0, |(open, _)| open) + student.reserved >= i64::from(limit) {
            return Err(ErrorCode::TooManyOpen);
        }
        student.reserved += 1;
        Ok(())
    }

    /// Gives the place back.
    pub fn release(&self, student: AccountId) {
        if self.limit.is_some()
            && let Some(student) = self.students().get_mut(&student)
        {
            student.reserved -= 1;
        }
    }

    /// Takes in what was appended to a student's match.
    pub fn appended(&self, student: AccountId, events: &[std::sync::Arc<Recorded>]) {
        if self.limit.is_none() {
            return;
        }
        let mut students = self.students();
        let Some(student) = students.get_mut(&student) else { return };
        for event in events {
            let change = match event.event {
                Event::MatchRequested { .. } => 1,
                Event::MatchCanceled { .. } | Event::MatchExpired {} | Event::ClassFinished { .. } => -1,
                _ => continue,
            };
            match &mut student.open {
                // The view may have had it already when it was asked.
                Some((_, at)) if event.seq <= *at => {}
                Some((open, _)) => *open += change,
                None => student.changes.push((event.seq, change)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use matching_protocol::{Actor, MatchId, Time};

    use super::*;

    const STUDENT: AccountId = AccountId(7);

    fn canceled(seq: u64) -> [Arc<Recorded>; 1] {
        [Arc::new(Recorded {
            seq: Seq(seq),
            match_id: MatchId::new(1).unwrap(),
            version: 2,
            at: Time::from_millis(0),
            by: Actor::Account(STUDENT),
            event: Event::MatchCanceled { reason: None },
        })]
    }

    fn free_places(open: &OpenRequests) -> usize {
        std::iter::repeat_with(|| open.reserve(STUDENT)).take_while(Result::is_ok).count()
    }

    #[test]
    fn a_change_counts_once_whether_the_view_had_it_or_not() {
        for (noted_before, at, free) in [(true, 10, 1), (true, 9, 2), (false, 10, 1), (false, 9, 2)] {
            let open = OpenRequests::new(3);
            assert!(open.must_count(STUDENT));
            if noted_before {
                open.appended(STUDENT, &canceled(10));
            }
            open.counted(STUDENT, 2, Seq(at));
            if !noted_before {
                open.appended(STUDENT, &canceled(10));
            }
            assert!(!open.must_count(STUDENT));
            assert_eq!(free_places(&open), free, "noted before the count: {noted_before}, view at {at}");
        }
    }

    #[test]
    fn a_place_that_is_given_back_is_free_again() {
        let open = OpenRequests::new(1);
        open.counted(STUDENT, 0, Seq(0));
        assert_eq!(open.reserve(STUDENT), Ok(()));
        assert_eq!(open.reserve(STUDENT), Err(ErrorCode::TooManyOpen));
        open.release(STUDENT);
        assert_eq!(open.reserve(STUDENT), Ok(()));
    }
}
