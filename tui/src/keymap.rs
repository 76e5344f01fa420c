//! Keys to actions, all of them here. The footer, the help and the loop read the same tables.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::InputRequest;
use tui_input::backend::crossterm::to_input_request;

use crate::i18n::T;

/// Where a key is pressed: each place has keys of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Login.
    Login,
    /// Registration.
    Register,
    /// The student's first screen.
    Home,
    /// The form for a new request.
    RequestForm,
    /// The student's own matches and what happened to them.
    MyPage,
    /// Class status.
    Classes,
    /// The board.
    Board,
    /// The form that confirms a visit.
    ConfirmForm,
    /// The teacher's own visits.
    Visits,
    /// The form that gives a visit back.
    WithdrawForm,
    /// An admin's lists.
    Overview,
    /// A question with a safe answer.
    Receipt,
    /// The list of keys.
    Help,
}

/// What a key asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// To the next row or field.
    Next,
    /// To the row or field before.
    Previous,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// Goes on: opens, sends, or answers with what is chosen.
    Enter,
    /// Sends the form, from whichever field.
    Submit,
    /// Back, without doing anything.
    Back,
    /// The other answer, or the other role.
    Other,
    /// Yes, as the question says.
    Yes,
    /// No.
    No,
    /// To the next screen.
    NextTab,
    /// To the screen before.
    PreviousTab,
    /// To this screen.
    Tab(usize),
    /// To the form for a new request, or for an account.
    New,
    /// Pay.
    Pay,
    /// Cancel.
    Cancel,
    /// Confirm the visit.
    Confirm,
    /// The class is finished.
    Finish,
    /// Give the visit back.
    Withdraw,
    /// The list of keys.
    Help,
    /// The other language.
    Language,
    /// Log out.
    SignOut,
    /// Leave the app.
    Leave,
    /// Edits the field with the focus.
    Edit(InputRequest),
}

/// A key or a group of keys, what it does, and how it is called.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    keys: &'static [KeyCode],
    /// What is asked for.
    pub action: Action,
    /// How the key is written.
    pub shown: &'static str,
    /// What it does.
    pub label: T,
    /// Whether the footer names it; the help names all.
    pub footer: bool,
}

const fn bind(
    keys: &'static [KeyCode],
    action: Action,
    shown: &'static str,
    label: T,
    footer: bool,
) -> Binding {
    Binding { keys, action, shown, label, footer }
}

const fn key(keys: &'static [KeyCode], action: Action, shown: &'static str, label: T) -> Binding {
    bind(keys, action, shown, label, true)
}

use KeyCode::{BackTab, Char, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up};

const LISTS: &[Binding] = &[
    bind(&[Down, Char('j')], Action::Next, "j", T::KeyNext, false),
    bind(&[Up, Char('k')], Action::Previous, "k", T::KeyPrevious, false),
    bind(&[PageDown], Action::PageDown, "PgDn", T::KeyPageDown, false),
    bind(&[PageUp], Action::PageUp, "PgUp", T::KeyPageUp, false),
    bind(&[Home, Char('g')], Action::First, "g", T::KeyFirst, false),
    bind(&[End, Char('G')], Action::Last, "G", T::KeyLast, false),
    key(&[Tab, Right], Action::NextTab, "Tab", T::KeyNextTab),
    bind(&[BackTab, Left], Action::PreviousTab, "Shift-Tab", T::KeyPreviousTab, false),
    bind(&[Char('1')], Action::Tab(0), "1", T::KeyTab1, false),
    bind(&[Char('2')], Action::Tab(1), "2", T::KeyTab2, false),
    bind(&[Char('3')], Action::Tab(2), "3", T::KeyTab3, false),
    bind(&[Char('?'), F(1)], Action::Help, "?", T::KeyHelp, false),
    bind(&[F(2), Char('L')], Action::Language, "F2", T::KeyLanguage, false),
    bind(&[Char('O')], Action::SignOut, "O", T::KeySignOut, false),
    key(&[Char('q')], Action::Leave, "q", T::KeyLeave),
];

const FORMS: &[Binding] = &[
    key(&[Enter], Action::Enter, "Enter", T::KeyEnterForm),
    key(&[Tab, Down], Action::Next, "Tab", T::KeyNextField),
    bind(&[BackTab, Up], Action::Previous, "Shift-Tab", T::KeyPreviousField, false),
    bind(&[F(1)], Action::Help, "F1", T::KeyHelp, false),
    bind(&[F(2)], Action::Language, "F2", T::KeyLanguage, false),
];

const LOGIN: &[Binding] = &[
    key(&[F(3)], Action::New, "F3", T::KeyRegister),
    key(&[F(2)], Action::Language, "F2", T::KeyLanguage),
    bind(&[Esc], Action::Back, "Esc", T::KeyBack, false),
];

const REGISTER: &[Binding] = &[
    key(&[F(3)], Action::Other, "F3", T::KeyOtherRole),
    key(&[Esc], Action::Back, "Esc", T::KeyBackToLogin),
];

const BACK_FROM_FORM: &[Binding] = &[key(&[Esc], Action::Back, "Esc", T::KeyBackKeepsDraft)];

const HOME: &[Binding] = &[
    key(&[Char('n')], Action::New, "n", T::KeyNewRequest),
    key(&[Char('p')], Action::Pay, "p", T::KeyPay),
    key(&[Char('c')], Action::Cancel, "c", T::KeyCancel),
    key(&[Enter], Action::Enter, "Enter", T::KeyTimeline),
];

const MY_PAGE: &[Binding] = &[
    key(&[Char('p')], Action::Pay, "p", T::KeyPay),
    key(&[Char('c')], Action::Cancel, "c", T::KeyCancel),
    key(&[Enter], Action::Enter, "Enter", T::KeyWholeTimeline),
    bind(&[Char('n')], Action::New, "n", T::KeyNewRequest, false),
    bind(&[Esc], Action::Back, "Esc", T::KeyBack, false),
];

const BOARD: &[Binding] = &[key(&[Enter, Char('c')], Action::Confirm, "Enter", T::KeyConfirm)];

const VISITS: &[Binding] = &[
    key(&[Char('f')], Action::Finish, "f", T::KeyFinish),
    key(&[Char('w')], Action::Withdraw, "w", T::KeyWithdraw),
];

const RECEIPT: &[Binding] = &[
    bind(&[Char('?'), F(1)], Action::Help, "?", T::KeyHelp, false),
    key(&[Char('y')], Action::Yes, "y", T::KeyYes),
    key(&[Char('n'), Esc], Action::No, "n", T::KeyNo),
    key(&[Left, Right, Tab, BackTab, Char('h'), Char('l')], Action::Other, "Tab", T::KeyOtherAnswer),
    key(&[Enter], Action::Enter, "Enter", T::KeyChosenAnswer),
    bind(&[F(2), Char('L')], Action::Language, "F2", T::KeyLanguage, false),
];

const HELP: &[Binding] = &[
    key(&[Esc, Char('?'), Char('q'), Enter, F(1)], Action::Back, "Esc", T::KeyBack),
    key(&[Down, Char('j')], Action::Next, "j", T::KeyNext),
    key(&[Up, Char('k')], Action::Previous, "k", T::KeyPrevious),
    bind(&[F(2), Char('L')], Action::Language, "F2", T::KeyLanguage, false),
];

impl Place {
    /// Whether letters are text here.
    pub fn takes_text(self) -> bool {
        match self {
            Place::Login
            | Place::Register
            | Place::RequestForm
            | Place::ConfirmForm
            | Place::WithdrawForm => true,
            Place::Home
            | Place::MyPage
            | Place::Classes
            | Place::Board
            | Place::Visits
            | Place::Overview
            | Place::Receipt
            | Place::Help => false,
        }
    }

    /// The keys of this place, its own first.
    pub fn bindings(self) -> impl Iterator<Item = &'static Binding> {
        let (own, shared): (&[Binding], &[Binding]) = match self {
            Place::Login => (LOGIN, FORMS),
            Place::Register => (REGISTER, FORMS),
            Place::RequestForm | Place::ConfirmForm | Place::WithdrawForm => (BACK_FROM_FORM, FORMS),
            Place::Home => (HOME, LISTS),
            Place::MyPage => (MY_PAGE, LISTS),
            Place::Classes | Place::Overview => (&[], LISTS),
            Place::Board => (BOARD, LISTS),
            Place::Visits => (VISITS, LISTS),
            Place::Receipt => (RECEIPT, &[]),
            Place::Help => (HELP, &[]),
        };
        own.iter().chain(shared)
    }
}

/// What the key asks for in this place.
pub fn action(place: Place, event: KeyEvent) -> Option<Action> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let code = match event.code {
        Char(c) if control || !place.takes_text() => Char(latin(c)),
        code => code,
    };
    if control {
        match code {
            Char('c' | 'C') => return Some(Action::Leave),
            Char('s' | 'S') if place.takes_text() => return Some(Action::Submit),
            _ => {}
        }
    }
    let plain = !control && !event.modifiers.contains(KeyModifiers::ALT);
    let bound = place.bindings().find(|binding| plain && binding.keys.contains(&code));
    if let Some(binding) = bound {
        return Some(binding.action);
    }
    if !place.takes_text() {
        return None;
    }
    to_input_request(&Event::Key(KeyEvent { code, ..event })).map(Action::Edit)
}

/// The key of the 2-set Korean keyboard as its Latin letter: with the Hangul input method on, `j` arrives as `ㅓ`.
pub fn latin(c: char) -> char {
    match c {
        'ㅂ' => 'q',
        'ㅈ' => 'w',
        'ㄷ' => 'e',
        'ㄱ' => 'r',
        'ㅅ' => 't',
        'ㅛ' => 'y',
        'ㅕ' => 'u',
        'ㅑ' => 'i',
        'ㅐ' => 'o',
        'ㅔ' => 'p',
        'ㅁ' => 'a',
        'ㄴ' => 's',
        'ㅇ' => 'd',
        'ㄹ' => 'f',
        'ㅎ' => 'g',
        'ㅗ' => 'h',
        'ㅓ' => 'j',
        'ㅏ' => 'k',
        'ㅣ' => 'l',
        'ㅋ' => 'z',
        'ㅌ' => 'x',
        'ㅊ' => 'c',
        'ㅍ' => 'v',
        'ㅠ' => 'b',
        'ㅜ' => 'n',
        'ㅡ' => 'm',
        'ㅃ' => 'Q',
        'ㅉ' => 'W',
        'ㄸ' => 'E',
        'ㄲ' => 'R',
        'ㅆ' => 'T',
        'ㅒ' => 'O',
        'ㅖ' => 'P',
        '？' => '?',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(place: Place, c: char, modifiers: KeyModifiers) -> Option<Action> {
        action(place, KeyEvent::new(Char(c), modifiers))
    }

    #[test]
    fn with_the_hangul_input_method_on_commands_work() {
        assert_eq!(press(Place::Home, 'ㅔ', KeyModifiers::NONE), Some(Action::Pay));
        assert_eq!(press(Place::Home, 'ㅓ', KeyModifiers::NONE), Some(Action::Next));
        assert_eq!(press(Place::Home, 'ㅂ', KeyModifiers::NONE), Some(Action::Leave));
        assert_eq!(press(Place::RequestForm, 'ㅊ', KeyModifiers::CONTROL), Some(Action::Leave));
    }

    #[test]
    fn in_a_text_field_letters_are_text() {
        let typed = |c| Some(Action::Edit(InputRequest::InsertChar(c)));
        assert_eq!(press(Place::RequestForm, 'q', KeyModifiers::NONE), typed('q'));
        assert_eq!(press(Place::RequestForm, 'ㅂ', KeyModifiers::NONE), typed('ㅂ'));
        assert_eq!(press(Place::RequestForm, '?', KeyModifiers::NONE), typed('?'));
    }

    #[test]
    fn control_c_leaves_everywhere() {
        let places = [Place::Login, Place::Home, Place::ConfirmForm, Place::Receipt, Place::Help];
        for place in places {
            assert_eq!(press(place, 'c', KeyModifiers::CONTROL), Some(Action::Leave), "{place:?}");
        }
    }
}
