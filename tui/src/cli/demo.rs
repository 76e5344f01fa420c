//! `demo`

use std::path::PathBuf;

use clap::Args;

use super::{Context, Failure, open};
use crate::config;
use crate::demo::{self, DemoArgs};

/// Try it out: a server of its own, a student and a teacher side by side
#[derive(Args)]
pub(super) struct Demo {
    /// Keep the server's data here [default: a fresh folder, removed at the end]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Demo {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        open::needs_terminal(context.config.language)?;
        let args = DemoArgs {
            data: self.data,
            language: context.config.language,
            zone: config::zone(None),
            ascii: context.ascii,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let shown = runtime.map_err(Failure::system)?.block_on(demo::run(args));
        shown.map_err(|error| Failure::Usage(format!("{error:#}")))
    }
}
