//! What works the same on a running server and on the folder of a stopped one.

use std::path::Path;

use serde_json::{Value, json};

use super::program::{Server, on, on_with, run};
use super::seed::{EVENTS, seeded};

/// Tells the same story on a stopped server's folder and on a running server.
fn on_both(story: impl Fn(&Path)) {
    let (_folder, data) = seeded();
    story(&data);
    let (_folder, data) = seeded();
    let server = Server::start(&data);
    story(&data);
    assert_eq!(server.stop().0, 0);
}

fn of(row: &Value, keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| row[key].clone()).collect()
}

#[test]
fn accounts_are_added_listed_approved_and_disabled() {
    on_both(|data| {
        let add = [
            "accounts",
            "add",
            "sora",
            "--role",
            "student",
            "--password-stdin",
            "--display-name",
            "Sora",
            "--language",
            "en",
        ];
        let added = on_with(data, &[&add[..], &["--json"]].concat(), "long enough\r\n").document();
        assert_eq!(
            of(&added, &["account", "name", "state", "zone"]),
            [json!(3), json!("sora"), json!("active"), json!("Asia/Seoul")]
        );
        assert_eq!(added.get("password"), None);
        assert_eq!(
            on_with(data, &[&add[..], &["--json"]].concat(), "long enough").refusal(),
            (1, "name_taken".to_owned())
        );
        let disabled = on(data, &["accounts", "disable", "SORA", "--json"]).document();
        assert_eq!(of(&disabled, &["state", "open_visits"]), [json!("disabled"), json!([])]);
        assert_eq!(on(data, &["accounts", "approve", "sora"]).out, "sora (account 3, student) may log in\n");
        let names: Vec<Value> = on(data, &["accounts", "list", "--json"])
            .rows()
            .into_iter()
            .map(|row| row["name"].clone())
            .collect();
        assert_eq!(names, [json!("minji"), json!("junho"), json!("sora")]);
        let table = on(data, &["accounts", "list"]).out;
        assert!(table.starts_with("ACCOUNT  NAME   ROLE     STATE   DISPLAY NAME  PHONE"), "{table}");
        assert!(table.contains("\n      1  minji  student  active  김민지        010-1234-5678"), "{table}");
    });
}

#[test]
fn disabling_a_teacher_lists_the_open_visits() {
    on_both(|data| {
        let disabled = on(data, &["accounts", "disable", "junho"]);
        assert!(
            disabled.out.starts_with("junho (account 2, teacher) is disabled\nIts open visits;"),
            "{}",
            disabled.out
        );
        assert!(disabled.out.ends_with("    1  2099-12-01T10:00:00Z  ₩50,000\n"), "{}", disabled.out);
    });
}

#[test]
fn an_unknown_name_is_answered_with_where_to_look() {
    on_both(|data| {
        for args in [
            &["accounts", "approve", "nobody"][..],
            &["accounts", "disable", "nobody"],
            &["accounts", "password", "nobody", "--password-stdin"],
        ] {
            let said = on_with(data, args, "long enough");
            assert_eq!(
                (said.code, said.err.as_str()),
                (1, "not_found: no account nobody: see accounts list\n"),
                "{args:?}"
            );
        }
    });
}

#[test]
fn a_short_password_is_taken_with_a_warning_and_an_empty_one_refused() {
    on_both(|data| {
        let short = on_with(data, &["accounts", "password", "minji", "--password-stdin"], "short\n");
        assert_eq!((short.code, short.out.as_str()), (0, "minji (account 1, student) may log in\n"));
        assert!(short.err.starts_with("note: the password has fewer than 8 characters"), "{}", short.err);
        let empty = on_with(data, &["accounts", "password", "minji", "--password-stdin", "--json"], "\n");
        assert_eq!(empty.refusal(), (1, "invalid_password".to_owned()));
    });
}

#[test]
fn matches_are_listed_newest_first_with_the_names_of_people() {
    on_both(|data| {
        let rows = on(data, &["matches", "list", "--json"]).rows();
        let row =
            |row: &Value| of(row, &["match_id", "status", "money", "student_name", "teacher_account_name"]);
        assert_eq!(
            row(&rows[0]),
            [json!(3), json!("MatchRequested"), json!("none"), json!("minji"), json!(null)]
        );
        assert_eq!(
            row(&rows[1]),
            [json!(2), json!("PaymentApproved"), json!("held"), json!("minji"), json!(null)]
        );
        assert_eq!(
            row(&rows[2]),
            [json!(1), json!("VisitAssigned"), json!("held"), json!("minji"), json!("junho")]
        );
        assert_eq!(rows.len(), 3);
        let table = on(data, &["matches", "list"]).out;
        assert!(
            table
                .contains("\n    1  VisitAssigned    held   ₩50,000  minji    junho    2099-12-01T10:00:00Z"),
            "{table}"
        );
    });
}

#[test]
fn a_match_is_shown_with_its_timeline_and_the_money_that_moved() {
    on_both(|data| {
        let story = on(data, &["matches", "show", "1", "--json"]).document();
        assert_eq!(of(&story["student"], &["name", "phone"]), [json!("minji"), json!("010-1234-5678")]);
        let moments: Vec<Vec<Value>> = story["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .map(|moment| of(moment, &["seq", "type", "who"]))
            .collect();
        assert_eq!(
            moments,
            [
                [json!(1), json!("MatchRequested"), json!("minji")],
                [json!(2), json!("PaymentRequested"), json!("minji")],
                [json!(3), json!("PaymentApproved"), json!("minji")],
                [json!(4), json!("VisitAssigned"), json!("junho")],
            ]
        );
        let moved = json!([{"account": "student:1", "name": "minji", "amount": -50000}, {"account": "held", "name": null, "amount": 50000}]);
        assert_eq!(story["timeline"][2]["money"], moved);
        let shown = on(data, &["matches", "show", "1"]).out;
        assert!(shown.contains("student minji -50,000, held +50,000"), "{shown}");
        assert!(shown.contains("note     in<200B>visible"), "{shown}");
        assert_eq!(on(data, &["matches", "show", "9", "--json"]).refusal(), (1, "not_found".to_owned()));
    });
}

#[test]
fn an_admin_withdraws_and_cancels_with_a_reason_under_the_name_of_the_os_user() {
    let user =
        String::from_utf8(std::process::Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let by = json!(format!("admin:{}", user.trim()));
    on_both(|data| {
        let withdrawn = on(data, &["matches", "withdraw", "1", "--reason", "ill"]);
        assert_eq!((withdrawn.code, withdrawn.out.as_str()), (0, "match 1 is now VisitWithdrawn (seq 9)\n"));
        assert_eq!(
            on(data, &["matches", "withdraw", "1", "--reason", "ill", "--json"]).refusal(),
            (1, "not_assigned".to_owned())
        );
        let canceled = on(data, &["matches", "cancel", "3", "--reason", "moved away", "--json"]).document();
        assert_eq!(of(&canceled, &["match_id", "status"]), [json!(3), json!("MatchCanceled")]);
        assert_eq!(
            on(data, &["matches", "cancel", "3", "--reason", "again", "--json"]).refusal(),
            (1, "already_canceled".to_owned())
        );
        let events = on(data, &["events", "export"]).rows();
        let acts: Vec<&Value> = events.iter().filter(|event| event["by"] == by).collect();
        assert_eq!(
            acts.iter().map(|event| event["type"].clone()).collect::<Vec<_>>(),
            [json!("VisitWithdrawn"), json!("MatchCanceled")]
        );
        assert_eq!(acts[1]["data"], json!({"reason": "moved away"}));
    });
}

#[test]
fn payments_and_balances_show_where_the_money_is() {
    on_both(|data| {
        let payments = on(data, &["payments", "list", "--json"]).rows();
        let row = |row: &Value| of(row, &["match_id", "money", "amount", "provider"]);
        assert_eq!(
            payments.iter().map(row).collect::<Vec<_>>(),
            [
                [json!(2), json!("held"), json!(40000), json!("ledger")],
                [json!(1), json!("held"), json!(50000), json!("ledger")],
            ]
        );
        let book = on(data, &["balances", "--json"]).document();
        assert_eq!(
            book,
            json!({"balances": [
            {"account": "held", "name": null, "amount": 90000},
            {"account": "student:1", "name": "minji", "amount": -90000},
        ], "sum": 0})
        );
        assert!(on(data, &["balances"]).out.contains("\nstudent:1  minji  -90,000\n"));
    });
}

#[test]
fn the_export_is_the_whole_log_in_order() {
    on_both(|data| {
        let events = on(data, &["events", "export"]);
        let seqs: Vec<u64> = events.rows().iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (1..=EVENTS).collect::<Vec<_>>());
        let first: matching_protocol::Recorded =
            serde_json::from_str(events.out.lines().next().unwrap()).unwrap();
        assert_eq!((first.match_id.get(), first.version), (1, 1));
        assert_eq!(on(data, &["events", "export", "--json"]), events);
    });
}

#[test]
fn verify_and_the_comparison_of_views_find_nothing() {
    on_both(|data| {
        let found = on(data, &["verify", "--json"]).document();
        assert_eq!(found, json!({"events": EVENTS, "matches": 3, "violations": []}));
        let compared = on(data, &["views", "rebuild", "--check", "--json"]).document();
        let equal: Vec<Vec<Value>> =
            compared.as_array().unwrap().iter().map(|row| of(row, &["context", "equal"])).collect();
        let all = ["matching", "payment", "visit", "class", "mypage"];
        assert_eq!(equal, all.map(|context| vec![json!(context), json!(true)]));
        let rebuilt = on(data, &["views", "rebuild", "visit"]);
        assert_eq!((rebuilt.code, rebuilt.out.as_str()), (0, "visit: folded again up to seq 8\n"));
        assert_eq!(on(data, &["views", "rebuild", "--json"]).document().as_array().map(Vec::len), Some(5));
        assert_eq!(on(data, &["verify", "--json"]).document(), found);
    });
}

#[test]
fn data_and_json_may_stand_before_or_after_any_subcommand() {
    on_both(|data| {
        let data = data.display().to_string();
        // How far the views of a folder that was stopped have come is another matter at each look.
        let contexts = |args: &[&str]| -> Vec<Vec<Value>> {
            let said = run(args).document();
            said.as_array().unwrap().iter().map(|row| of(row, &["name", "state"])).collect()
        };
        let after = contexts(&["contexts", "list", "--data", &data, "--json"]);
        assert_eq!(after.len(), 5);
        assert_eq!(contexts(&["--data", &data, "--json", "contexts", "list"]), after);
        assert_eq!(contexts(&["contexts", "--json", "--data", &data, "list"]), after);
    });
}

#[test]
fn status_counts_what_waits() {
    on_both(|data| {
        let status = on(data, &["status", "--json"]).document();
        let counts = of(
            &status,
            &["head", "writable", "pending_visits", "payments_under_way", "refunds_going_back", "overdue"],
        );
        assert_eq!(counts, [json!(EVENTS), json!(true), json!(1), json!(0), json!(0), json!([])]);
        assert_eq!(
            status["contexts"][2],
            json!({"name": "visit", "state": "running", "error": null, "cursor": EVENTS, "lag": 0})
        );
    });
}
