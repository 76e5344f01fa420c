//! Frames over one WebSocket, and when it counts as dead.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use matching_protocol::{
    ClientFrame, ClientHello, ErrorCode, ErrorReply, Language, Request, ServerFrame, ServerHello, Time,
    VERSION,
};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, http::Uri};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::{CONNECT_TIMEOUT, ConnectError, Ended};

/// The server lets itself be heard every 20 seconds; after three times that it is gone.
const SILENCE: Duration = Duration::from_secs(60);

/// So long before an access token runs out a new one is fetched.
const EARLY: Duration = Duration::from_secs(60);

/// The largest frame that is taken: a page of 200 rows with the longest texts stays well below.
const MAX_INBOUND: usize = 16 * 1024 * 1024;

/// One WebSocket, past the hello.
pub(crate) struct Wire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    hello: ServerHello,
    hello_at: Instant,
    heard_at: Instant,
}

impl Wire {
    /// Connects and exchanges hellos, in [`CONNECT_TIMEOUT`] altogether.
    pub(crate) async fn connect(url: &str, language: Language) -> Result<Wire, ConnectError> {
        let url = full_url(url)?;
        let unreachable = |detail: String| ConnectError::Unreachable { url: url.clone(), detail };
        match timeout(CONNECT_TIMEOUT, Wire::handshake(&url, language)).await {
            Ok(connected) => connected,
            Err(_) => Err(unreachable(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
        }
    }

    async fn handshake(url: &str, language: Language) -> Result<Wire, ConnectError> {
        let unreachable = |detail: String| ConnectError::Unreachable { url: url.to_owned(), detail };
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(0)
            .max_write_buffer_size(256 * 1024)
            .max_message_size(Some(MAX_INBOUND))
            .max_frame_size(Some(MAX_INBOUND));
        let (mut socket, _) = connect_async_with_config(url, Some(config), true)
            .await
            .map_err(|error| unreachable(detail(&error)))?;
        let client = concat!("matching ", env!("CARGO_PKG_VERSION")).to_owned();
        let hello = ClientFrame::Hello(ClientHello { version: VERSION, client, language });
        socket.send(encode(&hello)).await.map_err(|error| unreachable(detail(&error)))?;
        let hello = loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(text.as_str()) {
                    Ok(ServerFrame::Hello(hello)) => break hello,
                    Ok(ServerFrame::Bye(error)) => return Err(ConnectError::Refused(error)),
                    _ => return Err(unreachable("it is not a matching server".to_owned())),
                },
                Some(Ok(Message::Close(_))) | None => {
                    return Err(unreachable("it closed the connection".to_owned()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(unreachable(detail(&error))),
            }
        };
        if hello.version != VERSION {
            let error = ErrorReply::new(ErrorCode::UnsupportedVersion, language);
            return Err(ConnectError::Refused(error));
        }
        let now = Instant::now();
        Ok(Wire { socket, hello, hello_at: now, heard_at: now })
    }

    pub(crate) fn hello(&self) -> &ServerHello {
        &self.hello
    }

    /// When the server's clock will show `time`, by this machine's monotonic clock: the two walls may disagree.
    pub(crate) fn instant_of(&self, time: Time) -> Instant {
        let millis = time.as_millis().saturating_sub(self.hello.now.as_millis()).max(0);
        let year = 366 * 24 * 3600 * 1000;
        self.hello_at + Duration::from_millis(u64::try_from(millis).unwrap_or(0).min(year))
    }

    /// When a token that is good until then has to be refreshed: a minute early, or half of a short life; never at once.
    pub(crate) fn refresh_at(&self, expires_at: Time) -> Instant {
        let now = Instant::now();
        let left = self.instant_of(expires_at).saturating_duration_since(now);
        now + (left - EARLY.min(left / 2)).max(Duration::from_secs(1))
    }

    /// Sends one request. A server that takes nothing for as long as it may be silent counts as gone.
    pub(crate) async fn send(&mut self, request: Request) -> Result<(), Ended> {
        match timeout(SILENCE, self.socket.send(encode(&ClientFrame::Request(request)))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Ended::Broken(detail(&error))),
            Err(_) => Err(Ended::Broken(silent())),
        }
    }

    /// The next frame. Safe to be dropped while it waits: nothing is lost.
    pub(crate) async fn receive(&mut self) -> Result<ServerFrame, Ended> {
        loop {
            let message = match timeout_at(self.heard_at + SILENCE, self.socket.next()).await {
                Err(_) => return Err(Ended::Broken(silent())),
                Ok(None) => return Err(Ended::Broken("the server closed the connection".to_owned())),
                Ok(Some(Err(error))) => return Err(Ended::Broken(detail(&error))),
                Ok(Some(Ok(message))) => message,
            };
            self.heard_at = Instant::now();
            match message {
                Message::Text(text) => match serde_json::from_str(text.as_str()) {
                    Ok(ServerFrame::Bye(error)) => return Err(Ended::Bye(error)),
                    Ok(frame) => return Ok(frame),
                    Err(error) => return Err(Ended::Broken(format!("a frame that can't be read: {error}"))),
                },
                Message::Binary(_) => {
                    return Err(Ended::Broken("a binary frame, which the protocol has not".to_owned()));
                }
                Message::Close(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Says goodbye, as far as the other side listens.
    pub(crate) async fn close(mut self) {
        let goodbye = async {
            if self.socket.close(None).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        };
        // Whoever does not answer the goodbye in time loses nothing by it.
        timeout(Duration::from_millis(500), goodbye).await.unwrap_or_default();
    }
}

/// The address with its scheme and path: `127.0.0.1:7117` and `ws://127.0.0.1:7117` both mean `ws://127.0.0.1:7117/ws`.
///
/// # Errors
/// [`ConnectError::BadUrl`] if it is no address of a WebSocket server.
pub fn full_url(url: &str) -> Result<String, ConnectError> {
    let bad = || ConnectError::BadUrl(url.to_owned());
    let trimmed = url.trim();
    let with_scheme = if trimmed.contains("://") { trimmed.to_owned() } else { format!("ws://{trimmed}") };
    let uri: Uri = with_scheme.parse().map_err(|_| bad())?;
    if uri.scheme_str() != Some("ws") || uri.query().is_some() {
        return Err(bad());
    }
    let authority = uri.authority().filter(|a| !a.host().is_empty() && !a.as_str().contains('@'));
    let authority = authority.ok_or_else(bad)?.as_str().to_ascii_lowercase();
    let path = match uri.path() {
        "" | "/" => "/ws",
        path => path,
    };
    Ok(format!("ws://{authority}{path}"))
}

fn encode(frame: &ClientFrame) -> Message {
    // Strings, numbers and maps with text keys: serde_json has nothing to refuse here.
    Message::text(serde_json::to_string(frame).unwrap_or_default())
}

fn silent() -> String {
    format!("nothing was heard from the server for {} s", SILENCE.as_secs())
}

fn detail(error: &Error) -> String {
    match error {
        Error::Io(error) => error.to_string(),
        Error::ConnectionClosed | Error::AlreadyClosed => "the server closed the connection".to_owned(),
        Error::Http(response) => {
            format!("it answers with HTTP {}, not with a WebSocket", response.status().as_u16())
        }
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_scheme_and_path() {
        for short in ["127.0.0.1:7117", "ws://127.0.0.1:7117", "ws://127.0.0.1:7117/", " 127.0.0.1:7117/ws "]
        {
            assert_eq!(full_url(short), Ok("ws://127.0.0.1:7117/ws".to_owned()), "{short:?}");
        }
        assert_eq!(full_url("ws://Host:1/other"), Ok("ws://host:1/other".to_owned()));
        assert_eq!(full_url("[::1]:7117"), Ok("ws://[::1]:7117/ws".to_owned()));
    }

    #[test]
    fn what_is_no_address_is_named() {
        for bad in ["", "http://x", "wss://x:1", "ws://", "ws://a b", "ws://me:secret@host", "ws://h/ws?t=1"]
        {
            assert_eq!(full_url(bad), Err(ConnectError::BadUrl(bad.to_owned())), "{bad:?}");
        }
    }
}
