//! The sandbox in this process, over real HTTP on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use matching_protocol::Secret;
use matching_server::outbound::clock::SystemClock;
use matching_server::outbound::payment::contract::ChargeRecord;
use matching_server::outbound::payment::http::{HttpProvider, HttpSettings};
use matching_server::outbound::payment::signature::SigningKey;
use matching_server::payment_sandbox::{self, Book, Faults, Mix, Sandbox};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::within;

pub const SECRET: &str = "a secret for the tests";

/// A provider that can go down and come back with its book.
pub struct Outside {
    pub address: SocketAddr,
    pub book: Arc<Book>,
    mix: Mix,
    up: Option<(watch::Sender<bool>, JoinHandle<()>)>,
    _folder: TempDir,
}

impl Outside {
    /// With a new book, on a free port.
    pub async fn start(mix: Mix) -> Outside {
        let folder = TempDir::new().expect("a folder");
        let book = Arc::new(Book::open(&folder.path().join("book.sqlite")).expect("a book"));
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut outside = Outside { address, book, mix, up: None, _folder: folder };
        outside.come_up().await;
        outside
    }

    /// Serves, on the same port as before.
    pub async fn come_up(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the port");
        self.address = listener.local_addr().expect("an address");
        let sandbox = Arc::new(Sandbox {
            book: Arc::clone(&self.book),
            faults: Faults::new(self.mix, 1),
            key: SigningKey::new(&Secret(SECRET.to_owned())).expect("a key"),
            clock: Arc::new(SystemClock),
        });
        let stop = watch::Sender::new(false);
        let serving = tokio::spawn(payment_sandbox::serve(listener, sandbox, stop.subscribe()));
        self.up = Some((stop, serving));
    }

    /// Ends every connection and takes no more.
    pub async fn go_down(&mut self) {
        let (stop, serving) = self.up.take().expect("it is up");
        stop.send_replace(true);
        within("the sandbox's stop", serving).await.expect("the sandbox ended well");
    }

    pub fn settings(&self, limit: Duration) -> HttpSettings {
        HttpSettings {
            name: "http".to_owned(),
            url: format!("http://{}", self.address).parse().expect("an address"),
            secret: Secret(SECRET.to_owned()),
            limit,
        }
    }

    pub fn provider(&self, limit: Duration) -> HttpProvider {
        HttpProvider::new(&self.settings(limit), Arc::new(SystemClock)).expect("a provider")
    }

    /// Everything that it knows.
    pub fn charges(&self) -> Vec<ChargeRecord> {
        let charges = self.book.list(0, i64::MAX).expect("the book");
        charges.into_iter().map(|(_, record)| record).collect()
    }
}
