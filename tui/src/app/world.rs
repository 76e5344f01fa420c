//! What all screens share: the model, the connection's state, what was asked, and what is to be said.

use std::collections::HashMap;
use std::time::Duration;

use matching_protocol::{
    Body, Command, CommandId, ErrorCode, Language, MatchId, OneMatch, Query, Role, Seq, ServerHello, Time,
    Timeline,
};

use super::state::{Asked, Away, Intent, IntentState, Link, Said, Settings};
use crate::i18n::Notice;
use crate::message::Effect;
use crate::model::{List, Model};

/// A list that could not be read is asked for again after so long.
pub(crate) const RETRY: Duration = Duration::from_secs(3);

/// A list that is behind is asked for again after so long.
const CATCH_UP: Duration = Duration::from_millis(300);

/// A payment whose outcome is unknown is asked about again after so long.
const CHECK: Duration = Duration::from_secs(2);

/// What all screens share.
pub struct World {
    /// What does not change by itself.
    pub settings: Settings,
    /// What time it is.
    pub now: Time,
    /// How the connection stands.
    pub link: Link,
    /// What the server said of itself.
    pub hello: Option<ServerHello>,
    /// What is known.
    pub model: Model,
    /// What is said at the foot of the screen.
    pub said: Option<Said>,
    /// Whether the terminal has the focus.
    pub focused: bool,
    /// How many changes were pushed so far.
    pub changes: u64,
    away: Option<Away>,
    asked: HashMap<CommandId, Asked>,
    followed: bool,
    timeline_retry: Option<Time>,
    effects: Vec<Effect>,
}

impl World {
    /// Nothing known, nothing asked.
    pub fn new(settings: Settings, now: Time) -> World {
        World {
            settings,
            now,
            link: Link::Connecting { attempt: 1, since: now },
            hello: None,
            model: Model::default(),
            said: None,
            focused: true,
            changes: 0,
            away: None,
            asked: HashMap::new(),
            followed: false,
            timeline_retry: None,
            effects: Vec::new(),
        }
    }

    /// The language that is shown.
    pub fn language(&self) -> Language {
        self.settings.language
    }

    /// What time it is, in the reader's zone.
    pub fn now_zoned(&self) -> jiff::ZonedDateTime {
        self.now.timestamp().to_zoned_datetime(self.settings.zone.clone())
    }

    /// Whether commands can be sent.
    pub fn is_ready(&self) -> bool {
        self.link == Link::Ready
    }

    /// Says something at the foot of the screen.
    pub fn say(&mut self, notice: Notice) {
        self.said = Some(Said { notice, at: self.now });
    }

    /// Asks something of the outside.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// What is asked of the outside since the last time.
    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Sends a command, unless there is no connection or the same is on its way.
    pub fn command(&mut self, command: Command) -> Result<(), Notice> {
        if !self.is_ready() {
            return Err(Notice::OfflineNothingSent);
        }
        if self.intents().any(|intent| intent.command == command) {
            return Err(Notice::StillUnderWay);
        }
        let intent = Intent { command: command.clone(), since: self.now, state: IntentState::Sent };
        self.ask(CommandId::generate(), Asked::Command(intent), Body::Command(command));
        Ok(())
    }

    pub(crate) fn ask(&mut self, id: CommandId, asked: Asked, body: Body) {
        self.asked.insert(id, asked);
        self.effect(Effect::Request(id, body));
    }

    /// What this reply answers.
    pub(crate) fn answered(&mut self, id: CommandId) -> Option<Asked> {
        self.asked.remove(&id)
    }

    /// The commands whose outcome is awaited.
    pub fn intents(&self) -> impl Iterator<Item = &Intent> {
        self.asked.values().filter_map(|asked| match asked {
            Asked::Command(intent) => Some(intent),
            Asked::Page(_) | Asked::Timeline(_) | Asked::Login | Asked::Register => None,
        })
    }

    /// The command on this match whose outcome is awaited.
    pub fn intent_on(&self, id: MatchId) -> Option<&Intent> {
        self.intents().find(|intent| intent.command.match_id() == Some(id))
    }

    /// The outcome of a command is not known: it stays, and is asked again with the same id.
    pub(crate) fn unknown(&mut self, id: CommandId, mut intent: Intent, again: bool) {
        let again_at = again.then(|| self.now.plus(CHECK));
        intent.state = IntentState::Unknown { again_at };
        self.asked.insert(id, Asked::Command(intent));
    }

    /// Asks for a list; if it is asked for already, once more after that.
    pub(crate) fn load(&mut self, list: List) {
        if self.model.load(list).asked.is_some() {
            self.model.load_mut(list).again = true;
        } else {
            self.ask_page(list, None);
        }
    }

    pub(crate) fn ask_page(&mut self, list: List, after: Option<MatchId>) {
        let id = CommandId::generate();
        let load = self.model.load_mut(list);
        load.asked = Some(id);
        load.retry_at = None;
        self.ask(id, Asked::Page(list), Body::Query(list.query(after)));
    }

    /// The lists that the signed-in role sees.
    pub(crate) fn lists(&self) -> &'static [List] {
        self.model.me.as_ref().map_or(&[], |me| List::of(me.role))
    }

    /// Asks for every list that is not known yet.
    pub(crate) fn load_missing(&mut self) {
        for &list in self.lists() {
            let load = self.model.load(list);
            if load.asked.is_none() && (load.seq.is_none() || load.error.is_some() || load.is_behind()) {
                self.ask_page(list, None);
            }
        }
    }

    /// A list is complete: once more if it was wanted meanwhile, or later if it is behind.
    pub(crate) fn loaded(&mut self, list: List, again: bool) {
        if again {
            self.ask_page(list, None);
        } else if self.model.load(list).is_behind() {
            let retry_at = self.now.plus(CATCH_UP);
            self.model.load_mut(list).retry_at = Some(retry_at);
        }
        self.follow();
    }

    /// A list could not be read: tried again later by itself.
    pub(crate) fn load_failed(&mut self, list: List, error: Option<ErrorCode>) {
        let retry_at = self.now.plus(RETRY);
        self.model.load_mut(list).fail(error, Some(retry_at));
        self.follow();
    }

    /// Asks for pushes, once everything that can be read has been.
    fn follow(&mut self) {
        let waiting = self.lists().iter().any(|list| {
            let load = self.model.load(*list);
            load.seq.is_none() && load.asked.is_some()
        });
        if self.followed || waiting {
            return;
        }
        if let Some(seq) = self.model.known_up_to() {
            self.followed = true;
            self.effect(Effect::Follow(seq));
        }
    }

    /// Asks for what happened to this match, unless it is known or asked for.
    pub fn want_timeline(&mut self, id: MatchId) {
        let of_it = self.model.timeline.as_ref().is_some_and(|timeline| timeline.match_id == id);
        let known = of_it && !self.model.timeline_has_gap;
        let asked = self.asked.values().any(|asked| matches!(asked, Asked::Timeline(_)));
        let too_soon = self.timeline_retry.is_some_and(|at| at > self.now);
        if known || asked || too_soon || !self.is_ready() {
            return;
        }
        self.timeline_retry = None;
        let query = Query::Timeline(OneMatch { match_id: id });
        self.ask(CommandId::generate(), Asked::Timeline(id), Body::Query(query));
    }

    pub(crate) fn timeline_came(&mut self, timeline: Timeline) {
        self.model.take_timeline(timeline);
        self.timeline_retry = self.model.timeline_has_gap.then(|| self.now.plus(CATCH_UP));
    }

    pub(crate) fn timeline_failed(&mut self, error: Option<ErrorCode>) {
        self.model.timeline_error = error;
        self.timeline_retry = Some(self.now.plus(RETRY));
    }

    /// Time passed: what waits for it is asked again.
    pub(crate) fn tick(&mut self) {
        if !self.is_ready() {
            return;
        }
        let now = self.now;
        let due: Vec<List> = self
            .lists()
            .iter()
            .copied()
            .filter(|list| self.model.load(*list).retry_at.is_some_and(|at| at <= now))
            .collect();
        for list in due {
            self.load(list);
        }
        self.ask_unknown_again(|again_at| again_at.is_some_and(|at| at <= now));
    }

    /// Commands whose outcome is unknown are asked again with the same id.
    pub(crate) fn ask_unknown_again(&mut self, due: impl Fn(Option<Time>) -> bool) {
        let is_due = |asked: &Asked| match asked {
            Asked::Command(Intent { state: IntentState::Unknown { again_at }, .. }) => due(*again_at),
            _ => false,
        };
        let ids: Vec<CommandId> =
            self.asked.iter().filter(|(_, asked)| is_due(asked)).map(|(id, _)| *id).collect();
        for id in ids {
            if let Some(Asked::Command(intent)) = self.asked.get_mut(&id) {
                // Stays unknown to the reader until the answer comes.
                intent.state = IntentState::Unknown { again_at: Some(self.now.plus(RETRY)) };
                let body = Body::Command(intent.command.clone());
                self.effects.push(Effect::Request(id, body));
            }
        }
    }

    /// The connection was made again.
    pub(crate) fn back_online(&mut self) {
        self.away = Some(Away { up_to: None, changes: 0 });
        if self.said.as_ref().is_some_and(|said| said.notice == Notice::OfflineNothingSent) {
            self.said = None;
        }
    }

    /// What is pushed up to here happened while one was away.
    pub(crate) fn following(&mut self, head: Seq) {
        if let Some(away) = &mut self.away {
            away.up_to.get_or_insert(head);
        }
    }

    /// Counts what happened while one was away; `None` for what happens now.
    pub(crate) fn missed(&mut self, seq: Seq) -> Option<usize> {
        let away = self.away.as_mut()?;
        if away.up_to.is_some_and(|head| seq > head) {
            self.away = None;
            return None;
        }
        away.changes += 1;
        Some(away.changes)
    }

    /// Another account, or another log: everything is read anew.
    pub(crate) fn start_over(&mut self) {
        self.model.reset();
        self.followed = false;
        self.asked.retain(|_, asked| !matches!(asked, Asked::Page(_) | Asked::Timeline(_)));
        self.load_missing();
    }

    /// Nobody is signed in any more.
    pub(crate) fn forget(&mut self) {
        self.model = Model::default();
        self.asked.clear();
        self.followed = false;
        self.away = None;
    }

    /// After how long a tick is needed: for what shows an age, and for what waits.
    pub fn next_tick(&self) -> Duration {
        let waits = self.lists().iter().any(|list| self.model.load(*list).retry_at.is_some())
            || self.timeline_retry.is_some();
        let ages = self.intents().next().is_some() || matches!(self.link, Link::Offline { .. });
        if waits {
            Duration::from_millis(250)
        } else if ages || !self.is_ready() {
            Duration::from_secs(1)
        } else {
            Duration::from_secs(20)
        }
    }

    /// The signed-in role.
    pub fn role(&self) -> Option<Role> {
        self.model.me.as_ref().map(|me| me.role)
    }
}
