//! The statements: accounts and refresh tokens as rows.

use std::str::FromStr;

use matching_protocol::{AccountId, AccountName, ErrorCode, Language, Role, Time};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::store::failure;
use crate::ports::accounts::{Account, AccountState, AccountsError, NewAccount};

/// So many logins of one account stay good; the oldest are revoked beyond that.
const TOKENS: u32 = 1_000;

const COLUMNS: &str =
    "id, name, role, state, epoch, display_name, phone, address, language, zone, created_at, password_hash";

pub fn by_id(connection: &Connection, id: AccountId) -> rusqlite::Result<Option<Account>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE id = ?1"))?
        .query_row([id.0], account)
        .optional()
}

/// An account with its password's hash.
pub fn by_name(connection: &Connection, name: &AccountName) -> rusqlite::Result<Option<(Account, String)>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE name = ?1"))?
        .query_row([name.as_str()], |row| Ok((account(row)?, row.get("password_hash")?)))
        .optional()
}

/// At most `limit` accounts behind this number, in their order.
pub fn page(connection: &Connection, after: i64, limit: u32) -> rusqlite::Result<Vec<Account>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE id > ?1 ORDER BY id LIMIT ?2"))?
        .query_map(params![after, limit], account)?
        .collect()
}

pub fn insert(
    connection: &Connection,
    new: &NewAccount,
    password_hash: &str,
    now: Time,
) -> Result<Account, AccountsError> {
    let state = if new.approved { AccountState::Active } else { AccountState::Pending };
    let account = connection
        .prepare_cached(&format!(
            "INSERT INTO accounts (name, password_hash, role, state, display_name, phone, address, language, zone, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (name) DO NOTHING RETURNING {COLUMNS}"
        ))
        .and_then(|mut insert| {
            let values = params![
                new.name.as_str(),
                password_hash,
                new.role.as_str(),
                state.as_str(),
                new.display_name.as_str(),
                new.phone.as_ref().map(|phone| phone.as_str()),
                new.address.as_ref().map(|address| address.as_str()),
                new.language.as_str(),
                new.zone.as_str(),
                now.as_millis()
            ];
            insert.query_row(values, account).optional()
        })
        .map_err(failure)?;
    account.ok_or(AccountsError::Refused(ErrorCode::NameTaken))
}

/// Nothing is issued or voided: who waited may come in, and who was disabled has no tokens.
pub fn approve(connection: &Connection, name: &AccountName) -> Result<Account, AccountsError> {
    change(connection, name, "state = 'active'", [])
}

/// Voids all tokens.
pub fn disable(connection: &Connection, name: &AccountName) -> Result<Account, AccountsError> {
    let account = change(connection, name, "state = 'disabled', epoch = epoch + 1", [])?;
    delete_tokens(connection, account.id)?;
    Ok(account)
}

/// Voids all tokens.
pub fn set_password(
    connection: &Connection,
    name: &AccountName,
    password_hash: &str,
) -> Result<Account, AccountsError> {
    let account =
        change(connection, name, "password_hash = :hash, epoch = epoch + 1", [(":hash", password_hash)])?;
    delete_tokens(connection, account.id)?;
    Ok(account)
}

fn change<const N: usize>(
    connection: &Connection,
    name: &AccountName,
    assignments: &'static str,
    values: [(&str, &str); N],
) -> Result<Account, AccountsError> {
    let mut named: Vec<(&str, &dyn rusqlite::ToSql)> = Vec::with_capacity(N + 1);
    let name = name.as_str();
    named.push((":name", &name));
    for (key, value) in &values {
        named.push((key, value));
    }
    connection
        .prepare_cached(&format!("UPDATE accounts SET {assignments} WHERE name = :name RETURNING {COLUMNS}"))
        .and_then(|mut update| update.query_row(&named[..], account).optional())
        .map_err(failure)?
        .ok_or(AccountsError::Refused(ErrorCode::NotFound))
}

/// A refresh token as it is stored.
pub struct Token {
    pub hash: Vec<u8>,
    pub account: AccountId,
    pub epoch: u32,
    pub expires_at: Time,
}

/// Refused if the account's tokens became void since the password was checked.
pub fn insert_token(connection: &Connection, token: &Token, now: Time) -> Result<(), AccountsError> {
    let insert = || -> rusqlite::Result<usize> {
        connection
            .prepare_cached("DELETE FROM refresh_tokens WHERE account = ?1 AND expires_at <= ?2")?
            .execute(params![token.account.0, now.as_millis()])?;
        connection
            .prepare_cached(
                "DELETE FROM refresh_tokens WHERE hash IN
                 (SELECT hash FROM refresh_tokens WHERE account = ?1 ORDER BY created_at DESC LIMIT -1 OFFSET ?2)",
            )?
            .execute(params![token.account.0, TOKENS - 1])?;
        connection
            .prepare_cached(
                "INSERT INTO refresh_tokens (hash, account, epoch, created_at, expires_at)
                 SELECT ?1, id, epoch, ?4, ?5 FROM accounts WHERE id = ?2 AND epoch = ?3 AND state = 'active'",
            )?
            .execute(params![
                token.hash,
                token.account.0,
                token.epoch,
                now.as_millis(),
                token.expires_at.as_millis()
            ])
    };
    match insert().map_err(failure)? {
        0 => Err(AccountsError::Refused(ErrorCode::Unauthenticated)),
        _ => Ok(()),
    }
}

pub fn token(connection: &Connection, hash: &[u8]) -> rusqlite::Result<Option<Token>> {
    let token = |row: &Row<'_>| {
        Ok(Token {
            hash: row.get("hash")?,
            account: AccountId(row.get("account")?),
            epoch: row.get("epoch")?,
            expires_at: Time::from_millis(row.get("expires_at")?),
        })
    };
    connection
        .prepare_cached("SELECT hash, account, epoch, expires_at FROM refresh_tokens WHERE hash = ?1")?
        .query_row([hash], token)
        .optional()
}

pub fn delete_token(connection: &Connection, hash: &[u8]) -> Result<(), AccountsError> {
    connection
        .prepare_cached("DELETE FROM refresh_tokens WHERE hash = ?1")
        .and_then(|mut delete| delete.execute([hash]))
        .map_err(failure)?;
    Ok(())
}

fn delete_tokens(connection: &Connection, account: AccountId) -> Result<(), AccountsError> {
    connection
        .prepare_cached("DELETE FROM refresh_tokens WHERE account = ?1")
        .and_then(|mut delete| delete.execute([account.0]))
        .map_err(failure)?;
    Ok(())
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: AccountId(row.get("id")?),
        name: word(row, "name")?,
        role: word::<Role>(row, "role")?,
        state: word::<AccountState>(row, "state")?,
        epoch: row.get("epoch")?,
        display_name: word(row, "display_name")?,
        phone: optional_word(row, "phone")?,
        address: optional_word(row, "address")?,
        language: word::<Language>(row, "language")?,
        zone: row.get("zone")?,
        created_at: Time::from_millis(row.get("created_at")?),
    })
}

fn word<T: FromStr>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    optional_word(row, column)?.ok_or_else(|| unreadable(row, column))
}

fn optional_word<T: FromStr>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| unreadable(row, column))).transpose()
}

fn unreadable(row: &Row<'_>, column: &str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(FromSqlError::InvalidType))
}

#[cfg(test)]
mod tests {
    use matching_protocol::PersonName;

    use super::*;
    use crate::ports::accounts::Zone;

    fn with_minji() -> (Connection, Account) {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(include_str!("0001_accounts.sql")).expect("a schema");
        let new = NewAccount {
            name: AccountName::new("minji").expect("a name"),
            password: matching_protocol::Secret(String::new()),
            role: Role::Student,
            display_name: PersonName::new("Minji").expect("a name"),
            phone: None,
            address: None,
            language: Language::En,
            zone: Zone::new("UTC").expect("a zone"),
            approved: true,
        };
        let account = insert(&connection, &new, "hash", Time::from_millis(0)).expect("an account");
        (connection, account)
    }

    fn token_of(account: &Account, number: u32) -> Token {
        Token {
            hash: number.to_be_bytes().to_vec(),
            account: account.id,
            epoch: account.epoch,
            expires_at: Time::from_millis(1_000_000),
        }
    }

    #[test]
    fn a_login_that_a_new_password_or_a_disabling_overtook_gets_no_token() {
        let (connection, account) = with_minji();
        let issue = |account| insert_token(&connection, &token_of(account, 1), Time::from_millis(1));
        let changed = set_password(&connection, &account.name, "other").expect("changed");
        assert_eq!(issue(&account).map_err(|e| e.code()), Err(ErrorCode::Unauthenticated));
        disable(&connection, &account.name).expect("disabled");
        assert_eq!(issue(&changed).map_err(|e| e.code()), Err(ErrorCode::Unauthenticated));
    }

    #[test]
    fn the_oldest_of_too_many_logins_is_revoked() {
        let (connection, account) = with_minji();
        for number in 0..=TOKENS {
            let at = Time::from_millis(i64::from(number));
            insert_token(&connection, &token_of(&account, number), at).expect("a token");
        }
        let is_there = |number: u32| token(&connection, &number.to_be_bytes()).expect("a read").is_some();
        assert_eq!((is_there(0), is_there(1), is_there(TOKENS)), (false, true, true));
    }

    #[test]
    fn expired_tokens_are_swept_at_the_next_login() {
        let (connection, account) = with_minji();
        insert_token(&connection, &token_of(&account, 1), Time::from_millis(1)).expect("a token");
        let later = Time::from_millis(1_000_000);
        let next = Token { expires_at: Time::from_millis(2_000_000), ..token_of(&account, 2) };
        insert_token(&connection, &next, later).expect("a token");
        assert!(token(&connection, &1u32.to_be_bytes()).expect("a read").is_none());
    }
}
