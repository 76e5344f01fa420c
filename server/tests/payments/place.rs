//! The service on a folder of its own, with a provider over HTTP.

use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{
    AccountId, CancelMatch, Command, CommandId, ContextName, Done, MatchId, PayMatch, Price, RequestMatch,
    Role, Seq,
};
use matching_server::application::dispatch::{Providers, Refused, Sender};
use matching_server::application::verify;
use matching_server::contexts::payment;
use matching_server::outbound::accounts::HashCost;
use matching_server::outbound::payment::breaker::{Breaker, Limits};
use matching_server::outbound::payment::ledger::Ledger;
use matching_server::settings::Settings;
use matching_server::startup::{Adapters, Running, Service};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::sandbox::Outside;
use crate::within;

pub const PRICE: i64 = 50_000;
pub const STUDENT: AccountId = AccountId(1);

/// A service that takes its money through the sandbox.
pub struct Place {
    pub service: Arc<Service>,
    running: Running,
    _folder: TempDir,
}

impl Place {
    pub async fn open(outside: &Outside, limit: Duration, limits: Limits) -> Place {
        let folder = TempDir::new().expect("a folder");
        let mut settings = Settings::new(folder.path().to_owned());
        (settings.max_open, settings.payment.limit) = (0, limit);
        let provider = Breaker::new(Arc::new(outside.provider(limit)), limits);
        let providers = Providers::new(Arc::new(provider), vec![Arc::new(Ledger)]);
        let adapters = Adapters { providers, cost: HashCost::LEAST, ..Adapters::default() };
        let (service, running) = Service::open(settings, adapters).await.expect("a service");
        Place { service, running, _folder: folder }
    }

    /// Lets clients in, and says where.
    pub async fn listen(&mut self) -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        self.running.listen(&self.service, listener);
        address
    }

    pub async fn command(&self, command: Command) -> Result<Done, Refused> {
        let sender = Sender { account: STUDENT, role: Role::Student };
        self.service.dispatch.command(sender, CommandId::generate(), command).await
    }

    pub async fn request(&self) -> MatchId {
        let price = Price::new(PRICE).expect("a price");
        let offer = RequestMatch { price, subject: None, area: None, note: None };
        self.command(Command::RequestMatch(offer)).await.expect("a match").match_id
    }

    pub async fn pay(&self, match_id: MatchId) -> Result<Done, Refused> {
        self.command(Command::PayMatch(PayMatch { match_id })).await
    }

    pub async fn cancel(&self, match_id: MatchId) -> Result<Done, Refused> {
        self.command(Command::CancelMatch(CancelMatch { match_id })).await
    }

    pub fn head(&self) -> Seq {
        *self.service.log.head().borrow()
    }

    /// Waits until no charge is under way and no refund is owed.
    pub async fn settled(&self) {
        let mut head = self.service.log.head();
        loop {
            let end = *head.borrow_and_update();
            assert!(self.service.views.reached(end, crate::LIMIT).await, "the views do not come up to {end}");
            let due = self.service.views.read_now(ContextName::Payment, |rows, _| {
                Ok(payment::view::under_way(rows, 0, 1)?.len() + payment::view::going_back(rows, 0, 1)?.len())
            });
            if due.expect("payment's view") == 0 && !head.has_changed().expect("the log is there") {
                return;
            }
            within("what is due is done", head.changed()).await.expect("the log is there");
        }
    }

    /// Checks every invariant, and stops.
    pub async fn end(self) {
        let findings = verify::check(&self.service.views, self.service.log.as_ref()).await;
        assert_eq!(findings.expect("the log and the views").violations, Vec::<String>::new());
        within("the stop", self.running.stop(self.service)).await;
    }
}
