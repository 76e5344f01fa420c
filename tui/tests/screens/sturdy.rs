//! Whatever the size and whatever is pressed: no panic.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use matching_protocol::*;
use matching_tui::connection::Update;
use matching_tui::message::Message;

use crate::pictures::{student, teacher};
use crate::stage::*;

/// A small generator with a seed: the same steps at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

const KEYS: &[KeyCode] = &[
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageDown,
    KeyCode::PageUp,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::F(1),
    KeyCode::F(2),
    KeyCode::F(3),
];

fn some_key(dice: &mut Dice) -> KeyEvent {
    let letters: Vec<char> = "jkgGnpcfwyq?123LO ㅓㅔㅊ수학가나0159:/-만🤦🏼‍♂️a\u{301}".chars().collect();
    let code = match dice.roll(3) {
        0 => KEYS[dice.roll(KEYS.len() as u64) as usize],
        _ => KeyCode::Char(letters[dice.roll(letters.len() as u64) as usize]),
    };
    let modifiers = if dice.roll(12) == 0 { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
    KeyEvent::new(code, modifiers)
}

fn something(stage: &mut Stage, dice: &mut Dice, seq: &mut u64) {
    *seq += 1;
    let number = 1 + dice.roll(20) as i64;
    let board = |change| Push::Board(BoardPush { seq: Seq(*seq), match_id: id(number), change });
    match dice.roll(10) {
        0 => stage.push(board(BoardChange::VisitUnlisted {})),
        1 => stage.push(board(BoardChange::VisitListed {
            price: won(50_000),
            subject: Some(Subject::new(&"가".repeat(64)).unwrap()),
            area: None,
            note: Some(Note::new(&"긴 메모 ".repeat(80)).unwrap()),
            asked_at: now(),
        })),
        2 => stage.event(recorded(*seq, number, 3, Actor::Account(JUNHO), assigned("2026-12-01T10:00:00Z"))),
        3 => stage.event(recorded(*seq, number, 1, Actor::Account(MINJI), asked(1_000, "수학", "서울"))),
        4 => {
            let error = "끊어졌습니다 ".repeat(20);
            stage.link(Update::Offline { error, retry_in: std::time::Duration::from_secs(1) });
        }
        5 | 6 => {
            let account = if dice.roll(2) == 0 { minji() } else { junho() };
            stage.link(Update::Online(hello()));
            stage.link(Update::SignedIn(account));
        }
        7 => stage.link(Update::Reset),
        8 => stage.tell(Message::Tick),
        _ => {
            if let Some((id, _)) = stage.sent.pop() {
                match dice.roll(3) {
                    0 => stage.link(Update::Lost(id)),
                    1 => stage.tell(Message::NotSent(id)),
                    _ => stage.refused(id, ErrorCode::ALL[dice.roll(ErrorCode::ALL.len() as u64) as usize]),
                }
            }
        }
    }
}

#[test]
fn no_size_no_key_and_no_message_panics() {
    for (seed, make) in [(1, student as fn(Language) -> Stage), (2, teacher), (3, Stage::new)] {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ seed);
        let mut stage = make(Language::Ko);
        let mut seq = 200;
        for _ in 0..2_000 {
            match dice.roll(8) {
                0 => something(&mut stage, &mut dice, &mut seq),
                1 => stage.tell(Message::Paste("붙여넣기 \u{1b}[2J\u{202e}q\n".repeat(3))),
                _ => {
                    let key = some_key(&mut dice);
                    stage.tell(Message::Key(key));
                }
            }
            stage.now = stage.now.plus(std::time::Duration::from_millis(dice.roll(3_000)));
            let (width, height) = (1 + dice.roll(200) as u16, 1 + dice.roll(60) as u16);
            let (buffer, cursor) = stage.draw(width, height);
            if let Some(cursor) = cursor {
                assert!(cursor.x < width && cursor.y < height, "{cursor} at {width}x{height}");
            }
            assert!(!text_of(&buffer).contains('\u{1b}'));
        }
    }
}

#[test]
fn one_cell_is_enough_not_to_panic() {
    for make in [student as fn(Language) -> Stage, teacher, Stage::new] {
        for key in ["", "?", "n", "p", "2", "c"] {
            let mut stage = make(Language::En);
            stage.keys(key);
            stage.draw(1, 1);
            stage.draw(60, 16);
            stage.draw(59, 16);
        }
    }
}
