//! `matching-server serve`: the service with its network and its admin socket, until a signal stops it.

use std::io::Write;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::demo;
use crate::inbound::admin::{self, Admin};
use crate::settings::Settings;
use crate::startup::{Adapters, Service};

/// Serves until SIGTERM or SIGINT. Its first line on standard output is `listening on ws://ADDR:PORT`.
///
/// # Errors
/// If the folder can't be opened or the address not be listened on; the error says what to do.
pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let address = settings.listen;
    let with_demo = settings.demo;
    let adapters = Adapters::of(&settings)?;
    let (service, mut running) = Service::open(settings, adapters).await?;
    if with_demo {
        demo::seed(&service).await.context("can't make the demo accounts")?;
    }
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("can't listen on {address}: another program may have it; use --listen with another port")
    })?;
    let bound = listener.local_addr()?;
    running.listen(&service, listener);
    let socket = admin::socket::bind(&service.settings.data)?;
    running.spawn(admin::socket::serve(socket, Admin::serving(Arc::clone(&service)), service.stopping()));
    announce(bound)?;
    tracing::info!(%bound, data = %service.settings.data.display(), log = %service.log.id(), head = %*service.log.head().borrow(), "ready");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    running.stop(Arc::clone(&service)).await;
    tracing::info!("stopped");
    Ok(())
}

fn announce(bound: std::net::SocketAddr) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on ws://{bound}")?;
    out.flush()
}
