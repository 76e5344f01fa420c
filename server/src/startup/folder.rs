//! One process a data folder: its lock, and the marker that tells a clean stop from a machine that went down.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// A data folder that this process holds.
pub struct Folder {
    path: PathBuf,
    _lock: File,
    unclean: bool,
}

/// Another process holds the folder.
#[derive(Debug, thiserror::Error)]
#[error(
    "the data folder {} is held by another matching-server (process {process}): stop it first, or use another --data",
    path.display()
)]
pub struct Held {
    /// Which folder.
    pub path: PathBuf,
    /// The holder's process id, as it wrote it down.
    pub process: String,
}

impl Folder {
    /// Makes the folder if there is none, and takes its lock.
    ///
    /// # Errors
    /// [`Held`] if another process holds it; another error if it can't be written.
    pub fn take(path: &Path) -> anyhow::Result<Folder> {
        if !path.exists() {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .with_context(|| format!("can't make the data folder {}", path.display()))?;
        }
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join("lock"))
            .with_context(|| format!("can't use the data folder {}", path.display()))?;
        if let Err(error) = lock.try_lock() {
            let TryLockError::WouldBlock = error else { bail!("can't lock {}: {error}", path.display()) };
            let mut holder = String::new();
            lock.read_to_string(&mut holder)?;
            return Err(Held { path: path.to_owned(), process: holder.trim().to_owned() }.into());
        }
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{}", std::process::id())?;
        let mut folder = Folder { path: path.to_owned(), _lock: lock, unclean: false };
        folder.mark()?;
        Ok(folder)
    }

    /// Whether the folder was in use when the machine went down: then what was not synced may be half written.
    pub fn stopped_with_the_machine(&self) -> bool {
        self.unclean
    }

    fn marker(&self) -> PathBuf {
        self.path.join("running")
    }

    fn mark(&mut self) -> anyhow::Result<()> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        self.unclean = match std::fs::read_to_string(self.marker()) {
            Ok(marked) => marked != boot || boot.is_empty(),
            Err(_) => false,
        };
        let mut file = File::create(self.marker())?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        file.write_all(boot.as_bytes())?;
        file.sync_all()?;
        File::open(&self.path)?.sync_all()?;
        Ok(())
    }

    /// Everything is on disk.
    pub fn stopped_cleanly(&self) {
        if let Err(error) = std::fs::remove_file(self.marker()) {
            tracing::warn!(%error, "the marker of a running server can't be removed; the views are folded again after the machine's next start");
        }
    }
}
