//! `matching demo`: led by its hints alone, from the start to the finish, and nothing stays behind.

use std::ops::Range;
use std::path::Path;

use portable_pty::CommandBuilder;
use vt100::Screen;

use crate::server_program::built;
use crate::terminal::{CONTROL_C, ENTER, F6, NARROW, Terminal, in_a_plain_terminal};

/// The number behind a text on the screen: `Request #5 is made` behind `Request #`.
fn number_behind(terminal: &Terminal, text: &str) -> u32 {
    let contents = terminal.screen().contents();
    let (_, rest) = contents.split_once(text).unwrap_or_else(|| panic!("no {text:?} on\n{contents}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// Takes in what is announced until the request is in the list; returns its row.
fn row_on_the_board(terminal: &mut Terminal, side: &Range<u16>, id: u32) -> usize {
    let row = format!("  #{id} ");
    let position = |screen: &Screen, text: &str| {
        screen.rows(side.start, side.end - side.start).position(|row| row.contains(text))
    };
    loop {
        let is_listed = |screen: &Screen| position(screen, &row).is_some();
        let is_announced = |screen: &Screen| position(screen, "new: #").is_some();
        terminal.wait_until(&row, |screen| is_listed(screen) || is_announced(screen));
        terminal.press("1");
        terminal.wait_until(&row, |screen| is_listed(screen) || !is_announced(screen));
        if let Some(position) = position(terminal.screen(), &row) {
            return position;
        }
    }
}

/// Which processes were started with this folder.
fn processes_in(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let command_line = |entry: std::io::Result<std::fs::DirEntry>| {
        let bytes = std::fs::read(entry.ok()?.path().join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&bytes).replace('\0', " "))
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(command_line)
        .filter(|line| line.contains(folder))
        .collect()
}

fn assert_nothing_stays(temporary: &Path) {
    assert_eq!(processes_in(temporary), Vec::<String>::new(), "the server is gone");
    assert_eq!(std::fs::read_dir(temporary).unwrap().count(), 0, "and so is its folder");
}

fn start(temporary: &Path, size: (u16, u16)) -> Terminal {
    let mut command = in_a_plain_terminal(CommandBuilder::new(built().with_file_name("matching")));
    command.args(["demo", "--language", "en"]);
    command.env("TMPDIR", temporary);
    Terminal::open(command, size)
}

fn led_through((columns, rows): (u16, u16), student: Range<u16>, teacher: Range<u16>) {
    let temporary = tempfile::tempdir().unwrap();
    let mut terminal = start(temporary.path(), (columns, rows));
    terminal.wait_for("You are the student. Press n to ask for a lesson.");
    terminal.wait_for_row(0..columns, "student: 김민지");
    terminal.wait_for_row(0..columns, "teacher: 박준호");
    assert_eq!(processes_in(temporary.path()).len(), 1, "the server runs");

    terminal.press("n");
    terminal.wait_for("Type a price such as 50000, then Enter until it is sent.");
    terminal.press("50000");
    terminal.wait_for_row(student.clone(), "= ₩50,000");
    terminal.press(&[ENTER, ENTER, ENTER, ENTER].concat());
    terminal.wait_for_all(&["is made. Press p, then y, to pay.", "is made. Next: pay (p)."]);
    let id = number_behind(&terminal, "DEMO  Request #");
    terminal.press("p");
    terminal.wait_for_row(student.clone(), &format!("Pay ₩50,000 for request #{id}?"));
    terminal.press("y");
    terminal.wait_for(&format!("#{id} is paid; the teacher sees it already. F6 goes over."));

    terminal.press(F6);
    terminal.wait_for(&format!("You are the teacher. Press 1, choose #{id}, and press Enter."));
    let first = terminal.wait_for_row(teacher.clone(), "> #1 ");
    let row = row_on_the_board(&mut terminal, &teacher, id);
    terminal.press(&"j".repeat(row - first));
    terminal.wait_for_row(teacher.clone(), &format!("> #{id}"));
    terminal.press(ENTER);
    terminal.wait_for("Type when you meet, such as tomorrow 7pm, then Enter.");
    terminal.press("tomorrow 7pm");
    terminal.wait_for_row(teacher.clone(), "19:00 KST");
    terminal.press(ENTER);
    terminal.wait_until_gone("19:00 KST");
    terminal.wait_for(&format!("It's yours. Press 2, choose #{id}, press f, then y."));
    terminal.press("2");
    terminal.wait_for_row(teacher.clone(), &format!("> #{id}"));
    terminal.press("f");
    terminal.wait_for_row(teacher, &format!("Is class #{id} finished?"));
    terminal.press("y");
    terminal.wait_for("Matched and finished! Try n again");
    terminal.press(F6);
    terminal.wait_for_row(student, "class finished");

    terminal.press(CONTROL_C);
    let left = terminal.left();
    assert!(left.status.success(), "{}", left.status);
    assert!(!left.screen.screen().alternate_screen());
    assert_nothing_stays(temporary.path());
}

#[test]
fn side_by_side_it_leads_from_the_request_to_the_finish() {
    led_through((140, 40), 0..70, 70..140);
}

#[test]
fn when_the_window_is_closed_the_server_goes_too() {
    let temporary = tempfile::tempdir().unwrap();
    let mut terminal = start(temporary.path(), NARROW);
    terminal.wait_for("You are the student.");
    terminal.close();
    assert_nothing_stays(temporary.path());
}

#[test]
fn where_two_do_not_fit_it_shows_one_at_a_time() {
    let (columns, rows) = NARROW;
    led_through((columns, rows), 0..columns, 0..columns);
}
