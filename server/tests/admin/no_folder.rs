//! What needs no data folder, and what is said where there is none.

use super::program::{command, on, on_with, run, said};
use super::seed::place;

#[test]
fn a_command_that_finds_no_data_folder_says_so_and_makes_none() {
    let (_folder, data) = place();
    let reading = [
        "accounts list",
        "accounts approve kim",
        "accounts disable kim",
        "matches list",
        "matches show 1",
        "payments list",
        "balances",
        "contexts list",
        "contexts stop visit",
        "events tail",
        "events export",
        "views rebuild",
        "views rebuild --check",
        "verify",
        "status",
    ];
    for args in reading {
        let args: Vec<&str> = args.split(' ').chain(["--json"]).collect();
        let said = on(&data, &args);
        assert_eq!((said.refusal(), said.out.as_str()), ((2, "no_data_folder".to_owned()), ""), "{args:?}");
    }
    assert!(!data.exists());
}

#[test]
fn accounts_add_makes_the_folder() {
    let (_folder, data) = place();
    let added =
        on_with(&data, &["accounts", "add", "Kim", "--role", "teacher", "--password-stdin"], "hunter22\n");
    assert_eq!(
        (added.code, added.out.as_str(), added.err.as_str()),
        (0, "kim (account 1, teacher) may log in\n", "")
    );
    assert!(data.join("log.sqlite").exists());
}

#[test]
fn what_is_not_asked_for_as_it_has_to_be_exits_with_2() {
    let (_folder, data) = place();
    for args in [
        "",
        "accounts add kim --role teacher",
        "accounts add kim --role boss --password-stdin",
        "accounts add kim --role teacher --password-stdin --zone Mars/Olympus",
        "matches show 0",
        "matches cancel 1",
        "contexts stop everything",
    ] {
        let args: Vec<&str> = args.split_whitespace().collect();
        let said = on(&data, &args);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{args:?}");
    }
    let nothing = on(&data, &["accounts", "add", "kim", "--role", "teacher", "--password-stdin", "--json"]);
    assert_eq!(nothing.refusal(), (2, "usage".to_owned()));
    assert!(!data.exists());
}

#[test]
fn refusals_speak_the_persons_language() {
    let (_folder, data) = place();
    let said =
        said(command(&["status"]).env("LANG", "ko_KR.UTF-8").env("MATCHING_DATA", &data).output().unwrap());
    assert!(
        said.err.starts_with("no_data_folder: ") && said.err.contains("데이터 폴더가 없습니다"),
        "{}",
        said.err
    );
}

#[test]
fn the_schema_is_the_protocols() {
    let schema = run(&["schema"]);
    let printed: serde_json::Value = serde_json::from_str(&schema.out).unwrap();
    assert_eq!(printed, serde_json::to_value(matching_protocol::schema::protocol()).unwrap());
}

#[test]
fn completions_know_the_subcommands() {
    for shell in ["bash", "zsh", "fish"] {
        let completions = run(&["completions", shell]);
        assert_eq!(completions.code, 0);
        assert!(completions.out.contains("password-stdin") && completions.out.contains("rebuild"), "{shell}");
    }
}

#[test]
fn the_manual_has_the_exit_codes_and_a_page_for_each_command() {
    let page = run(&["man"]);
    assert!(page.out.starts_with(".ie") && page.out.contains("Exit codes"), "{}", page.out);
    let (folder, _) = place();
    let folder = folder.path();
    assert_eq!(run(&["man", "--dir", &folder.display().to_string()]).code, 0);
    for name in ["matching-server", "matching-server-accounts-add", "matching-server-views-rebuild"] {
        assert!(folder.join(format!("{name}.1")).exists(), "{name}");
    }
}

#[test]
fn the_help_leads_a_newcomer_to_the_first_accounts() {
    let help = run(&["--help"]);
    assert!(help.out.contains("accounts add kim --role teacher --password-stdin"), "{}", help.out);
    assert!(help.out.contains("Exit codes:"));
}
