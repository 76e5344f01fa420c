//! Accepts connections, answers the health checks, and hands upgraded connections to their sessions.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::session;
use crate::application::stopped;
use crate::inbound::gateway::Gateway;

/// From accept to the request's head.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// How long sessions have to say goodbye when the server stops.
const GOODBYE_LIMIT: Duration = Duration::from_secs(5);

#[derive(Clone)]
struct Http {
    gateway: Arc<Gateway>,
    stop: watch::Receiver<bool>,
}

/// Serves until the stop is announced, then lets each session finish what it has begun and say goodbye.
pub async fn serve(listener: TcpListener, gateway: Arc<Gateway>, mut stop: watch::Receiver<bool>) {
    let router = Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/ws", get(upgrade))
        .route("/", get(upgrade))
        .with_state(Http { gateway, stop: stop.clone() });
    // One holder a session: when the last is gone, all have ended.
    let (sessions, mut ended) = tokio::sync::mpsc::channel::<()>(1);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let router = router.clone().layer(axum::Extension(sessions.clone()));
                    connections.spawn(connection(stream, router));
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
    drop((listener, router, sessions));
    connections.abort_all();
    while connections.join_next().await.is_some() {}
    if tokio::time::timeout(GOODBYE_LIMIT, ended.recv()).await.is_err() {
        tracing::warn!("some sessions did not end in time");
    }
}

async fn connection(stream: TcpStream, router: Router) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "nodelay");
    }
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(8 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "http");
    }
}

async fn ready(State(http): State<Http>) -> Response {
    if *http.stop.borrow() || !http.gateway.log.is_writable() {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response();
    }
    "ok\n".into_response()
}

async fn upgrade(
    State(http): State<Http>,
    axum::Extension(holder): axum::Extension<tokio::sync::mpsc::Sender<()>>,
    mut request: Request,
) -> Response {
    let Some(key) = websocket_key(request.headers()) else {
        return (
            StatusCode::UPGRADE_REQUIRED,
            [(header::UPGRADE, "websocket")],
            "this address speaks WebSocket\n",
        )
            .into_response();
    };
    let accept = derive_accept_key(key.as_bytes());
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        match upgrade.await {
            Ok(upgraded) => start(upgraded, http, holder),
            Err(error) => tracing::debug!(%error, "upgrade"),
        }
    });
    let headers = [
        (header::CONNECTION, "Upgrade"),
        (header::UPGRADE, "websocket"),
        (header::SEC_WEBSOCKET_ACCEPT, &accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

fn websocket_key(headers: &HeaderMap) -> Option<String> {
    let has = |name, word: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let asked = has(header::CONNECTION, "upgrade")
        && has(header::UPGRADE, "websocket")
        && has(header::SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?.to_str().ok()?;
    asked.then(|| key.to_owned())
}

/// Runs the session as a task of its own, so that nothing of the upgrade stays with a quiet connection.
fn start(upgraded: hyper::upgrade::Upgraded, http: Http, holder: tokio::sync::mpsc::Sender<()>) {
    // The plain socket again, without what HTTP needed around it.
    let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else {
        tracing::error!("an upgraded connection is not the one that was accepted");
        return;
    };
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(4 * 1024)
        .max_write_buffer_size(4 * 1024 * 1024)
        .max_message_size(Some(matching_protocol::MAX_MESSAGE))
        .max_frame_size(Some(matching_protocol::MAX_MESSAGE));
    tokio::spawn(session::run(
        parts.io.into_inner(),
        // Copied, since an empty rest would keep the whole buffer that it was cut from.
        parts.read_buf.to_vec(),
        config,
        http.gateway,
        http.stop,
        holder,
    ));
}
