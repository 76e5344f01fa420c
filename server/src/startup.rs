//! The composition root: settings, then adapters, then contexts, then the listener.

mod folder;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::application::dispatch::{Dispatch, Providers};
use crate::application::follow::Views;
use crate::application::policies::{Policies, Policy};
use crate::application::push::Pusher;
use crate::application::push::index::AudienceIndex;
use crate::application::stopped;
use crate::inbound::gateway::{Connections, Gateway, Limiter};
use crate::inbound::ws;
use crate::outbound::accounts::{HashCost, SqliteAccounts};
use crate::outbound::clock::SystemClock;
use crate::outbound::event_log::sqlite::SqliteLog;
use crate::outbound::payment::breaker::{Breaker, Limits};
use crate::outbound::payment::http::HttpProvider;
use crate::outbound::payment::ledger::Ledger;
use crate::ports::{Accounts, Clock, EventLog, PaymentProvider};
use crate::settings::{PaymentSettings, ProviderChoice, Settings};
pub use folder::{Folder, Held};

/// What the service is made of, apart from the log and the accounts in its folder.
pub struct Adapters {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who takes the money.
    pub providers: Providers,
    /// How hard passwords are to guess.
    pub cost: HashCost,
}

impl Default for Adapters {
    /// The machine's clock, the built-in ledger, and argon2id as RELIABILITY.md sets it.
    fn default() -> Self {
        Adapters {
            clock: Arc::new(SystemClock),
            providers: Providers::new(Arc::new(Ledger), Vec::new()),
            cost: HashCost::default(),
        }
    }
}

impl Adapters {
    /// As the settings say. The ledger stays known whoever is charged now, and so does a provider over HTTP that has an
    /// address: what was charged through them before is still looked up and given back.
    ///
    /// # Errors
    /// If the provider over HTTP can't be talked to as it is set up.
    pub fn of(settings: &Settings) -> anyhow::Result<Adapters> {
        let Adapters { clock, cost, .. } = Adapters::default();
        let PaymentSettings { provider, http, limit, at_once } = &settings.payment;
        let ledger: Arc<dyn PaymentProvider> = Arc::new(Ledger);
        let limits = Limits { at_once: *at_once, retry_when_full: *limit, ..Limits::default() };
        let outside = match http {
            Some(http) => {
                let provider = Arc::new(HttpProvider::new(http, Arc::clone(&clock))?);
                Some(Arc::new(Breaker::new(provider, limits)) as Arc<dyn PaymentProvider>)
            }
            None => None,
        };
        let providers = match (provider, outside) {
            (ProviderChoice::Http, Some(outside)) => Providers::new(outside, vec![ledger]),
            (ProviderChoice::Http, None) => anyhow::bail!("the payment provider over HTTP has no address"),
            (ProviderChoice::Ledger, outside) => Providers::new(ledger, Vec::from_iter(outside)),
        };
        Ok(Adapters { clock, providers, cost })
    }
}

/// The service on one data folder, with or without a network.
pub struct Service {
    /// As they hold.
    pub settings: Settings,
    /// What is written.
    pub log: Arc<dyn EventLog>,
    /// Who may come in.
    pub accounts: Arc<dyn Accounts>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What is read; also stops and starts contexts.
    pub views: Arc<Views>,
    /// Where commands go.
    pub dispatch: Arc<Dispatch>,
    /// What connections need.
    pub gateway: Arc<Gateway>,
    stop: watch::Sender<bool>,
    folder: Folder,
}

/// The tasks of a service. Whoever holds them ends them.
pub struct Running {
    tasks: JoinSet<()>,
    network: JoinSet<()>,
}

impl Service {
    /// Opens a data folder: takes its lock, opens the log, the accounts and the views, and starts the policies.
    ///
    /// # Errors
    /// If somebody else holds the folder, or something in it can't be used; the error says what to do.
    pub async fn open(settings: Settings, adapters: Adapters) -> anyhow::Result<(Arc<Service>, Running)> {
        let folder = Folder::take(&settings.data)?;
        let unclean = folder.stopped_with_the_machine();
        let Adapters { clock, providers, cost } = adapters;
        let log_path = settings.data.join("log.sqlite");
        let log: Arc<dyn EventLog> = Arc::new(
            SqliteLog::open(&log_path).with_context(|| format!("can't open {}", log_path.display()))?,
        );
        let accounts: Arc<dyn Accounts> = Arc::new(SqliteAccounts::open(&settings.data, cost)?);
        let index = Box::new(AudienceIndex::new(Arc::clone(&log)));
        let runtime = tokio::runtime::Handle::current();
        let views = Views::open(&settings.data, Arc::clone(&log), index, unclean, runtime)
            .context("can't open the views")?;
        let views = Arc::new(views);
        let dispatch = Arc::new(Dispatch::new(
            Arc::clone(&log),
            Arc::clone(&clock),
            settings.rules,
            Arc::clone(&views),
            settings.max_open,
            providers,
            settings.payment.limit,
        )?);
        let gateway = Arc::new(Gateway {
            accounts: Arc::clone(&accounts),
            dispatch: Arc::clone(&dispatch),
            views: Arc::clone(&views),
            log: Arc::clone(&log),
            pusher: Pusher::start(Arc::clone(&log), Arc::clone(&views)),
            clock: Arc::clone(&clock),
            rules: settings.rules,
            registration: settings.registration,
            limiter: Limiter::new(settings.max_rate),
            connections: Connections::default(),
        });
        let stop = watch::Sender::new(false);
        let policies = Arc::new(Policies {
            dispatch: Arc::clone(&dispatch),
            views: Arc::clone(&views),
            clock: Arc::clone(&clock),
            rules: settings.rules,
        });
        let mut tasks = JoinSet::new();
        for policy in Policy::ALL {
            tasks.spawn(Arc::clone(&policies).run(policy, stop.subscribe()));
        }
        tasks.spawn(tidy(Arc::clone(&gateway), stop.subscribe()));
        let service = Service { settings, log, accounts, clock, views, dispatch, gateway, stop, folder };
        Ok((Arc::new(service), Running { tasks, network: JoinSet::new() }))
    }

    /// Tells everything that it is to stop.
    pub fn announce_stop(&self) {
        self.stop.send_replace(true);
    }

    /// Tells when it is to stop.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
}

impl Running {
    /// Serves clients on a listener.
    pub fn listen(&mut self, service: &Service, listener: TcpListener) {
        self.network.spawn(ws::serve(listener, Arc::clone(&service.gateway), service.stopping()));
    }

    /// Runs something beside, which ends when the stop is announced.
    pub fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.network.spawn(task);
    }

    /// Stops cleanly: no command is cut in half, clients are told, everything is on disk.
    pub async fn stop(mut self, service: Arc<Service>) {
        service.announce_stop();
        while self.network.join_next().await.is_some() {}
        while self.tasks.join_next().await.is_some() {}
        let views = Arc::clone(&service.views);
        if tokio::task::spawn_blocking(move || views.close()).await.is_err() {
            tracing::error!("the views did not close");
        }
        service.folder.stopped_cleanly();
    }
}

async fn tidy(gateway: Arc<Gateway>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => gateway.limiter.tidy(),
            () = stopped(&mut stop) => return,
        }
    }
}
