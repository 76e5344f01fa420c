//! `accounts`: who may come in.

use matching_protocol::{
    AccountId, AccountName, Address, ContextName, ErrorCode, Language, NewPassword, PageOf, PersonName,
    Phone, Role, Secret, Time, VisitRow, VisitStatus,
};
use serde::{Deserialize, Serialize};

use super::answer::{Admin, Answers, Ended, Outcome, next_page};
use super::refusal::{Note, Refusal};
use super::request::{AddAccount, SetPassword};
use super::table::{self, Column};
use crate::contexts::visit;
use crate::ports::accounts::{Account, AccountsError, NewAccount, Zone};

/// An account as an admin sees it.
#[derive(Serialize, Deserialize)]
pub struct AccountRow {
    pub account: AccountId,
    pub name: AccountName,
    pub role: Role,
    pub state: String,
    pub display_name: PersonName,
    pub phone: Option<Phone>,
    pub address: Option<Address>,
    pub language: Language,
    pub zone: String,
    pub created_at: Time,
}

/// A disabled account, and what a teacher leaves behind; `None` if it can't be read.
#[derive(Serialize, Deserialize)]
pub struct Disabled {
    #[serde(flatten)]
    account: AccountRow,
    open_visits: Option<Vec<VisitRow>>,
}

impl From<&Account> for AccountRow {
    fn from(account: &Account) -> Self {
        AccountRow {
            account: account.id,
            name: account.name.clone(),
            role: account.role,
            state: account.state.as_str().to_owned(),
            display_name: account.display_name.clone(),
            phone: account.phone.clone(),
            address: account.address.clone(),
            language: account.language,
            zone: account.zone.clone(),
            created_at: account.created_at,
        }
    }
}

pub async fn add(admin: &Admin, by: &str, add: AddAccount, answers: &Answers) -> Outcome {
    check(&add.password, answers).await?;
    let display_name = match add.display_name {
        Some(name) => name,
        None => PersonName::new(add.name.as_str())?,
    };
    let account = NewAccount {
        name: add.name,
        password: add.password,
        role: add.role,
        display_name,
        phone: add.phone,
        address: add.address,
        language: add.language,
        zone: Zone::new(&add.zone)?,
        approved: true,
    };
    let account = admin.service.accounts.create(account, admin.service.clock.now()).await?;
    tracing::info!(by, account = %account.id, role = %account.role, "admin: account added");
    answers.row(&AccountRow::from(account.as_ref())).await
}

/// What an admin sets may be shorter than what people may choose themselves.
async fn check(password: &Secret, answers: &Answers) -> Outcome {
    if password.0.is_empty() || password.0.chars().count() > 256 {
        return Err(Refusal::UnusablePassword.into());
    }
    match NewPassword::new(password.0.clone()) {
        Ok(_) => Ok(()),
        Err(_) => answers.note(Note::ShortPassword).await,
    }
}

pub async fn list(admin: &Admin, by: &str, answers: &Answers) -> Outcome {
    tracing::info!(by, "admin: accounts listed");
    let mut after = None;
    loop {
        let accounts = admin.service.accounts.page(after, PageOf::MAX)?;
        for account in &accounts {
            answers.row(&AccountRow::from(account.as_ref())).await?;
        }
        match accounts.last() {
            Some(last) if accounts.len() >= PageOf::MAX as usize => after = Some(last.id),
            _ => return Ok(()),
        }
    }
}

pub async fn approve(admin: &Admin, by: &str, name: AccountName, answers: &Answers) -> Outcome {
    let account = admin.service.accounts.approve(name.clone()).await.map_err(|error| named(error, name))?;
    tracing::info!(by, account = %account.id, "admin: account approved");
    answers.row(&AccountRow::from(account.as_ref())).await
}

pub async fn set_password(admin: &Admin, by: &str, set: SetPassword, answers: &Answers) -> Outcome {
    let SetPassword { name, password } = set;
    if admin.service.accounts.by_name(&name).is_none() {
        return Err(Refusal::NoAccount(name).into());
    }
    check(&password, answers).await?;
    let set = admin.service.accounts.set_password(name.clone(), password).await;
    let account = set.map_err(|error| named(error, name))?;
    tracing::info!(by, account = %account.id, "admin: password set");
    answers.row(&AccountRow::from(account.as_ref())).await
}

pub async fn disable(admin: &Admin, by: &str, name: AccountName, answers: &Answers) -> Outcome {
    let account = admin.service.accounts.disable(name.clone()).await.map_err(|error| named(error, name))?;
    tracing::info!(by, account = %account.id, "admin: account disabled");
    let open_visits = match account.role {
        Role::Student | Role::Admin => Some(Vec::new()),
        Role::Teacher => match open_visits(admin, account.id, answers).await {
            Ok(visits) => Some(visits),
            Err(Ended::Gone) => return Err(Ended::Gone),
            Err(Ended::Refused(_)) => {
                answers.note(Note::VisitsUnknown).await?;
                None
            }
        },
    };
    answers.row(&Disabled { account: account.as_ref().into(), open_visits }).await
}

async fn open_visits(admin: &Admin, teacher: AccountId, answers: &Answers) -> Result<Vec<VisitRow>, Ended> {
    let mut open = Vec::new();
    let mut page = Some(PageOf::default());
    while let Some(of) = page {
        let read = |connection: &_| visit::view::visits(connection, Some(teacher), &of);
        let visits = admin.read(ContextName::Visit, answers, read).await?;
        page = next_page(&visits, &of, |visit| visit.row.match_id);
        let rows = visits.into_iter().map(|visit| visit.row);
        open.extend(rows.filter(|row| row.status == VisitStatus::Assigned));
    }
    Ok(open)
}

fn named(error: AccountsError, name: AccountName) -> Ended {
    match error.code() {
        ErrorCode::NotFound => Refusal::NoAccount(name).into(),
        _ => error.into(),
    }
}

pub const COLUMNS: &[Column] = &[
    Column::number("ACCOUNT"),
    Column::text("NAME"),
    Column::text("ROLE"),
    Column::text("STATE"),
    Column::text("DISPLAY NAME"),
    Column::text("PHONE"),
    Column::text("CREATED"),
];

pub fn cells(row: &AccountRow) -> Vec<String> {
    vec![
        row.account.to_string(),
        row.name.to_string(),
        row.role.to_string(),
        row.state.clone(),
        row.display_name.to_string(),
        row.phone.as_ref().map(ToString::to_string).unwrap_or_default(),
        row.created_at.to_string(),
    ]
}

pub fn said(row: &AccountRow) -> String {
    let state = match row.state.as_str() {
        "active" => "may log in",
        "pending" => "waits for approval",
        _ => "is disabled",
    };
    format!("{} (account {}, {}) {state}", row.name, row.account, row.role)
}

pub fn disabled(disabled: &Disabled) -> String {
    let mut text = said(&disabled.account);
    let visits = disabled.open_visits.as_deref().unwrap_or_default();
    if visits.is_empty() {
        return text;
    }
    let columns = [Column::number("MATCH"), Column::text("MEETING"), Column::number("PRICE")];
    let cells =
        |row: &VisitRow| vec![row.match_id.to_string(), row.visit_at.to_string(), row.price.to_string()];
    text.push_str(
        "\nIts open visits; withdraw each with: matching-server matches withdraw ID --reason REASON\n",
    );
    text.push_str(&table::render(&columns, visits.iter().map(cells).collect()));
    text.trim_end().to_owned()
}
