use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;

use super::failure::Failure;
use super::{Cli, output};

/// Print the man page, or write one for every subcommand into a folder
#[derive(Args)]
pub(super) struct Man {
    /// The folder, which must exist
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self) -> Result<(), Failure> {
        if let Some(folder) = self.dir {
            return clap_mangen::generate_to(Cli::command(), folder).map_err(Failure::system);
        }
        let mut page = Vec::new();
        Page::new(Cli::command()).render(&mut page).map_err(Failure::system)?;
        output::text(&String::from_utf8_lossy(&page))
    }
}
