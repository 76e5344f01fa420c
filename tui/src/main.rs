//! The binary `matching`: everything is the library's.

use std::process::ExitCode;

fn main() -> ExitCode {
    matching_tui::cli::run(std::env::args_os())
}
