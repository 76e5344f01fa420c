//! Accounts as others and their owners see them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AccountId, AccountName, Address, PersonName, Phone};

/// The two languages of the service.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Language {
    /// The language as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Ko => "ko",
        }
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Language {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Language::En),
            "ko" => Ok(Language::Ko),
            _ => Err("use en or ko".to_owned()),
        }
    }
}

/// What an account may do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks for lessons.
    Student,
    /// Gives them.
    Teacher,
    /// Sees all and changes nothing; what an admin does is done at the server's machine.
    Admin,
}

impl Role {
    /// The role as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Student => "student",
            Role::Teacher => "teacher",
            Role::Admin => "admin",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Role::Student, Role::Teacher, Role::Admin]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| "use student, teacher or admin".to_owned())
    }
}

/// An account as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccountView {
    /// Its number.
    pub account: AccountId,
    /// The name to log in with.
    pub name: AccountName,
    /// The name that others see.
    pub display_name: PersonName,
    /// What it may do.
    pub role: Role,
    /// In which language to speak.
    pub language: Language,
    /// The IANA time zone.
    pub zone: String,
}

/// How to reach a person: shown to the other side of an assigned visit only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// The account's display name.
    pub name: PersonName,
    /// If there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// A student's, for the assigned teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}
