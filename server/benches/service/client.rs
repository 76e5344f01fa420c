//! The driver's client: as little as possible besides the frames, since it shares the cores.

use anyhow::{Context as _, bail};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use matching_protocol::CommandId;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One connection.
pub struct Client {
    pub socket: Socket,
    pub log: String,
}

impl Client {
    /// Connects and says hello.
    pub async fn connect(url: &str) -> anyhow::Result<Client> {
        let config = WebSocketConfig::default()
            .read_buffer_size(8 * 1024)
            .write_buffer_size(4 * 1024)
            .max_message_size(Some(16 << 20));
        let (mut socket, _) = tokio_tungstenite::connect_async_with_config(url, Some(config), true).await?;
        socket.send(Message::text(r#"{"hello":{"version":1,"client":"bench","language":"en"}}"#)).await?;
        let hello = text(socket.next().await)?;
        let log = field(&hello, "\"log\":\"").context("no log id")?.to_owned();
        Ok(Client { socket, log })
    }

    /// Logs in and gives the access token. Logins are bounded on the server: it says when to come again.
    pub async fn log_in(&mut self, name: &str) -> anyhow::Result<String> {
        let password = super::server::PASSWORD;
        let login = format!(r#"{{"session":{{"Login":{{"name":"{name}","password":"{password}"}}}}}}"#);
        loop {
            let reply = self.ask(&login).await?;
            if let Some(token) = field(&reply, "\"access_token\":\"") {
                return Ok(token.to_owned());
            }
            if !reply.contains("rate_limited") {
                bail!("login of {name}: {reply}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    }

    pub async fn authenticate(&mut self, token: &str) -> anyhow::Result<()> {
        let reply =
            self.ask(&format!(r#"{{"session":{{"Authenticate":{{"access_token":"{token}"}}}}}}"#)).await?;
        anyhow::ensure!(reply.contains("\"account\""), "{reply}");
        Ok(())
    }

    /// Subscribes from the start of the log.
    pub async fn subscribe(&mut self) -> anyhow::Result<()> {
        let body = format!(r#"{{"session":{{"Subscribe":{{"log":"{}","after":0}}}}}}"#, self.log);
        let reply = self.ask(&body).await?;
        anyhow::ensure!(reply.contains("subscribed"), "{reply}");
        Ok(())
    }

    /// Sends a request and waits for its reply.
    pub async fn ask(&mut self, body: &str) -> anyhow::Result<Utf8Bytes> {
        self.socket.send(Message::text(request(body).1)).await?;
        loop {
            let frame = text(self.socket.next().await)?;
            if frame.starts_with("{\"reply\"") {
                return Ok(frame);
            }
        }
    }

    pub fn split(self) -> (SplitSink<Socket, Message>, SplitStream<Socket>) {
        self.socket.split()
    }
}

/// A request frame around a body, and its id.
pub fn request(body: &str) -> (CommandId, String) {
    let id = CommandId::generate();
    (id, format!(r#"{{"request":{{"id":"{id}","body":{body}}}}}"#))
}

/// The text of a frame; control frames give an empty one.
pub fn text(
    message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
) -> anyhow::Result<Utf8Bytes> {
    match message.context("the server closed the connection")?? {
        Message::Text(text) => Ok(text),
        Message::Close(frame) => bail!("closed: {frame:?}"),
        _ => Ok(Utf8Bytes::default()),
    }
}

/// What stands behind a mark, up to the next quote.
pub fn field<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let start = text.find(mark)? + mark.len();
    text[start..].split('"').next()
}

/// The number behind a mark.
pub fn number(text: &str, mark: &str) -> Option<i64> {
    let start = text.find(mark)? + mark.len();
    let digits = text[start..].split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}
