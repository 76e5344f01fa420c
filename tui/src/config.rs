//! Flags, environment and defaults, put together once.

use std::path::PathBuf;

use etcetera::BaseStrategy;
use jiff::tz::TimeZone;
use matching_protocol::{AccountView, Language};

use crate::connection::{ConnectError, full_url};
use crate::session::SessionStore;

/// Where a server listens if nothing else is said.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:7117";

/// The zone that a person is taken to live in when neither the account nor the machine says otherwise.
pub const DEFAULT_ZONE: &str = "Asia/Seoul";

/// What holds for the whole run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// The server, with its path.
    pub url: String,
    /// The language of messages.
    pub language: Language,
    /// Where the login is kept.
    pub session: SessionStore,
}

/// What was said with flags or the environment; empty counts as not said.
#[derive(Clone, Default, Debug)]
pub struct Given {
    /// The server.
    pub url: Option<String>,
    /// The session file.
    pub session: Option<PathBuf>,
    /// `en` or `ko`.
    pub language: Option<Language>,
}

/// What was said can't be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConfigError {
    /// The address.
    Url(ConnectError),
    /// There is no home folder to keep the session in.
    NoHome,
}

impl ConfigError {
    /// What to do, for people.
    pub fn message(&self, language: Language) -> String {
        match (self, language) {
            (ConfigError::Url(error), language) => error.message(language),
            (ConfigError::NoHome, Language::En) => {
                "There is no home folder to keep the login in; name a file with --session.".to_owned()
            }
            (ConfigError::NoHome, Language::Ko) => {
                "로그인을 보관할 홈 폴더가 없습니다. --session 으로 파일을 지정해 주세요.".to_owned()
            }
        }
    }
}

impl Config {
    /// The server is the one named, else that of the session, else [`DEFAULT_URL`].
    ///
    /// # Errors
    /// [`ConfigError`] if the address is none, or there is no place for the session.
    pub fn resolve(given: Given) -> Result<Config, ConfigError> {
        let session = match given.session.filter(|path| !path.as_os_str().is_empty()) {
            Some(path) => path,
            None => default_session_path().ok_or(ConfigError::NoHome)?,
        };
        let session = SessionStore::new(session);
        let url = given.url.filter(|url| !url.trim().is_empty());
        // A session file that can't be read is reported by whoever needs the login.
        let url = url.or_else(|| session.load().ok().flatten().map(|session| session.url));
        let url = full_url(url.as_deref().unwrap_or(DEFAULT_URL)).map_err(ConfigError::Url)?;
        Ok(Config { url, language: given.language.unwrap_or_else(locale_language), session })
    }
}

/// `$XDG_STATE_HOME/matching/session.json`, by default below `~/.local/state`.
fn default_session_path() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    let state = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Some(state.join("matching").join("session.json"))
}

/// Korean where the locale says so.
pub fn locale_language() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("ko") => Language::Ko,
        _ => Language::En,
    }
}

/// The zone that times are read and shown in: `TZ` if it is set, else the account's, else the machine's.
pub fn zone(account: Option<&AccountView>) -> TimeZone {
    let chosen = std::env::var_os("TZ").is_some_and(|zone| !zone.is_empty());
    let of_account = account.filter(|_| !chosen).and_then(|account| TimeZone::get(&account.zone).ok());
    of_account.unwrap_or_else(TimeZone::system)
}

/// The name of this machine's zone, for a registration.
pub fn zone_name() -> String {
    TimeZone::system().iana_name().unwrap_or(DEFAULT_ZONE).to_owned()
}
