//! Accounts: who is let in, until when, and what ends it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use matching_protocol::{
    AccountId, AccountName, Address, ErrorCode, Language, NewPassword, PersonName, Phone, Register, Role,
    Secret, SignedIn, Time,
};
use matching_server::outbound::accounts::{ACCESS, FAILURES, HashCost, REFRESH, SqliteAccounts, WINDOW};
use matching_server::ports::accounts::{AccountState, Accounts, AccountsError, NewAccount};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse";

fn now() -> Time {
    "2026-11-24T10:00:00.5Z".parse().expect("a time")
}

fn after(duration: Duration) -> Time {
    now().plus(duration)
}

fn name(text: &str) -> AccountName {
    AccountName::new(text).expect("a name")
}

fn secret(text: &str) -> Secret {
    Secret(text.to_owned())
}

fn register(of: &str, role: Role) -> Register {
    Register {
        name: name(of),
        password: NewPassword::new(PASSWORD.to_owned()).expect("a password"),
        role,
        display_name: PersonName::new("김민지").expect("a name"),
        phone: Some(Phone::new("010-1234-5678").expect("a phone number")),
        address: Some(Address::new("서울 마포구").expect("an address")),
        language: Language::Ko,
        zone: "Asia/Seoul".to_owned(),
    }
}

fn new(of: &str, role: Role) -> NewAccount {
    NewAccount::registering(register(of, role)).expect("a registration")
}

fn open(folder: &Path) -> SqliteAccounts {
    SqliteAccounts::open(folder, HashCost::LEAST).expect("accounts")
}

/// A folder with one student, minji.
async fn with_minji() -> (TempDir, SqliteAccounts, AccountId) {
    let folder = TempDir::new().expect("a folder");
    let accounts = open(folder.path());
    let minji = accounts.create(new("minji", Role::Student), now()).await.expect("an account").id;
    (folder, accounts, minji)
}

async fn log_in(accounts: &SqliteAccounts, of: &str, password: &str) -> Result<SignedIn, ErrorCode> {
    code(accounts.log_in(name(of), secret(password), now()).await)
}

fn code<T>(result: Result<T, AccountsError>) -> Result<T, ErrorCode> {
    result.map_err(|error| error.code())
}

#[tokio::test]
async fn a_student_who_registers_comes_in_at_once() {
    let (_folder, accounts, minji) = with_minji().await;
    let fresh = accounts.sign_in(minji, now()).await.expect("signed in");
    let again = log_in(&accounts, "Minji", PASSWORD).await.expect("logged in");
    assert_eq!((fresh.account.account, fresh.account), (minji, again.account));
    assert_ne!(fresh.refresh_token, again.refresh_token);
}

#[tokio::test]
async fn a_teacher_who_registers_waits_for_approval() {
    let (_folder, accounts, _) = with_minji().await;
    let junho = accounts.create(new("junho", Role::Teacher), now()).await.expect("an account");
    assert_eq!(code(accounts.sign_in(junho.id, now()).await), Err(ErrorCode::AccountPending));
    assert_eq!(log_in(&accounts, "junho", PASSWORD).await, Err(ErrorCode::AccountPending));
    assert_eq!(log_in(&accounts, "junho", "wrong").await, Err(ErrorCode::Unauthenticated));
    let approved = accounts.approve(name("junho")).await.expect("approved");
    assert_eq!(approved.state, AccountState::Active);
    assert_eq!(log_in(&accounts, "junho", PASSWORD).await.expect("logged in").account.account, junho.id);
}

#[test]
fn nobody_registers_as_an_admin_or_in_a_zone_that_does_not_exist() {
    assert_eq!(NewAccount::registering(register("root", Role::Admin)), Err(ErrorCode::InvalidRole));
    for zone in ["Asia/Pyeongyang", "", "Etc/Unknown", "../zone"] {
        let register = Register { zone: zone.to_owned(), ..register("minji", Role::Student) };
        assert_eq!(NewAccount::registering(register), Err(ErrorCode::InvalidZone), "{zone:?}");
    }
    let shouted = Register { zone: "ASIA/SEOUL".to_owned(), ..register("minji", Role::Student) };
    assert_eq!(NewAccount::registering(shouted).expect("a registration").zone.as_str(), "Asia/Seoul");
}

#[tokio::test]
async fn a_name_is_taken_once_also_when_two_ask_at_once() {
    let folder = TempDir::new().expect("a folder");
    let accounts = open(folder.path());
    let both = join_all((0..2).map(|_| accounts.create(new("minji", Role::Student), now()))).await;
    let mut codes: Vec<_> = both.into_iter().map(|made| code(made).err()).collect();
    codes.sort_by_key(Option::is_some);
    assert_eq!(codes, [None, Some(ErrorCode::NameTaken)]);
}

#[tokio::test]
async fn an_empty_password_is_not_taken() {
    let (_folder, accounts, _) = with_minji().await;
    let empty = NewAccount { password: secret(""), ..new("sora", Role::Student) };
    assert_eq!(code(accounts.create(empty, now()).await), Err(ErrorCode::InvalidPassword));
    let set = accounts.set_password(name("minji"), secret("")).await;
    assert_eq!(code(set), Err(ErrorCode::InvalidPassword));
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_the_same_to_a_guesser_the_limit_included() {
    let (_folder, accounts, _) = with_minji().await;
    for of in ["minji", "nobody"] {
        for _ in 0..FAILURES {
            assert_eq!(log_in(&accounts, of, "wrong").await, Err(ErrorCode::Unauthenticated), "{of}");
        }
        let refused = accounts.log_in(name(of), secret(PASSWORD), after(Duration::from_secs(60))).await;
        let reply = refused.expect_err("limited").reply(Language::En);
        assert_eq!(
            (reply.code, reply.retry_after_ms),
            (ErrorCode::RateLimited, Some(14 * 60 * 1_000)),
            "{of}"
        );
    }
    let later = accounts.log_in(name("minji"), secret(PASSWORD), after(WINDOW)).await;
    assert!(code(later).is_ok());
}

#[tokio::test]
async fn guesses_that_were_queued_together_are_not_evaluated_beyond_the_limit() {
    let (_folder, accounts, _) = with_minji().await;
    let guesses = join_all((0..40).map(|_| log_in(&accounts, "minji", "wrong"))).await;
    let evaluated = guesses.iter().filter(|guess| **guess == Err(ErrorCode::Unauthenticated)).count();
    // Two are worked on at once: one may have begun before the other failed.
    assert!((FAILURES as usize..=FAILURES as usize + 1).contains(&evaluated), "{evaluated}");
    assert!(guesses.iter().all(|guess| guess.is_err()));
}

#[tokio::test]
async fn an_access_token_is_good_for_a_quarter_of_an_hour_over_restarts() {
    let (folder, accounts, minji) = with_minji().await;
    let signed_in = log_in(&accounts, "minji", PASSWORD).await.expect("logged in");
    assert!(signed_in.access_expires_at <= after(ACCESS));
    drop(accounts);

    let accounts = open(folder.path());
    let just_before = Time::from_millis(signed_in.access_expires_at.as_millis() - 1);
    let authenticated = accounts.authenticate(&signed_in.access_token, just_before).expect("good");
    assert_eq!(authenticated.account.id, minji);
    assert_eq!(authenticated.expires_at, signed_in.access_expires_at);
    let late = accounts.authenticate(&signed_in.access_token, signed_in.access_expires_at);
    assert_eq!(code(late), Err(ErrorCode::Unauthenticated));
}

#[tokio::test]
async fn a_token_of_another_server_or_of_nobody_is_void() {
    let (_folder, accounts, _) = with_minji().await;
    let (_other_folder, other, _) = with_minji().await;
    let foreign = log_in(&other, "minji", PASSWORD).await.expect("logged in");
    for token in [&foreign.access_token, &secret(""), &secret("a.b.c"), &foreign.refresh_token] {
        assert_eq!(code(accounts.authenticate(token, now())), Err(ErrorCode::Unauthenticated));
    }
    for token in [&foreign.refresh_token, &secret(""), &foreign.access_token] {
        assert_eq!(code(accounts.refresh(token, now())), Err(ErrorCode::Unauthenticated));
    }
}

#[tokio::test]
async fn a_refresh_token_brings_access_tokens_for_thirty_days_and_stays_the_same() {
    let (folder, accounts, minji) = with_minji().await;
    let signed_in = log_in(&accounts, "minji", PASSWORD).await.expect("logged in");
    drop(accounts);

    let accounts = open(folder.path());
    let later = after(REFRESH - Duration::from_millis(1));
    let refreshed = accounts.refresh(&signed_in.refresh_token, later).expect("refreshed");
    assert_eq!(refreshed.refresh_token, signed_in.refresh_token);
    assert_eq!(refreshed.refresh_expires_at, after(REFRESH));
    assert_eq!(accounts.authenticate(&refreshed.access_token, later).expect("good").account.id, minji);
    assert_eq!(
        code(accounts.refresh(&signed_in.refresh_token, after(REFRESH))),
        Err(ErrorCode::Unauthenticated)
    );
}

#[tokio::test]
async fn a_revoked_refresh_token_is_void_and_the_others_of_the_account_are_not() {
    let (_folder, accounts, _) = with_minji().await;
    let first = log_in(&accounts, "minji", PASSWORD).await.expect("logged in");
    let second = log_in(&accounts, "minji", PASSWORD).await.expect("logged in");
    accounts.revoke(first.refresh_token.clone()).await.expect("revoked");
    accounts.revoke(first.refresh_token.clone()).await.expect("void already");
    assert_eq!(code(accounts.refresh(&first.refresh_token, now())), Err(ErrorCode::Unauthenticated));
    assert!(accounts.refresh(&second.refresh_token, now()).is_ok());
}

#[tokio::test]
async fn a_new_password_voids_what_was_issued_before_and_tells_it() {
    let (_folder, accounts, minji) = with_minji().await;
    let mut voided = accounts.voided();
    let before = log_in(&accounts, "minji", PASSWORD).await.expect("logged in");
    let account = accounts.authenticate(&before.access_token, now()).expect("good").account;
    assert!(accounts.still_in(&account));

    accounts.set_password(name("minji"), secret("another one")).await.expect("set");
    assert_eq!(voided.try_recv(), Ok(minji));
    assert!(!accounts.still_in(&account));
    assert_eq!(code(accounts.authenticate(&before.access_token, now())), Err(ErrorCode::Unauthenticated));
    assert_eq!(code(accounts.refresh(&before.refresh_token, now())), Err(ErrorCode::Unauthenticated));
    assert_eq!(log_in(&accounts, "minji", PASSWORD).await, Err(ErrorCode::Unauthenticated));
    let again = log_in(&accounts, "minji", "another one").await.expect("logged in");
    assert!(accounts.authenticate(&again.access_token, now()).is_ok());
}

#[tokio::test]
async fn a_disabled_account_is_kept_out_until_it_is_approved_again() {
    let (folder, accounts, minji) = with_minji().await;
    let mut voided = accounts.voided();
    let before = log_in(&accounts, "minji", PASSWORD).await.expect("logged in");
    let account = accounts.disable(name("minji")).await.expect("disabled");
    assert_eq!(voided.try_recv(), Ok(minji));
    assert_eq!(accounts.get(minji), Some(account));

    assert_eq!(code(accounts.authenticate(&before.access_token, now())), Err(ErrorCode::AccountDisabled));
    assert_eq!(code(accounts.refresh(&before.refresh_token, now())), Err(ErrorCode::Unauthenticated));
    assert_eq!(log_in(&accounts, "minji", PASSWORD).await, Err(ErrorCode::AccountDisabled));
    assert_eq!(code(accounts.sign_in(minji, now()).await), Err(ErrorCode::AccountDisabled));
    assert_eq!(log_in(&accounts, "minji", "wrong").await, Err(ErrorCode::Unauthenticated));
    drop(accounts);

    let accounts = open(folder.path());
    assert_eq!(log_in(&accounts, "minji", PASSWORD).await, Err(ErrorCode::AccountDisabled));
    accounts.approve(name("minji")).await.expect("approved");
    assert!(log_in(&accounts, "minji", PASSWORD).await.is_ok());
    let old = accounts.authenticate(&before.access_token, now());
    assert_eq!(code(old), Err(ErrorCode::Unauthenticated), "what was voided stays void");
}

#[tokio::test]
async fn what_an_admin_does_to_an_unknown_name_is_not_found() {
    let (_folder, accounts, _) = with_minji().await;
    assert_eq!(code(accounts.approve(name("nobody")).await), Err(ErrorCode::NotFound));
    assert_eq!(code(accounts.disable(name("nobody")).await), Err(ErrorCode::NotFound));
    let set = accounts.set_password(name("nobody"), secret(PASSWORD)).await;
    assert_eq!(code(set), Err(ErrorCode::NotFound));
}

#[tokio::test]
async fn a_contact_has_an_address_for_students_only() {
    let (_folder, accounts, minji) = with_minji().await;
    let junho = accounts.create(new("junho", Role::Teacher), now()).await.expect("an account").id;
    let student = accounts.contact(minji).expect("a contact");
    assert_eq!(student.address.map(|address| address.as_str().to_owned()).as_deref(), Some("서울 마포구"));
    let teacher = accounts.contact(junho).expect("a contact");
    assert_eq!((teacher.address, teacher.phone), (None, student.phone));
    assert_eq!(accounts.contact(AccountId(99)), None);
}

#[tokio::test]
async fn all_accounts_come_in_pages_in_the_order_of_their_numbers() {
    let folder = TempDir::new().expect("a folder");
    let accounts = open(folder.path());
    for of in ["c", "a", "b"] {
        accounts.create(new(of, Role::Student), now()).await.expect("an account");
    }
    let first = accounts.page(None, 2).expect("a page");
    let second = accounts.page(first.last().map(|account| account.id), 2).expect("a page");
    let names: Vec<&str> = first.iter().chain(&second).map(|account| account.name.as_str()).collect();
    assert_eq!((first.len(), names), (2, vec!["c", "a", "b"]));
    assert_eq!(accounts.by_name(&name("a")).map(|account| account.id), Some(first[1].id));
    assert_eq!(accounts.by_name(&name("d")), None);
}

#[tokio::test]
async fn accounts_are_the_same_after_a_restart() {
    let (folder, accounts, minji) = with_minji().await;
    let before = accounts.get(minji).expect("an account");
    drop(accounts);
    assert_eq!(open(folder.path()).get(minji), Some(before));
}

#[tokio::test]
async fn the_files_are_the_owners_alone_and_hold_no_password_and_no_token() {
    let (folder, accounts, _) = with_minji().await;
    let signed_in = log_in(&accounts, "minji", PASSWORD).await.expect("logged in");
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        let entry = entry.expect("a file");
        let mode = entry.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        let bytes = std::fs::read(entry.path()).expect("a readable file");
        for secret in [PASSWORD, &signed_in.refresh_token.0, &signed_in.access_token.0] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
        seen.push(entry.file_name().into_string().expect("a name"));
    }
    seen.sort();
    assert_eq!(seen, ["accounts.sqlite", "accounts.sqlite-shm", "accounts.sqlite-wal", "token.key"]);
}

#[test]
fn a_key_that_is_short_or_that_others_can_read_is_not_used() {
    let folder = TempDir::new().expect("a folder");
    drop(open(folder.path()));
    let key = folder.path().join("token.key");
    let error = || SqliteAccounts::open(folder.path(), HashCost::LEAST).err().expect("refused").to_string();

    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).expect("chmod");
    assert!(error().contains("can be read by others"), "{}", error());
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("chmod");
    std::fs::write(&key, "short").expect("a write");
    assert!(error().contains("holds 5 bytes instead of 32"), "{}", error());
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let folder = TempDir::new().expect("a folder");
    drop(open(folder.path()));
    let file = rusqlite::Connection::open(folder.path().join("accounts.sqlite")).expect("a file");
    file.pragma_update(None, "user_version", 99).expect("a version");
    let error = SqliteAccounts::open(folder.path(), HashCost::LEAST).err().expect("refused").to_string();
    assert!(error.contains("newer version of this server (schema 99)"), "{error}");
}
