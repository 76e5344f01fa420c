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
        let mut client = Client::connect(&server.url).await?;
        client.authenticate(&token).await?;
        client.subscribe().await?;
        open.push(client);
    }
    let each = server.memory().saturating_sub(before) as f64 / connections.max(1) as f64;
    println!("quiet connections: {connections} logged in and subscribed, {:.1} kB each", each / 1e3);
    Ok(())
}
