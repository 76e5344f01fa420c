//! Demo accounts and live requests for a first look, from `data/demo.json`.

use anyhow::Context as _;
use matching_protocol::{
    AccountName, Address, Area, Command, CommandId, Language, Note, PayMatch, PersonName, Phone, Price,
    RequestMatch, Role, Secret, Seq, Subject,
};
use serde::Deserialize;

use crate::application::dispatch::Sender;
use crate::ports::accounts::{NewAccount, Zone};
use crate::startup::Service;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Demo {
    accounts: Vec<DemoAccount>,
    requests: Vec<DemoRequest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoAccount {
    name: AccountName,
    password: String,
    role: Role,
    display_name: PersonName,
    phone: Option<Phone>,
    address: Option<Address>,
    language: Language,
    zone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoRequest {
    student: AccountName,
    price: Price,
    subject: Option<Subject>,
    area: Option<Area>,
    note: Option<Note>,
    pay: bool,
}

/// Makes the accounts that are missing, and the requests if the log is empty.
///
/// # Errors
/// If something can't be made.
pub async fn seed(service: &Service) -> anyhow::Result<()> {
    let demo: Demo = serde_json::from_str(include_str!("../../data/demo.json")).context("data/demo.json")?;
    for account in demo.accounts {
        if service.accounts.by_name(&account.name).is_some() {
            continue;
        }
        let new = NewAccount {
            name: account.name,
            password: Secret(account.password),
            role: account.role,
            display_name: account.display_name,
            phone: account.phone,
            address: account.address,
            language: account.language,
            zone: Zone::new(&account.zone)?,
            approved: true,
        };
        service.accounts.create(new, service.clock.now()).await?;
    }
    if *service.log.head().borrow() > Seq(0) {
        return Ok(());
    }
    for request in demo.requests {
        let account = service.accounts.by_name(&request.student).context("a demo request of nobody")?;
        let sender = Sender { account: account.id, role: account.role };
        let DemoRequest { price, subject, area, note, pay, .. } = request;
        let offer = Command::RequestMatch(RequestMatch { price, subject, area, note });
        let done = service.dispatch.command(sender, CommandId::generate(), offer).await?;
        if pay {
            let pay = Command::PayMatch(PayMatch { match_id: done.match_id });
            service.dispatch.command(sender, CommandId::generate(), pay).await?;
        }
    }
    Ok(())
}
