//! A pane on a stage: the clock stands still, and the server's answers are written by hand.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use matching_protocol::*;
use matching_tui::app::{App, Settings};
use matching_tui::connection::Update;
use matching_tui::message::{Effect, Message};
use matching_tui::theme::Theme;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

pub const MINJI: AccountId = AccountId(1);
pub const JUNHO: AccountId = AccountId(2);

pub fn at(text: &str) -> Time {
    text.parse().unwrap()
}

pub fn id(number: i64) -> MatchId {
    MatchId::new(number).unwrap()
}

pub fn won(number: i64) -> Price {
    Price::new(number).unwrap()
}

/// 2026-11-30 17:00 in Seoul, a Monday.
pub fn now() -> Time {
    at("2026-11-30T08:00:00Z")
}

pub fn account(role: Role, number: AccountId, name: &str, shown: &str) -> AccountView {
    AccountView {
        account: number,
        name: AccountName::new(name).unwrap(),
        display_name: PersonName::new(shown).unwrap(),
        role,
        language: Language::Ko,
        zone: "Asia/Seoul".to_owned(),
    }
}

pub fn minji() -> AccountView {
    account(Role::Student, MINJI, "minji", "민지")
}

pub fn junho() -> AccountView {
    account(Role::Teacher, JUNHO, "junho", "김준호")
}

pub fn hello() -> ServerHello {
    ServerHello {
        version: VERSION,
        server: "matching-server".to_owned(),
        log: LogId(uuid::Uuid::nil()),
        now: now(),
        prices: PriceRange::default(),
        registration: true,
        finish_early: false,
        past_visits: false,
    }
}

pub fn recorded(seq: u64, number: i64, version: u32, by: Actor, event: Event) -> Recorded {
    Recorded { seq: Seq(seq), match_id: id(number), version, at: now(), by, event }
}

pub fn asked(price: i64, subject: &str, area: &str) -> Event {
    Event::MatchRequested {
        student: MINJI,
        price: won(price),
        subject: Some(Subject::new(subject).unwrap()),
        area: Some(Area::new(area).unwrap()),
        note: Some(Note::new("중2, 기초부터 차근차근").unwrap()),
    }
}

pub fn assigned(visit_at: &str) -> Event {
    Event::VisitAssigned {
        teacher: JUNHO,
        teacher_name: PersonName::new("김준호").unwrap(),
        visit_at: at(visit_at),
    }
}

/// A match as its events make it.
pub fn folded(events: &[Recorded]) -> MatchView {
    let mut row = MatchView::first(&events[0]).unwrap();
    events[1..].iter().for_each(|event| row.apply(event));
    row
}

pub fn request(number: i64, price: i64, subject: &str, area: &str, asked_at: &str) -> VisitRequest {
    VisitRequest {
        match_id: id(number),
        price: won(price),
        subject: Some(Subject::new(subject).unwrap()),
        area: Some(Area::new(area).unwrap()),
        note: Some(Note::new("주 2회, 숙제 봐 주실 분").unwrap()),
        asked_at: at(asked_at),
        seq: Seq(1),
    }
}

pub fn visit(number: i64, visit_at: &str, status: VisitStatus) -> VisitRow {
    let student = Contact {
        name: PersonName::new("민지").unwrap(),
        phone: Some(Phone::new("010-1234-5678").unwrap()),
        address: Some(Address::new("서울시 마포구 월드컵로 1, 101동 202호").unwrap()),
    };
    VisitRow {
        match_id: id(number),
        teacher: JUNHO,
        teacher_name: PersonName::new("김준호").unwrap(),
        visit_at: at(visit_at),
        status,
        price: won(50_000),
        subject: Some(Subject::new("수학").unwrap()),
        area: Some(Area::new("서울 마포").unwrap()),
        note: Some(Note::new("중2, 기초부터 차근차근").unwrap()),
        student: (status == VisitStatus::Assigned).then_some(student),
        seq: Seq(9),
    }
}

pub fn class(number: i64, visit_at: &str, status: ClassStatus) -> ClassRow {
    ClassRow {
        match_id: id(number),
        status,
        teacher: JUNHO,
        teacher_name: PersonName::new("김준호").unwrap(),
        visit_at: at(visit_at),
        finished_at: (status == ClassStatus::Finished).then(now),
        seq: Seq(9),
    }
}

/// What the server would answer.
#[derive(Default, Clone)]
pub struct Lists {
    pub matches: Vec<MatchView>,
    pub my_page: Vec<MyPageRow>,
    pub board: Vec<VisitRequest>,
    pub visits: Vec<VisitRow>,
    pub classes: Vec<ClassRow>,
    pub timeline: Vec<Recorded>,
    pub seq: u64,
    /// Queries of these kinds get `context_unavailable`.
    pub down: Vec<&'static str>,
}

pub struct Stage {
    pub app: App,
    pub now: Time,
    pub lists: Lists,
    /// Commands and session requests that were sent and not answered.
    pub sent: Vec<(CommandId, Body)>,
    pub effects: Vec<Effect>,
}

impl Stage {
    pub fn new(language: Language) -> Stage {
        let settings = Settings {
            language,
            zone: TimeZone::get("Asia/Seoul").unwrap(),
            account_zone: false,
            theme: Theme::new(false, false),
            url: "ws://127.0.0.1:7117/ws".to_owned(),
        };
        let app = App::new(settings, now());
        let lists = Lists { seq: 100, ..Lists::default() };
        Stage { app, now: now(), lists, sent: Vec::new(), effects: Vec::new() }
    }

    /// Connected, signed in, and the first screen answered.
    pub fn signed_in(language: Language, account: AccountView, lists: Lists) -> Stage {
        let mut stage = Stage::new(language);
        let seq = if lists.seq == 0 { 100 } else { lists.seq };
        stage.lists = Lists { seq, ..lists };
        stage.link(Update::Online(hello()));
        stage.link(Update::SignedIn(account));
        stage
    }

    pub fn link(&mut self, update: Update) {
        self.tell(Message::Link(update));
    }

    pub fn push(&mut self, push: Push) {
        self.link(Update::Pushes(vec![push]));
    }

    pub fn event(&mut self, recorded: Recorded) {
        self.push(Push::Event(recorded));
    }

    pub fn tell(&mut self, message: Message) {
        let mut effects = self.app.update(self.now, message);
        while !effects.is_empty() {
            let mut next = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Request(id, Body::Query(query)) => {
                        let reply = Message::Link(Update::Reply(id, self.answer(query)));
                        next.extend(self.app.update(self.now, reply));
                    }
                    Effect::Request(id, body) => self.sent.push((id, body)),
                    other => self.effects.push(other),
                }
            }
            effects = next;
        }
    }

    fn answer(&self, query: Query) -> Outcome {
        let (name, body) = match query {
            Query::Matches(_) => ("matches", ResultBody::Matches(self.page(&self.lists.matches))),
            Query::MyPage(_) => ("my_page", ResultBody::MyPage(self.page(&self.lists.my_page))),
            Query::VisitRequests(_) => ("board", ResultBody::VisitRequests(self.page(&self.lists.board))),
            Query::Visits(_) => ("visits", ResultBody::Visits(self.page(&self.lists.visits))),
            Query::Classes(_) => ("classes", ResultBody::Classes(self.page(&self.lists.classes))),
            Query::Timeline(one) => {
                let events =
                    self.lists.timeline.iter().filter(|e| e.match_id == one.match_id).cloned().collect();
                ("timeline", ResultBody::Timeline(Timeline { match_id: one.match_id, events }))
            }
            Query::ShowMatch(_) => panic!("the app does not ask this"),
        };
        if self.lists.down.contains(&name) {
            return Outcome::Error(ErrorReply::new(ErrorCode::ContextUnavailable, Language::En));
        }
        Outcome::Result(body)
    }

    fn page<T: Clone>(&self, rows: &[T]) -> Page<T> {
        Page { rows: rows.to_vec(), seq: Seq(self.lists.seq), next: None }
    }

    /// The command that was sent last, with its id.
    pub fn command(&mut self) -> (CommandId, Command) {
        match self.sent.pop() {
            Some((id, Body::Command(command))) => (id, command),
            other => panic!("no command was sent, but {other:?}"),
        }
    }

    pub fn done(&mut self, id: CommandId, number: i64, status: Status, seq: u64) {
        let done = Done { match_id: MatchId::new(number).unwrap(), status, seq: Seq(seq) };
        self.link(Update::Reply(id, Outcome::Result(ResultBody::Done(done))));
    }

    pub fn refused(&mut self, id: CommandId, code: ErrorCode) {
        self.link(Update::Reply(id, Outcome::Error(ErrorReply::new(code, Language::En))));
    }

    pub fn key(&mut self, code: KeyCode) {
        self.tell(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    /// Each character is a key.
    pub fn keys(&mut self, text: &str) {
        text.chars().for_each(|c| self.key(KeyCode::Char(c)));
    }

    pub fn draw(&mut self, width: u16, height: u16) -> (Buffer, Option<Position>) {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.app.draw(frame, frame.area(), true)).unwrap();
        let cursor = terminal.backend().cursor_visible().then(|| terminal.backend().cursor_position());
        (terminal.backend().buffer().clone(), cursor)
    }

    /// The text of the screen; a syllable that takes two cells is written once.
    pub fn screen(&mut self, width: u16, height: u16) -> String {
        text_of(&self.draw(width, height).0)
    }

    pub fn shows(&mut self, text: &str) -> bool {
        self.screen(120, 40).contains(text)
    }
}

pub fn text_of(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
