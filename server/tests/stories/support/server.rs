//! The service in this process, on a folder of its own and a free port.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{
    AccountId, AccountName, Address, ContextName, Event, Language, MatchId, PersonName, Phone, Price,
    Recorded, Role, Secret, Seq, Time,
};
use matching_server::application::dispatch::Providers;
use matching_server::application::verify;
use matching_server::contexts::{Rules, payment, visit};
use matching_server::outbound::accounts::HashCost;
use matching_server::outbound::payment::ledger::Ledger;
use matching_server::ports::Clock;
use matching_server::ports::accounts::{NewAccount, Zone};
use matching_server::settings::Settings;
use matching_server::startup::{Adapters, Running, Service};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket};

use super::{Client, LIMIT, TestClock, TestProvider, within};

pub const PASSWORD: &str = "correct horse";

/// How a service is set up.
#[derive(Clone, Default)]
pub struct Setup {
    /// 0 is no limit.
    pub max_rate: u32,
    /// 0 is no limit.
    pub max_open: u32,
    pub rules: Rules,
    /// How long a provider has to answer; the default of the settings if none is given.
    pub payment_limit: Option<Duration>,
    /// The built-in ledger if none is given.
    pub provider: Option<Arc<TestProvider>>,
    /// How much the kernel takes from the server for one connection before that has to wait, in bytes.
    pub send_buffer: Option<u32>,
}

/// A service that runs.
pub struct Server {
    pub service: Arc<Service>,
    pub address: SocketAddr,
    pub clock: Arc<TestClock>,
    setup: Setup,
    running: Running,
    folder: TempDir,
}

impl Server {
    /// With the built-in ledger, DOMAIN.md's rules and no limits.
    pub async fn start() -> Server {
        Server::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Server {
        let folder = TempDir::new().expect("a folder");
        Server::open(setup, folder, Arc::new(TestClock::new())).await
    }

    async fn open(setup: Setup, folder: TempDir, clock: Arc<TestClock>) -> Server {
        let mut settings = Settings::new(folder.path().to_owned());
        settings.max_rate = setup.max_rate;
        settings.max_open = setup.max_open;
        settings.rules = setup.rules;
        settings.payment.limit = setup.payment_limit.unwrap_or(settings.payment.limit);
        let providers = match &setup.provider {
            Some(provider) => Providers::new(Arc::clone(provider) as _, vec![Arc::new(Ledger)]),
            None => Providers::new(Arc::new(Ledger), Vec::new()),
        };
        let adapters = Adapters { clock: Arc::clone(&clock) as _, providers, cost: HashCost::LEAST };
        let (service, mut running) = Service::open(settings, adapters).await.expect("a service");
        if let Some(provider) = &setup.provider {
            provider.watches(&service.log);
        }
        let listener = listen(setup.send_buffer);
        let address = listener.local_addr().expect("an address");
        running.listen(&service, listener);
        Server { service, address, clock, setup, running, folder }
    }

    /// Stops the service cleanly and starts it again on the same folder.
    pub async fn restart(self) -> Server {
        self.restart_after(|| ()).await
    }

    /// The same, and does something while it is down.
    pub async fn restart_after(self, meanwhile: impl FnOnce()) -> Server {
        let Server { service, clock, setup, running, folder, .. } = self;
        within("the stop", running.stop(service)).await;
        meanwhile();
        Server::open(setup, folder, clock).await
    }

    /// Lets everything settle, checks the invariants over the whole log and every view, and stops.
    pub async fn end(self) {
        self.settled().await;
        self.verify().await;
        within("the stop", self.running.stop(self.service)).await;
    }

    /// The invariants of DOMAIN.md, and every running view against a fresh fold.
    pub async fn verify(&self) {
        let findings = verify::check(&self.service.views, self.service.log.as_ref()).await;
        let findings = findings.expect("the log and the views can be read");
        assert_eq!(findings.violations, Vec::<String>::new());
    }

    /// Waits until no policy of a running context has anything left to do and every running view is up to date.
    pub async fn settled(&self) {
        let mut head = self.service.log.head();
        loop {
            let end = *head.borrow_and_update();
            assert!(self.service.views.reached(end, LIMIT).await, "the views do not come up to {end}");
            if self.due() == 0 && !head.has_changed().expect("the log is there") {
                return;
            }
            within("what is due is done", head.changed()).await.expect("the log is there");
        }
    }

    fn due(&self) -> usize {
        let views = &self.service.views;
        let mut due = 0;
        if views.is_running(ContextName::Visit) {
            let read = views.read_now(ContextName::Visit, |rows, _| visit::view::call_offs_due(rows, 0, 100));
            due += read.expect("visit's view").len();
        }
        if views.is_running(ContextName::Payment) {
            let read = views.read_now(ContextName::Payment, |rows, _| {
                let under_way = payment::view::under_way(rows, 0, 100)?.len();
                Ok(under_way + payment::view::going_back(rows, 0, 100)?.len())
            });
            due += read.expect("payment's view");
        }
        due
    }

    /// Everything in the log.
    pub fn events(&self) -> Vec<Arc<Recorded>> {
        self.service.log.read_after(Seq(0), usize::MAX >> 1).expect("the log")
    }

    /// The balance of every account of the book.
    pub async fn balances(&self) -> BTreeMap<String, i64> {
        let read = self.service.views.read(ContextName::Payment, |rows, _| payment::view::balances(rows));
        read.await.expect("payment's view")
    }

    /// What happened to one match.
    pub fn history(&self, match_id: MatchId) -> Vec<Event> {
        self.service.log.read_match(match_id).expect("the log").iter().cloned().collect()
    }

    /// The same, by name.
    pub fn story_of(&self, match_id: MatchId) -> Vec<&'static str> {
        self.service.log.read_match(match_id).expect("the log").iter().map(Event::type_name).collect()
    }

    /// A meeting time a day ahead.
    pub fn tomorrow(&self) -> Time {
        self.clock.now().plus(hours(24))
    }

    pub fn head(&self) -> Seq {
        *self.service.log.head().borrow()
    }

    /// Makes an account without logging in.
    pub async fn account(&self, name: &str, role: Role) -> AccountId {
        let account = NewAccount {
            name: AccountName::new(name).expect("a name"),
            password: Secret(PASSWORD.to_owned()),
            role,
            display_name: PersonName::new(&format!("{name} of the test")).expect("a name"),
            phone: Some(Phone::new(&format!("010-{name}")).expect("a phone number")),
            address: Some(Address::new(&format!("{name}'s house")).expect("an address")),
            language: Language::En,
            zone: Zone::new("Asia/Seoul").expect("a zone"),
            approved: true,
        };
        self.service.accounts.create(account, self.clock.now()).await.expect("an account").id
    }

    /// Makes an account and logs in.
    pub async fn student(&self, name: &str) -> Client {
        self.account(name, Role::Student).await;
        self.login(name).await
    }

    /// Makes an account and logs in.
    pub async fn teacher(&self, name: &str) -> Client {
        self.account(name, Role::Teacher).await;
        self.login(name).await
    }

    /// Makes an account and logs in.
    pub async fn admin(&self, name: &str) -> Client {
        self.account(name, Role::Admin).await;
        self.login(name).await
    }

    /// One more connection of an account.
    pub async fn login(&self, name: &str) -> Client {
        let mut client = self.connect().await;
        client.log_in(name, PASSWORD).await;
        client
    }

    /// A connection that has said hello and is nobody yet.
    pub async fn connect(&self) -> Client {
        let mut client = Client::open(self.address).await;
        client.say_hello().await;
        client
    }
}

/// On a free port. What is accepted has the listener's send buffer.
fn listen(send_buffer: Option<u32>) -> TcpListener {
    let socket = TcpSocket::new_v4().expect("a socket");
    if let Some(bytes) = send_buffer {
        socket.set_send_buffer_size(bytes).expect("a send buffer");
    }
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    socket.listen(64).expect("a listener")
}

pub fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 60 * 60)
}

pub fn price(won: i64) -> Price {
    Price::new(won).expect("a price")
}
