//! What is known: the lists of the first screen, and what was pushed since, folded in.

mod fold;
mod listing;

use std::cmp::Ordering;
use std::collections::VecDeque;

use matching_protocol::{
    AccountView, ClassRow, ClassStatus, ErrorCode, Event, MatchId, MatchView, MyPageRow, PageOf, Push, Query,
    ResultBody, Role, Seq, Timeline, VisitRequest, VisitRow, VisitStatus,
};

pub use listing::{Listing, Load, MOST_PAGES};

/// So many pushes are remembered, to be folded again into a list that was read before they came.
const REMEMBERED: usize = 2_000;

/// The closed list of lists.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum List {
    /// Match's own view.
    Matches,
    /// My page.
    MyPage,
    /// The board.
    Board,
    /// The teacher's visits.
    Visits,
    /// Class status.
    Classes,
}

impl List {
    /// The lists that a role sees.
    pub fn of(role: Role) -> &'static [List] {
        match role {
            Role::Student => &[List::Matches, List::MyPage, List::Classes],
            Role::Teacher => &[List::Board, List::Visits, List::Classes],
            Role::Admin => &[List::Matches, List::Board],
        }
    }

    /// What is asked for a page of it.
    pub fn query(self, after: Option<MatchId>) -> Query {
        let page = PageOf { after, limit: None };
        match self {
            List::Matches => Query::Matches(page),
            List::MyPage => Query::MyPage(page),
            List::Board => Query::VisitRequests(page),
            List::Visits => Query::Visits(page),
            List::Classes => Query::Classes(page),
        }
    }
}

/// What came of a reply to a query for a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// There is more behind this row.
    More(MatchId),
    /// It is complete.
    Complete,
    /// The reply belongs to nothing that is asked.
    Unasked,
}

/// All that is known of the server's state.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// As whom one is signed in.
    pub me: Option<AccountView>,
    /// Match's own view, newest first.
    pub matches: Listing<MatchView>,
    /// My page, newest first.
    pub my_page: Listing<MyPageRow>,
    /// The board, oldest first.
    pub board: Listing<VisitRequest>,
    /// The teacher's visits, newest first.
    pub visits: Listing<VisitRow>,
    /// Class status, newest first.
    pub classes: Listing<ClassRow>,
    /// What happened to the match that is looked at.
    pub timeline: Option<Timeline>,
    /// Why there is no timeline.
    pub timeline_error: Option<ErrorCode>,
    /// An event is missing in it: it has to be asked for again.
    pub timeline_has_gap: bool,
    recent: VecDeque<Push>,
    forgotten: Seq,
}

macro_rules! with_list {
    ($model:expr, $list:expr, $rows:ident => $do:expr) => {
        match $list {
            List::Matches => {
                let $rows = &mut $model.matches;
                $do
            }
            List::MyPage => {
                let $rows = &mut $model.my_page;
                $do
            }
            List::Board => {
                let $rows = &mut $model.board;
                $do
            }
            List::Visits => {
                let $rows = &mut $model.visits;
                $do
            }
            List::Classes => {
                let $rows = &mut $model.classes;
                $do
            }
        }
    };
}

impl Model {
    /// How far a list is loaded.
    pub fn load(&self, list: List) -> &Load {
        match list {
            List::Matches => &self.matches.load,
            List::MyPage => &self.my_page.load,
            List::Board => &self.board.load,
            List::Visits => &self.visits.load,
            List::Classes => &self.classes.load,
        }
    }

    /// How far a list is loaded, to be changed.
    pub fn load_mut(&mut self, list: List) -> &mut Load {
        with_list!(self, list, rows => &mut rows.load)
    }

    /// Takes a page in. When it is the last one, what was pushed meanwhile is folded in once more.
    pub fn take_page(&mut self, list: List, body: ResultBody) -> Taken {
        let me = self.me.clone();
        let (recent, forgotten) = (&self.recent, self.forgotten);
        let me = me.as_ref();
        match (list, body) {
            (List::Matches, ResultBody::Matches(page)) => self.matches.take(page, me, recent, forgotten),
            (List::MyPage, ResultBody::MyPage(page)) => self.my_page.take(page, me, recent, forgotten),
            (List::Board, ResultBody::VisitRequests(page)) => self.board.take(page, me, recent, forgotten),
            (List::Visits, ResultBody::Visits(page)) => self.visits.take(page, me, recent, forgotten),
            (List::Classes, ResultBody::Classes(page)) => self.classes.take(page, me, recent, forgotten),
            _ => Taken::Unasked,
        }
    }

    /// Folds a push into all lists. Returns which lists have to be asked again, since it does not hold all they show.
    pub fn fold(&mut self, push: Push) -> Vec<List> {
        let Some(me) = self.me.clone() else { return Vec::new() };
        self.fold_timeline(&push);
        let again = incomplete(&me, &push);
        for &list in List::of(me.role) {
            with_list!(self, list, rows => rows.fold(Some(&me), &push));
        }
        for list in &again {
            let load = self.load_mut(*list);
            load.needed = load.needed.max(push.seq());
        }
        if self.recent.len() == REMEMBERED
            && let Some(oldest) = self.recent.pop_front()
        {
            self.forgotten = oldest.seq();
        }
        self.recent.push_back(push);
        again
    }

    /// Takes what happened to the match that is looked at, with what was pushed meanwhile.
    pub fn take_timeline(&mut self, timeline: Timeline) {
        self.timeline = Some(timeline);
        self.timeline_error = None;
        self.timeline_has_gap = false;
        let recent = std::mem::take(&mut self.recent);
        recent.iter().for_each(|push| self.fold_timeline(push));
        self.recent = recent;
    }

    fn fold_timeline(&mut self, push: &Push) {
        let (Some(timeline), Push::Event(recorded)) = (&mut self.timeline, push) else { return };
        if timeline.match_id != recorded.match_id {
            return;
        }
        let next = timeline.events.last().map_or(1, |event| event.version + 1);
        match recorded.version.cmp(&next) {
            Ordering::Less => {}
            Ordering::Equal => timeline.events.push(recorded.clone()),
            Ordering::Greater => self.timeline_has_gap = true,
        }
    }

    /// The smallest place that the loaded lists stand for: from there on pushes are needed.
    pub fn known_up_to(&self) -> Option<Seq> {
        let role = self.me.as_ref()?.role;
        List::of(role).iter().filter_map(|list| self.load(*list).seq).min()
    }

    /// Forgets everything but who one is.
    pub fn reset(&mut self) {
        *self = Model { me: self.me.take(), ..Model::default() };
    }

    /// One's own confirm was carried out: the request is off the board, whether or not that was pushed yet.
    pub fn confirmed(&mut self, id: MatchId) {
        self.board.remove(id);
    }

    /// A visit of one's own within an hour of that time, other than the match's.
    pub fn overlap(&self, at: matching_protocol::Time, but: MatchId) -> Option<&VisitRow> {
        const HOUR: u64 = 3_600_000;
        let close = |row: &&VisitRow| {
            row.status == VisitStatus::Assigned
                && row.match_id != but
                && row.visit_at.as_millis().abs_diff(at.as_millis()) < HOUR
        };
        self.visits.rows().iter().find(close)
    }

    /// How many classes are open.
    pub fn open_classes(&self) -> usize {
        self.classes.rows().iter().filter(|row| row.status == ClassStatus::Open).count()
    }
}

/// The lists whose rows hold more than the event does: names and contacts live with the accounts.
fn incomplete(me: &AccountView, push: &Push) -> Vec<List> {
    let Push::Event(recorded) = push else { return Vec::new() };
    match (me.role, &recorded.event) {
        (Role::Student, Event::VisitAssigned { .. }) => vec![List::MyPage],
        (Role::Teacher, Event::VisitAssigned { teacher, .. }) if *teacher == me.account => vec![List::Visits],
        (
            Role::Admin,
            Event::PaymentApproved { .. }
            | Event::VisitAssigned { .. }
            | Event::VisitWithdrawn { .. }
            | Event::MatchCanceled { .. }
            | Event::MatchExpired {},
        ) => vec![List::Board],
        _ => Vec::new(),
    }
}
