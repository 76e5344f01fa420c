use clap::Args;
use serde::Serialize;

use super::failure::Failure;
use super::{Context, output};

/// Tell which session file and which server are used
#[derive(Args)]
pub(super) struct ConfigPath {}

#[derive(Serialize)]
struct Paths {
    session: String,
    url: String,
}

impl ConfigPath {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let session = context.config.session.path().to_string_lossy().into_owned();
        let paths = Paths { session, url: context.config.url.clone() };
        if context.json {
            return output::json(&paths);
        }
        output::fields(&[("session", Some(paths.session)), ("url", Some(paths.url))])
    }
}
