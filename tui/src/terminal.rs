//! The terminal: taken for the app, and given back as it was - after the end, an error, a panic or a signal.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::Once;

use crossterm::cursor::Show;
use crossterm::event::{
    self, DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, Event,
};
use crossterm::style::force_color_output;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use ratatui::{Frame, Terminal};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use crate::widgets::cells;

/// The terminal while the app has it.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// If there is none.
    pub fn take() -> io::Result<Screen> {
        restore_on_panic();
        // With NO_COLOR crossterm would write a reset for every colour, which ends reverse video too. The theme without
        // colours takes its place.
        force_color_output(true);
        enable_raw_mode()?;
        let screen = || -> io::Result<Screen> {
            let mut out = BufWriter::new(io::stdout());
            execute!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
            Ok(Screen { terminal: Terminal::new(CrosstermBackend::new(out))? })
        };
        screen().inspect_err(|_| restore())
    }

    /// Draws, in one update that the terminal shows as a whole.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| {
            draw(frame);
            mark_second_halves(frame.buffer_mut());
        })?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Rings the bell.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn bell(&mut self) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(b"\x07")?;
        Write::flush(out)
    }
}

/// Marks the second cell of each wide character. It is never written while the character stands there; once the character
/// is gone, the mark makes it differ from a blank, so that it is written even where a terminal leaves half a character.
fn mark_second_halves(buffer: &mut Buffer) {
    for y in buffer.area.top()..buffer.area.bottom() {
        for x in buffer.area.left()..buffer.area.right().saturating_sub(1) {
            if cells::width(buffer[(x, y)].symbol()) > 1 {
                buffer[(x + 1, y)].modifier.insert(Modifier::HIDDEN);
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back. What can't be undone, since the terminal is gone, is left.
fn restore() {
    let mut out = io::stdout();
    // Each on its own: one that fails must not keep the others from being undone.
    let _ = execute!(out, EndSynchronizedUpdate);
    let _ = execute!(out, DisableFocusChange);
    let _ = execute!(out, DisableBracketedPaste);
    let _ = execute!(out, LeaveAlternateScreen);
    let _ = execute!(out, Show);
    let _ = disable_raw_mode();
}

fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
        }));
    });
}

/// Events that the app has not taken yet. When there are so many, the rest waits in the terminal.
const MAX_EVENTS: usize = 256;

/// What comes from the terminal, until a signal asks to leave.
pub struct Input {
    events: mpsc::Receiver<Event>,
    terminate: Signal,
    hang_up: Signal,
}

impl Input {
    /// Starts to listen. To be called inside a tokio runtime.
    ///
    /// # Errors
    /// If signals can't be listened to, or there is no thread to be had.
    pub fn new() -> io::Result<Input> {
        Ok(Input {
            events: read_events()?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next event; `None` if the terminal is gone or a signal asks to leave. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            event = self.events.recv() => event,
            _ = self.terminate.recv() => None,
            _ = self.hang_up.recv() => None,
        }
    }
}

/// Reads in a thread of its own: once the terminal is gone, crossterm reads on for ever, whatever time it is given
/// (crossterm#793), and whoever waited for it would never hear of the signal that came with the end.
fn read_events() -> io::Result<mpsc::Receiver<Event>> {
    let (sender, events) = mpsc::channel(MAX_EVENTS);
    std::thread::Builder::new().name("input".to_owned()).spawn(move || {
        while let Ok(event) = event::read() {
            if sender.blocking_send(event).is_err() {
                return;
            }
        }
    })?;
    Ok(events)
}
