//! Windows of every size, and terminals without colours.

use matching_protocol::Role;
use vt100::{Color, Screen};

use crate::person::Person;
use crate::real_server::RealServer;
use crate::terminal::{ENTER, NARROW, Terminal, WIDE, matching};

fn student(server: &RealServer) -> Person {
    server.account("minji", Role::Student, "김민지");
    let mut student = Person::signs_in(&server.url(), "minji", "en", NARROW);
    student.terminal.wait_for("Make your first request");
    student.terminal.press(&["n", "50k", ENTER, ENTER, ENTER, ENTER].concat());
    student.terminal.wait_for_all(&["> #1", "Request #1 is made."]);
    student
}

/// Whether anything on the screen has a colour of its own.
fn has_colour(screen: &Screen) -> bool {
    every_cell(screen).any(|cell| cell.fgcolor() != Color::Default || cell.bgcolor() != Color::Default)
}

fn every_cell(screen: &Screen) -> impl Iterator<Item = &vt100::Cell> {
    let (rows, columns) = screen.size();
    (0..rows.get()).flat_map(move |row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)))
}

/// The parameters of every SGR sequence that was written.
fn sgr_parameters(raw: &str) -> Vec<&str> {
    raw.split("\x1b[")
        .skip(1)
        .filter_map(|sequence| sequence.split_once('m'))
        .filter(|(parameters, _)| parameters.chars().all(|c| c.is_ascii_digit() || c == ';'))
        .flat_map(|(parameters, _)| parameters.split(';'))
        .collect()
}

#[test]
fn no_color_writes_no_colour_and_keeps_reverse_video() {
    let server = RealServer::start();
    let with_colours = student(&server);
    let session = with_colours.session();
    let mut terminal = with_colours.terminal;
    terminal.wait_until("colours", has_colour);
    terminal.press("q");
    assert!(terminal.left().status.success());

    let mut command = matching(&server.url(), &session, "en");
    command.env("NO_COLOR", "1");
    let mut terminal = Terminal::open(command, NARROW);
    terminal.wait_for("> #1");
    terminal.wait_until("the selected row in reverse video", |screen| {
        every_cell(screen).any(vt100::Cell::inverse)
    });
    assert!(!has_colour(terminal.screen()));
    terminal.press("q");
    let raw = terminal.left().raw;
    let colours = |parameter: &&str| matches!(parameter.parse(), Ok(30..=38 | 40..=48 | 90..=107));
    assert_eq!(sgr_parameters(&raw).iter().filter(|parameter| colours(parameter)).count(), 0, "{raw:?}");
    assert!(sgr_parameters(&raw).contains(&"7"));

    let mut command = matching(&server.url(), &session, "en");
    command.env("NO_COLOR", "");
    let mut terminal = Terminal::open(command, NARROW);
    terminal.wait_until("colours: an empty NO_COLOR does not count", has_colour);
}

#[test]
fn every_size_is_drawn_at_once_and_one_that_is_too_small_says_so() {
    let server = RealServer::start();
    let Person { mut terminal, .. } = student(&server);
    terminal.resize(WIDE);
    let bottom = |screen: &Screen| screen.rows(0, 140).last().unwrap_or_default();
    terminal.wait_until("the footer in the last row", |screen| bottom(screen).contains("? help"));
    terminal.wait_for_row(40..140, "> #1");
    terminal.resize((50, 10));
    terminal.wait_for("60x16");
    for tiny in [(1, 1), (2, 1), (1, 30), (200, 1), (59, 16)] {
        terminal.resize(tiny);
    }
    terminal.wait_for("60x16");
    terminal.resize((60, 16));
    terminal.wait_for_all(&["> #1", "requested", "? help"]);
    terminal.resize(NARROW);
    terminal.wait_for_row(60..80, "[online]");
    terminal.press("q");
    assert!(terminal.left().status.success());
}
