//! The memory of a connection that is logged in, subscribed, and says nothing.

use matching_protocol::Role;

use super::client::Client;
use super::server::{Server, make_accounts};

/// Opens so many connections and prints what each costs the server.
pub async fn run(connections: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    make_accounts(folder.path(), Role::Student, 1).await?;
    let server = Server::start(folder.path())?;
    let mut first = Client::connect(&server.url).await?;
    let token = first.log_in("student0").await?;
    let before = server.memory();
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Client::connect(&server.url).await?);
    }
    let connected = server.memory();
    for client in &mut open {
        client.authenticate(&token).await?;
        client.subscribe().await?;
    }
    let each = |memory: u64| memory.saturating_sub(before) as f64 / connections.max(1) as f64 / 1e3;
    println!(
        "quiet connections: {connections}, {:.1} kB each after the hello, {:.1} kB each logged in and subscribed",
        each(connected),
        each(server.memory())
    );
    Ok(())
}
