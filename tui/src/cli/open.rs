//! Without a subcommand: the app.

use std::io::IsTerminal;

use matching_protocol::Language;

use super::{Context, Failure};
use crate::app::{self, AppConfig};
use crate::config;

/// Shows the app until one leaves it.
pub(super) fn open(context: &Context) -> Result<(), Failure> {
    needs_terminal(context.config.language)?;
    context.config.session.check().map_err(Failure::Session)?;
    let chosen = std::env::var_os("TZ").is_some_and(|zone| !zone.is_empty());
    let config = AppConfig {
        url: context.config.url.clone(),
        session: context.config.session.clone(),
        language: context.config.language,
        zone: config::zone(None),
        account_zone: !chosen,
        ascii: context.ascii,
        login: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let shown = runtime.map_err(Failure::system)?.block_on(app::run(config));
    shown.map_err(|error| Failure::Usage(format!("{error:#}")))
}

/// Screens need a terminal on both sides; without one, the subcommands do the same.
pub(super) fn needs_terminal(language: Language) -> Result<(), Failure> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(match language {
        Language::En => "The app needs a terminal; use a subcommand instead, see matching --help.".to_owned(),
        Language::Ko => {
            "앱을 열려면 터미널이 필요합니다. 하위 명령을 쓰세요. matching --help 를 참고하세요.".to_owned()
        }
    }))
}
