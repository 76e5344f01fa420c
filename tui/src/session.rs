//! Who is logged in, kept in a file between commands.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use matching_protocol::{AccountView, Secret, SignedIn, Time};
use serde::{Deserialize, Serialize};

/// A login, as the session file holds it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Which server it belongs to; its tokens are never sent to another host.
    pub url: String,
    /// As whom.
    pub account: AccountView,
    /// Short-lived.
    pub access_token: Secret,
    /// Until when, by the server's clock.
    pub access_expires_at: Time,
    /// Brings new access tokens.
    pub refresh_token: Secret,
    /// Until when, by the server's clock.
    pub refresh_expires_at: Time,
}

impl Session {
    /// The session that a login at `url` makes.
    pub fn new(url: &str, signed_in: SignedIn) -> Session {
        let SignedIn { account, access_token, access_expires_at, refresh_token, refresh_expires_at } =
            signed_in;
        Session {
            url: url.to_owned(),
            account,
            access_token,
            access_expires_at,
            refresh_token,
            refresh_expires_at,
        }
    }
}

/// The session file can't be used.
#[derive(Debug)]
pub struct SessionError {
    /// Which file.
    pub path: PathBuf,
    /// What went wrong.
    pub error: io::Error,
}

impl std::fmt::Display for SessionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "The session file {} can't be used ({}); check its rights, or name another one with --session.",
            matching_protocol::text::visible(&self.path.to_string_lossy()),
            self.error
        )
    }
}

impl std::error::Error for SessionError {}

/// The session file: 0600, replaced as a whole, and changed under a lock, so that several commands may share it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionStore {
    path: PathBuf,
}

impl SessionStore {
    /// The store in this file, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> SessionStore {
        SessionStore { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The session, if somebody is logged in.
    ///
    /// # Errors
    /// If there is a file that can't be read or is no session.
    pub fn load(&self) -> Result<Option<Session>, SessionError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            let detail = format!("it does not hold a session: {error}");
            self.failed(io::Error::new(io::ErrorKind::InvalidData, detail))
        })
    }

    /// The session at this server, if somebody is logged in there. As with cookies the host counts and not the port: a
    /// server that comes back on another one is still the same.
    ///
    /// # Errors
    /// As [`SessionStore::load`].
    pub fn load_for(&self, url: &str) -> Result<Option<Session>, SessionError> {
        Ok(self.load()?.filter(|session| host_of(&session.url) == host_of(url)))
    }

    /// Whether logins can be kept here: to be asked before a screen is drawn that would hide the answer.
    ///
    /// # Errors
    /// If the folder can't be written, or the file is no session.
    pub fn check(&self) -> Result<(), SessionError> {
        let _lock = self.lock()?;
        self.load().map(|_| ())
    }

    /// Keeps a new login, whatever was there before.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn save(&self, session: &Session) -> Result<(), SessionError> {
        let _lock = self.lock()?;
        self.write(session)
    }

    /// Keeps what a refresh with the token `used` brought, unless somebody else logged in or out meanwhile.
    ///
    /// # Errors
    /// If the file can't be read or written.
    pub fn refreshed(&self, used: &Secret, session: &Session) -> Result<(), SessionError> {
        let _lock = self.lock()?;
        match self.load()? {
            Some(stored) if stored.refresh_token == *used => self.write(session),
            _ => Ok(()),
        }
    }

    /// Forgets this login, unless somebody else logged in meanwhile.
    ///
    /// # Errors
    /// If the file can't be read or removed.
    pub fn forget(&self, refresh_token: &Secret) -> Result<(), SessionError> {
        let _lock = self.lock()?;
        match self.load()? {
            Some(stored) if stored.refresh_token == *refresh_token => {
                fs::remove_file(&self.path).map_err(|error| self.failed(error))
            }
            _ => Ok(()),
        }
    }

    /// Holds the lock of a sibling file until it is dropped: the session file itself is replaced at every change.
    fn lock(&self) -> Result<File, SessionError> {
        let lock = || -> io::Result<File> {
            make_private_folder(folder_of(&self.path))?;
            let mut options = OpenOptions::new();
            options.create(true).truncate(false).write(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut name = self.path.clone().into_os_string();
            name.push(".lock");
            let file = options.open(name)?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(|error| self.failed(error))
    }

    fn write(&self, session: &Session) -> Result<(), SessionError> {
        let write = || -> io::Result<()> {
            // A temporary file is made with 0600, and keeps it when it takes the name.
            let mut file = tempfile::NamedTempFile::new_in(folder_of(&self.path))?;
            serde_json::to_writer_pretty(&mut file, session)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(&self.path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> SessionError {
        SessionError { path: self.path.clone(), error }
    }
}

/// Every name of this machine's own is one host.
fn host_of(url: &str) -> Option<String> {
    let url: tokio_tungstenite::tungstenite::http::Uri = url.parse().ok()?;
    let host = url.host()?.to_ascii_lowercase();
    let own = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
    Some(if own { "localhost".to_owned() } else { host })
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use matching_protocol::{AccountId, AccountName, Language, PersonName, Role};

    use super::*;

    fn session(refresh: &str, access: &str) -> Session {
        Session {
            url: "ws://127.0.0.1:7117/ws".to_owned(),
            account: AccountView {
                account: AccountId(1),
                name: AccountName::new("minji").unwrap(),
                display_name: PersonName::new("민지").unwrap(),
                role: Role::Student,
                language: Language::Ko,
                zone: "Asia/Seoul".to_owned(),
            },
            access_token: Secret(access.to_owned()),
            access_expires_at: Time::from_millis(1_000),
            refresh_token: Secret(refresh.to_owned()),
            refresh_expires_at: Time::from_millis(2_000),
        }
    }

    #[test]
    fn a_session_is_kept_for_its_server_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = SessionStore::new(folder.path().join("deep/session.json"));
        assert_eq!(store.load().unwrap(), None);
        store.save(&session("r", "a")).unwrap();
        assert_eq!(store.load_for("ws://127.0.0.1:7117/ws").unwrap(), Some(session("r", "a")));
        assert_eq!(store.load_for("ws://localhost:8000/ws").unwrap(), Some(session("r", "a")));
        assert_eq!(store.load_for("ws://elsewhere:7117/ws").unwrap(), None);
        assert_eq!(store.load_for("ws://127.0.0.1.elsewhere:7117/ws").unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = SessionStore::new(folder.path().join("session.json"));
        store.save(&session("r", "a")).unwrap();
        store.save(&session("r2", "a2")).unwrap();
        let mode = fs::metadata(store.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_late_refresh_does_not_bring_back_an_old_login() {
        let folder = tempfile::tempdir().unwrap();
        let store = SessionStore::new(folder.path().join("session.json"));
        store.save(&session("new", "a")).unwrap();
        store.refreshed(&Secret("old".to_owned()), &session("old", "b")).unwrap();
        store.forget(&Secret("old".to_owned())).unwrap();
        assert_eq!(store.load().unwrap(), Some(session("new", "a")));
        store.refreshed(&Secret("new".to_owned()), &session("new", "b")).unwrap();
        assert_eq!(store.load().unwrap(), Some(session("new", "b")));
        store.forget(&Secret("new".to_owned())).unwrap();
        assert_eq!(store.load().unwrap(), None);
        store.refreshed(&Secret("new".to_owned()), &session("new", "c")).unwrap();
        assert_eq!(store.load().unwrap(), None);
    }

    #[test]
    fn a_file_that_is_no_session_is_named_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let store = SessionStore::new(folder.path().join("session.json"));
        fs::write(store.path(), "not json").unwrap();
        assert!(store.load().unwrap_err().to_string().contains("session.json"));
        assert!(store.forget(&Secret("r".to_owned())).is_err());
        assert_eq!(fs::read_to_string(store.path()).unwrap(), "not json");
    }
}
