//! Who is at the other end: the operating system says it, not the client.

use matching_protocol::text::visible;
use nix::unistd::{Uid, User};

/// This process's own user.
pub fn own() -> u32 {
    Uid::effective().as_raw()
}

/// Whether a user may give admin commands: the one that runs the server, and root.
pub fn may_command(uid: u32) -> bool {
    uid == own() || Uid::from_raw(uid).is_root()
}

/// The user's name, or `uid:N` if the system knows none. May ask the network: blocks.
pub fn name(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => visible(&user.name).into_owned(),
        Ok(None) => format!("uid:{uid}"),
        Err(error) => {
            tracing::warn!(uid, %error, "the name of a user can't be read");
            format!("uid:{uid}")
        }
    }
}
