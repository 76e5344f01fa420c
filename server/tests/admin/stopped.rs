//! What is particular to the folder of a stopped server, and to one that somebody holds.

use std::path::Path;

use matching_server::startup::Folder;
use rusqlite::Connection;
use serde_json::json;

use super::program::on;
use super::seed::seeded;

fn change(data: &Path, file: &str, sql: &str) {
    let connection = Connection::open(data.join(file)).expect("a database");
    assert_eq!(connection.execute(sql, []).expect("a change"), 1);
}

#[test]
fn what_needs_a_running_server_says_so() {
    let (_folder, data) = seeded();
    for args in [&["contexts", "stop", "visit"][..], &["contexts", "start", "visit"], &["events", "tail"]] {
        let said = on(&data, &[args, &["--json"]].concat());
        assert_eq!(said.refusal(), (1, "not_running".to_owned()), "{args:?}");
        assert!(said.err.contains("needs a running server"), "{}", said.err);
    }
}

#[test]
fn the_contexts_are_shown_as_they_stand_in_the_folder() {
    let (_folder, data) = seeded();
    let contexts = on(&data, &["contexts", "list"]);
    assert!(contexts.out.contains("\nvisit     running       8    0\n"), "{}", contexts.out);
    assert!(contexts.err.starts_with("note: no server runs on this data folder"), "{}", contexts.err);
}

#[test]
fn a_view_that_was_tampered_with_is_found_and_folded_again() {
    let (_folder, data) = seeded();
    change(&data, "mypage.sqlite", "UPDATE matches SET price = 1 WHERE match_id = 1");
    let compared = on(&data, &["views", "rebuild", "--check", "--json"]);
    assert_eq!(compared.refusal(), (1, "views_differ".to_owned()));
    let differ: Vec<_> =
        compared.rows()[0].as_array().unwrap().iter().filter(|row| row["equal"] == false).cloned().collect();
    assert_eq!((differ.len(), &differ[0]["context"]), (1, &json!("mypage")));
    assert_eq!(on(&data, &["views", "rebuild", "--check", "visit"]).code, 0);
    assert_eq!(on(&data, &["verify", "--json"]).refusal(), (1, "violations".to_owned()));
    assert_eq!(on(&data, &["views", "rebuild", "mypage"]).code, 0);
    assert_eq!(on(&data, &["views", "rebuild", "--check"]).code, 0);
    assert_eq!(on(&data, &["verify"]).code, 0);
}

#[test]
fn a_log_that_breaks_an_invariant_is_found() {
    let (_folder, data) = seeded();
    let declined = r#"UPDATE events SET type = 'PaymentDeclined', data = '{"reason":"no"}' WHERE seq = 3"#;
    change(&data, "log.sqlite", declined);
    let found = on(&data, &["verify"]);
    assert_eq!(found.code, 1);
    assert!(found.out.contains("\nmatch 1, seq 4: assigned without a payment\n"), "{}", found.out);
    assert!(found.err.starts_with("violations: violations found: "), "{}", found.err);
}

#[test]
fn a_folder_that_is_held_by_somebody_who_does_not_answer_is_out_of_reach() {
    let (_folder, data) = seeded();
    let _held = Folder::take(&data).expect("the folder");
    let said = on(&data, &["status", "--json"]);
    assert_eq!((said.refusal(), said.out.as_str()), ((3, "no_answer".to_owned()), ""));
    assert!(said.err.contains(&format!("(process {})", std::process::id())), "{}", said.err);
}

#[test]
fn a_folder_that_cannot_be_used_is_out_of_reach() {
    let (_folder, data) = seeded();
    std::fs::write(data.join("log.sqlite"), "this is no database, but a text of some length".repeat(100))
        .unwrap();
    assert_eq!(on(&data, &["status", "--json"]).refusal(), (3, "unusable".to_owned()));
}
