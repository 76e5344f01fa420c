//! A data folder with people and matches.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use matching_protocol::{
    AccountName, Command, CommandId, ConfirmVisit, Language, MatchId, Note, PayMatch, PersonName, Phone,
    Price, RequestMatch, Role, Secret, Subject, Time,
};
use matching_server::application::dispatch::Sender;
use matching_server::outbound::accounts::HashCost;
use matching_server::ports::accounts::{NewAccount, Zone};
use matching_server::settings::Settings;
use matching_server::startup::{Adapters, Service};
use tempfile::TempDir;

/// A folder for a data folder.
pub fn place() -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().join("data");
    (folder, data)
}

/// A data folder with the student minji, the teacher junho, and three matches of hers:
/// 1 is assigned to him, 2 is paid and on the board, 3 is only asked for. Eight events.
pub fn seeded() -> (TempDir, PathBuf) {
    let (folder, data) = place();
    fill(&data, async |seed| {
        let (minji, junho) =
            (seed.account("minji", Role::Student).await, seed.account("junho", Role::Teacher).await);
        let first = seed.requested(minji, 50_000).await;
        seed.paid(minji, first).await;
        let confirm = ConfirmVisit { match_id: first, teacher_name: name("박준호"), visit_at: meeting() };
        seed.command(junho, Command::ConfirmVisit(confirm)).await;
        let second = seed.requested(minji, 40_000).await;
        seed.paid(minji, second).await;
        seed.requested(minji, 30_000).await;
    });
    (folder, data)
}

/// What [`seeded`] appends.
pub const EVENTS: u64 = 8;

/// Fills a data folder by the service itself.
pub fn fill(data: &Path, story: impl AsyncFnOnce(&Seed)) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let adapters = Adapters { cost: HashCost::LEAST, ..Adapters::default() };
        let mut settings = Settings::new(data.to_owned());
        settings.max_open = 0;
        let (service, running) = Service::open(settings, adapters).await.expect("a service");
        let seed = Seed(Arc::clone(&service));
        story(&seed).await;
        drop(seed);
        running.stop(service).await;
    });
}

pub struct Seed(Arc<Service>);

impl Seed {
    pub async fn account(&self, of: &str, role: Role) -> Sender {
        let account = NewAccount {
            name: AccountName::new(of).expect("a name"),
            password: Secret("correct horse".to_owned()),
            role,
            display_name: name("김민지"),
            phone: Some(Phone::new("010-1234-5678").expect("a phone number")),
            address: None,
            language: Language::Ko,
            zone: Zone::new("Asia/Seoul").expect("a zone"),
            approved: true,
        };
        let account = self.0.accounts.create(account, self.0.clock.now()).await.expect("an account");
        Sender { account: account.id, role }
    }

    pub async fn command(&self, sender: Sender, command: Command) -> MatchId {
        let done = self.0.dispatch.command(sender, CommandId::generate(), command).await;
        done.expect("it is done").match_id
    }

    pub async fn requested(&self, student: Sender, price: i64) -> MatchId {
        let request = RequestMatch {
            price: Price::new(price).expect("a price"),
            subject: Some(Subject::new("수학").expect("a subject")),
            area: None,
            note: Some(Note::new("in\u{200b}visible").expect("a note")),
        };
        self.command(student, Command::RequestMatch(request)).await
    }

    pub async fn paid(&self, student: Sender, match_id: MatchId) {
        self.command(student, Command::PayMatch(PayMatch { match_id })).await;
    }
}

/// Far in the future.
fn meeting() -> Time {
    "2099-12-01T10:00:00Z".parse().expect("a time")
}

fn name(text: &str) -> PersonName {
    PersonName::new(text).expect("a name")
}
