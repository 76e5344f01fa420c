//! What the connection tells: who is signed in, what was answered, what was pushed.

use jiff::tz::TimeZone;
use matching_protocol::{
    AccountView, Actor, BoardChange, Body, Command, CommandId, Done, ErrorCode, ErrorReply, Event, Outcome,
    Push, ResultBody, Role, SessionRequest,
};

use super::App;
use super::state::{Asked, Intent, IntentState, Link};
use crate::connection::Update;
use crate::i18n::Notice;
use crate::message::Effect;
use crate::model::{List, Taken};
use crate::screens::Screen;

impl App {
    pub(super) fn on_update(&mut self, update: Update) {
        match update {
            Update::Connecting { attempt } => {
                let since = self.down_since();
                self.world.link = Link::Connecting { attempt, since };
            }
            Update::Online(hello) => {
                self.world.hello = Some(hello);
                self.world.link = Link::Online;
            }
            Update::SignedIn(account) => self.signed_in(account),
            Update::SignedOut(error) => self.signed_out(&error),
            Update::Offline { error, retry_in } => {
                let since = self.down_since();
                let retry_at = self.world.now.plus(retry_in);
                self.world.link = Link::Offline { error, since, retry_at };
            }
            Update::Reply(id, outcome) => self.on_reply(id, outcome),
            Update::Lost(id) => self.on_lost(id),
            Update::Pushes(pushes) => self.on_pushes(pushes),
            Update::Following { head } => self.world.following(head),
            Update::Position(_) => {}
            Update::Reset => self.world.start_over(),
        }
    }

    fn down_since(&self) -> matching_protocol::Time {
        match self.world.link {
            Link::Connecting { since, .. } | Link::Offline { since, .. } => since,
            Link::Online | Link::Ready => self.world.now,
        }
    }

    fn signed_in(&mut self, account: AccountView) {
        let again = self.world.model.me.as_ref().is_some_and(|me| me.account == account.account);
        let role = account.role;
        self.world.link = Link::Ready;
        if let Some(zone) =
            self.world.settings.account_zone.then(|| TimeZone::get(&account.zone).ok()).flatten()
        {
            self.world.settings.zone = zone;
        }
        self.world.model.me = Some(account);
        if again {
            self.world.back_online();
            self.world.load_missing();
            self.world.ask_unknown_again(|_| true);
        } else {
            self.world.said = None;
            self.world.start_over();
            self.screen = Screen::of(role, &self.world);
        }
    }

    fn signed_out(&mut self, error: &ErrorReply) {
        let was_signed_in = self.world.model.me.is_some();
        self.world.forget();
        if matches!(self.world.link, Link::Ready) {
            self.world.link = Link::Online;
        }
        if was_signed_in {
            self.help = None;
            self.screen = Screen::gate();
            self.world.said = None;
        }
        // With no login kept, the first connection says `unauthenticated`: nothing that a person has to be told.
        if error.code != ErrorCode::Unauthenticated {
            self.world.say(Notice::Refused(error.code));
        }
    }

    fn on_reply(&mut self, id: CommandId, outcome: Outcome) {
        match (self.world.answered(id), outcome) {
            (Some(Asked::Page(list)), outcome) => self.on_page(list, id, outcome),
            (Some(Asked::Timeline(_)), Outcome::Result(ResultBody::Timeline(timeline))) => {
                self.world.timeline_came(timeline);
            }
            (Some(Asked::Timeline(_)), Outcome::Result(_)) => self.world.timeline_failed(None),
            (Some(Asked::Timeline(_)), Outcome::Error(error)) => self.world.timeline_failed(Some(error.code)),
            (Some(Asked::Command(intent)), outcome) => self.on_outcome(id, intent, outcome),
            (Some(Asked::Login | Asked::Register), Outcome::Error(error)) => {
                self.screen.gate_refused(&error, &mut self.world);
            }
            // The sign-in itself comes as an update of its own.
            (Some(Asked::Login | Asked::Register), Outcome::Result(_)) => {}
            (None, _) => {}
        }
    }

    fn on_page(&mut self, list: List, id: CommandId, outcome: Outcome) {
        if self.world.model.load(list).asked != Some(id) {
            return;
        }
        let again = self.world.model.load(list).again;
        match outcome {
            Outcome::Error(error) => self.world.load_failed(list, Some(error.code)),
            Outcome::Result(body) => match self.world.model.take_page(list, body) {
                Taken::More(next) => self.world.ask_page(list, Some(next)),
                Taken::Complete => self.world.loaded(list, again),
                Taken::Unasked => self.world.load_failed(list, None),
            },
        }
    }

    fn on_outcome(&mut self, id: CommandId, intent: Intent, outcome: Outcome) {
        match outcome {
            Outcome::Result(ResultBody::Done(done)) => self.done(&intent.command, done),
            Outcome::Result(_) => {}
            Outcome::Error(error)
                if error.code == ErrorCode::PaymentInProgress
                    && matches!(intent.command, Command::PayMatch(_)) =>
            {
                self.world.say(Notice::OutcomeUnknown);
                self.world.unknown(id, intent, true);
            }
            Outcome::Error(error) => {
                self.world.say(Notice::Refused(error.code));
                self.screen.refused(&intent.command, Notice::Refused(error.code));
            }
        }
    }

    fn done(&mut self, command: &Command, done: Done) {
        self.world.say(Notice::Done(Box::new(command.clone()), done));
        self.screen.done(command, done, &mut self.world);
    }

    fn on_lost(&mut self, id: CommandId) {
        match self.world.answered(id) {
            Some(Asked::Page(list)) => self.world.load_failed(list, None),
            Some(Asked::Timeline(_)) => self.world.timeline_failed(None),
            Some(Asked::Command(intent)) => {
                self.world.say(Notice::OutcomeUnknown);
                self.world.unknown(id, intent, false);
            }
            Some(Asked::Login | Asked::Register) => self.screen.gate_lost(&mut self.world),
            None => {}
        }
    }

    pub(super) fn on_not_sent(&mut self, id: CommandId) {
        match self.world.answered(id) {
            Some(Asked::Page(list)) => self.world.load_failed(list, None),
            Some(Asked::Timeline(_)) => self.world.timeline_failed(None),
            Some(Asked::Command(intent)) => match intent.state {
                IntentState::Unknown { .. } => self.world.unknown(id, intent, true),
                IntentState::Sent => {
                    self.world.say(Notice::OfflineNothingSent);
                    self.screen.refused(&intent.command, Notice::OfflineNothingSent);
                }
            },
            Some(Asked::Login | Asked::Register) => self.screen.gate_lost(&mut self.world),
            None => {}
        }
    }

    fn on_pushes(&mut self, pushes: Vec<Push>) {
        let mut again: Vec<List> = Vec::new();
        for push in pushes {
            self.world.changes += 1;
            match self.world.missed(push.seq()) {
                Some(changes) => self.world.say(Notice::WhileAway(changes)),
                None => self.announce(&push),
            }
            again.extend(self.world.model.fold(push));
        }
        again.sort_by_key(|list| *list as u8);
        again.dedup();
        for list in again {
            self.world.load(list);
        }
    }

    /// Says what somebody else did, and rings when nobody looks.
    fn announce(&mut self, push: &Push) {
        let Some(me) = &self.world.model.me else { return };
        let recorded = match push {
            Push::Event(recorded) => recorded,
            Push::Board(push) => {
                if matches!(push.change, BoardChange::VisitListed { .. }) && !self.world.focused {
                    self.world.effect(Effect::Bell);
                }
                return;
            }
        };
        let own = recorded.by == Actor::Account(me.account);
        let told = match &recorded.event {
            Event::VisitAssigned { .. }
            | Event::VisitWithdrawn { .. }
            | Event::ClassFinished { .. }
            | Event::MatchCanceled { .. }
            | Event::MatchExpired {} => true,
            Event::PaymentCanceled { .. } => me.role == Role::Student,
            Event::PaymentDeclined { .. } | Event::PaymentApproved { .. } => {
                self.world.intent_on(recorded.match_id).is_some()
            }
            Event::MatchRequested { .. } | Event::PaymentRequested { .. } | Event::VisitCanceled {} => false,
        };
        if own || !told || me.role == Role::Admin {
            return;
        }
        self.world.say(Notice::Happened(Box::new(recorded.clone())));
        if !self.world.focused {
            self.world.effect(Effect::Bell);
        }
    }

    /// Sends a login or a registration.
    pub(crate) fn session_request(world: &mut super::World, request: SessionRequest) {
        let asked = match request {
            SessionRequest::Register(_) => Asked::Register,
            _ => Asked::Login,
        };
        world.ask(CommandId::generate(), asked, Body::Session(request));
    }
}
