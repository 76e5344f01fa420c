//! `matching-server payment-sandbox`: a payment provider to try the service with, over the same contract as a real one,
//! with a book of its own and with whatever faults are asked for. No money moves.

mod answer;
mod book;
mod faults;
mod options;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use book::{Book, BookError};
pub use faults::{Faults, Mix};
pub use options::{Preset, SandboxOptions};

use crate::application::stopped;
use crate::outbound::clock::SystemClock;
use crate::outbound::payment::signature::SigningKey;
use crate::ports::Clock;
use crate::settings::payment_secret;

/// From accept to the request's head.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// What every request needs.
pub struct Sandbox {
    /// Its own truth.
    pub book: Arc<Book>,
    /// What goes wrong.
    pub faults: Faults,
    /// What requests are signed with.
    pub key: SigningKey,
    /// What their times are compared with.
    pub clock: Arc<dyn Clock>,
}

/// Serves until a signal stops it. Its first line on standard output is `listening on http://ADDR:PORT`.
///
/// # Errors
/// If the book can't be opened, the address not be listened on, or there is no secret.
pub async fn run(options: SandboxOptions) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let sandbox = Arc::new(Sandbox {
        book: Arc::new(Book::open(&options.book)?),
        faults: Faults::new(options.mix()?, options.seed),
        key: SigningKey::new(&payment_secret(options.secret_file.as_ref())?)?,
        clock: Arc::new(SystemClock),
    });
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("can't listen on {}: use --listen with another port", options.listen))?;
    let bound = listener.local_addr()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on http://{bound}")?;
    out.flush()?;
    drop(out);
    tracing::info!(book = %options.book.display(), mix = ?sandbox.faults.mix(), seed = options.seed, "ready");
    let stop = watch::Sender::new(false);
    let serving = tokio::spawn(serve(listener, sandbox, stop.subscribe()));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    stop.send_replace(true);
    serving.await.context("the sandbox failed")
}

/// Serves until the stop is announced; then every connection ends at once, as with a provider that went down. What was
/// received before is still carried out.
pub async fn serve(listener: TcpListener, sandbox: Arc<Sandbox>, mut stop: watch::Receiver<bool>) {
    let router = Router::new().fallback(answer::answer).with_state(sandbox);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = stopped(&mut stop) => break,
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, router: Router) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "nodelay");
    }
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "http");
    }
}
