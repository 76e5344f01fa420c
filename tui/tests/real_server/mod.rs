//! The server itself, by its library, in this process: on a folder of its own and a free port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{
    AccountName, Address, Language, MatchId, PersonName, Phone, Recorded, Role, Secret, Status,
};
use matching_server::contexts::Rules;
use matching_server::outbound::accounts::HashCost;
use matching_server::ports::accounts::{NewAccount, Zone};
use matching_server::settings::Settings;
use matching_server::startup::{Adapters, Running, Service};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Of every account.
pub const PASSWORD: &str = "correct horse";

/// Only so that a test that hangs ends at all; nothing passes or fails by it otherwise.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs until it is dropped.
pub struct RealServer {
    pub service: Arc<Service>,
    address: SocketAddr,
    running: Option<Running>,
    runtime: Runtime,
    _folder: TempDir,
}

impl RealServer {
    /// Classes may be finished before their meeting time; all else as DOMAIN.md has it.
    pub fn start() -> RealServer {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::new(folder.path().to_owned());
        settings.rules = Rules { finish_early: true, ..Rules::default() };
        let adapters = Adapters { cost: HashCost::LEAST, ..Adapters::default() };
        let (service, running, address) = runtime.block_on(async {
            let (service, mut running) = Service::open(settings, adapters).await.unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            running.listen(&service, listener);
            (service, running, address)
        });
        RealServer { service, address, running: Some(running), runtime, _folder: folder }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Makes an account, with a phone number and an address that tell whose they are.
    pub fn account(&self, name: &str, role: Role, display_name: &str) {
        let account = NewAccount {
            name: AccountName::new(name).unwrap(),
            password: Secret(PASSWORD.to_owned()),
            role,
            display_name: PersonName::new(display_name).unwrap(),
            phone: Some(Phone::new(&format!("010-{name}")).unwrap()),
            address: Some(Address::new(&format!("house of {name}")).unwrap()),
            language: Language::En,
            zone: Zone::new("Asia/Seoul").unwrap(),
            approved: true,
        };
        let made = self.service.accounts.create(account, self.service.clock.now());
        self.runtime.block_on(made).unwrap();
    }

    /// What happened to one match, once this has.
    pub fn after(&self, match_id: i64, status: Status) -> Vec<Arc<Recorded>> {
        let match_id = MatchId::new(match_id).unwrap();
        let mut head = self.service.log.head();
        self.runtime.block_on(async {
            loop {
                head.borrow_and_update();
                let events = self.service.log.read_match(match_id).unwrap().events.clone();
                if events.iter().any(|recorded| recorded.event.status() == status) {
                    return events;
                }
                let more = tokio::time::timeout(PATIENCE, head.changed()).await;
                more.unwrap_or_else(|_| panic!("no {status} in {events:?}")).unwrap();
            }
        })
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop(Arc::clone(&self.service)));
        }
    }
}
