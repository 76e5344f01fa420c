//! From login to finish by commands: as JSON for scripts, as text for people.

use matching_protocol::{Role, Status};
use serde_json::{Value, json};

use crate::person::Person;
use crate::real_server::{PASSWORD, RealServer};

/// The fields of an object that a test names.
fn only(value: &Value, fields: &[&str]) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), value[*field].clone())).collect()
}

#[test]
fn with_json_each_command_prints_one_document() {
    let server = RealServer::start();
    server.account("minji", Role::Student, "김민지");
    let student = Person::at(server.url());
    let login = student.run_with_input(&["login", "minji", "--password-stdin", "--json"], PASSWORD);
    let account: Value = serde_json::from_str(&login.out).unwrap();
    let expected = json!({"name": "minji", "display_name": "김민지", "role": "student"});
    assert_eq!(only(&account, &["name", "display_name", "role"]), expected);
    assert_eq!(student.json(&["whoami"]), account);
    let teacher = Person::teacher(&server);

    let ask = ["request", "--price", "5만원", "--subject", "수학", "--area", "마포구", "--note", "저녁에요"];
    let requested = json!({"match_id": 1, "status": "MatchRequested", "seq": 1});
    assert_eq!(student.json(&ask), requested);
    assert_eq!(teacher.json(&["pending"]), json!([]), "not on the board before it is paid");
    let paid = json!({"match_id": 1, "status": "PaymentApproved", "seq": 3});
    assert_eq!(student.json(&["pay", "1"]), paid);

    let board = teacher.json(&["pending"]);
    let offer =
        json!({"match_id": 1, "price": 50_000, "subject": "수학", "area": "마포구", "note": "저녁에요"});
    assert_eq!(only(&board[0], &["match_id", "price", "subject", "area", "note"]), offer);
    let confirm = ["confirm", "1", "--name", "박선생", "--at", "2126-12-01 19:00"];
    let confirmed = json!({"match_id": 1, "status": "VisitAssigned", "seq": 4});
    assert_eq!(teacher.json(&confirm), confirmed);
    assert_eq!(teacher.json(&["pending"]), json!([]));

    let visits = teacher.json(&["visits"]);
    let contact = json!({"name": "김민지", "phone": "010-minji", "address": "house of minji"});
    assert_eq!((&visits[0]["status"], &visits[0]["student"]), (&json!("assigned"), &contact));
    let visit = json!({"teacher_name": "박선생", "visit_at": "2126-12-01T10:00:00Z"});
    let shown = student.json(&["show", "1"]);
    assert_eq!((&shown["status"], &shown["money"]), (&json!("VisitAssigned"), &json!("held")));
    assert_eq!(only(&shown["visit"], &["teacher_name", "visit_at"]), visit);
    let page = student.json(&["my-page"]);
    assert_eq!((&page[0]["status"], &page[0]["visit"]), (&json!("VisitAssigned"), &shown["visit"]));
    assert_eq!(page[0]["teacher_contact"], json!({"name": "박준호", "phone": "010-junho"}));
    assert_eq!(student.json(&["classes"])[0]["status"], json!("open"));

    let finished = json!({"match_id": 1, "status": "ClassFinished", "seq": 5});
    assert_eq!(teacher.json(&["finish", "1"]), finished);
    let shown = student.json(&["show", "1"]);
    assert_eq!((&shown["status"], &shown["money"]), (&json!("ClassFinished"), &json!("paid_out")));
    assert_eq!(student.json(&["classes"])[0]["status"], json!("finished"));
    let visits = teacher.json(&["visits"]);
    assert_eq!((&visits[0]["status"], visits[0].get("student")), (&json!("finished"), None));
    let timeline = student.json(&["timeline", "1"]);
    let happened: Vec<_> = timeline.as_array().unwrap().iter().map(|event| &event["type"]).collect();
    let whole = ["MatchRequested", "PaymentRequested", "PaymentApproved", "VisitAssigned", "ClassFinished"];
    assert_eq!(happened, whole);
}

#[test]
fn without_it_they_print_text_for_people() {
    let server = RealServer::start();
    server.account("minji", Role::Student, "김민지");
    let student = Person::at(server.url());
    let login = student.run_with_input(&["login", "minji", "--password-stdin"], PASSWORD);
    let account = "account: 1\nname: minji\ndisplay_name: 김민지\nrole: student\nzone: Asia/Seoul\n";
    assert_eq!(login.out, account);
    assert_eq!(student.done(&["whoami"]), account);
    let teacher = Person::teacher(&server);

    assert_eq!(
        student.done(&["request", "--price", "50k", "--subject", "수학", "--area", "Mapo"]),
        "match_id: 1\nstatus: MatchRequested\n"
    );
    assert_eq!(student.done(&["pay", "1"]), "match_id: 1\nstatus: PaymentApproved\n");
    let board = teacher.done(&["pending"]);
    assert!(board.starts_with("match_id  price    subject  area  asked_at "), "{board}");
    assert!(board.contains("\n1         ₩50,000  수학     Mapo"), "{board}");
    assert_eq!(
        teacher.done(&["confirm", "1", "--name", "박선생", "--at", "2126-12-01 19:00"]),
        "match_id: 1\nstatus: VisitAssigned\n"
    );
    let visits = teacher.done(&["visits"]);
    let row =
        "1         assigned  2126-12-01 19:00 KST  ₩50,000  수학     김민지   010-minji  house of minji\n";
    assert!(visits.ends_with(row), "{visits}");
    let shown = student.done(&["show", "1"]);
    let known = "match_id: 1\nstatus: VisitAssigned\nmoney: held\nprice: ₩50,000\nsubject: 수학\narea: Mapo\n\
                 teacher_name: 박선생\nvisit_at: 2126-12-01 19:00 KST\n";
    assert!(shown.starts_with(known), "{shown}");
    let page = student.done(&["my-page"]);
    let row =
        "1         VisitAssigned  held   ₩50,000  수학     박선생        2126-12-01 19:00 KST  010-junho\n";
    assert!(page.ends_with(row), "{page}");
    assert_eq!(teacher.done(&["finish", "1"]), "match_id: 1\nstatus: ClassFinished\n");
    let classes = student.done(&["classes"]);
    assert!(classes.contains("\n1         finished  박선생"), "{classes}");
    let timeline = student.done(&["timeline", "1"]);
    let told: Vec<&str> = timeline.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(told, ["seq", "1", "2", "3", "4", "5"]);
    assert!(timeline.contains("VisitAssigned     박선생, 2126-12-01 19:00 KST\n"), "{timeline}");
    assert_eq!(student.done(&["logout"]), "");
    assert!(!student.session.exists(), "the login is forgotten");
}

#[test]
fn a_cancel_gives_the_money_back_and_calls_the_visit_off() {
    let server = RealServer::start();
    let (student, teacher) = (Person::student(&server), Person::teacher(&server));
    let id = student.requests_and_pays().to_string();
    teacher.done(&["confirm", &id, "--name", "박선생", "--at", "2126-12-01 19:00"]);
    assert_eq!(student.json(&["cancel", &id])["status"], json!("MatchCanceled"));
    server.after(1, Status::PaymentCanceled);
    server.after(1, Status::VisitCanceled);
    let shown = student.json(&["show", &id]);
    assert_eq!(shown["money"], json!("given_back"));
    let visits = teacher.json(&["visits"]);
    assert_eq!((&visits[0]["status"], visits[0].get("student")), (&json!("canceled"), None));
    assert_eq!(student.json(&["classes"])[0]["status"], json!("closed"));
    assert_eq!(student.refused(&["cancel", &id]), "already_canceled");
    assert_eq!(teacher.refused(&["finish", &id]), "match_canceled");
}

#[test]
fn a_withdrawn_visit_is_for_other_teachers() {
    let server = RealServer::start();
    let (student, teacher) = (Person::student(&server), Person::teacher(&server));
    let other = Person::new(&server, "sora", Role::Teacher, "Sora Han");
    let id = student.requests_and_pays().to_string();
    let confirm = ["confirm", &id, "--name", "박선생", "--at", "2126-12-01 19:00"];
    teacher.done(&confirm);
    assert_eq!(other.refused(&confirm), "already_assigned");
    let withdrawn = teacher.json(&["withdraw", &id, "--reason", "감기에 걸렸어요"]);
    assert_eq!(withdrawn["status"], json!("VisitWithdrawn"));
    assert_eq!(teacher.json(&["pending"]), json!([]));
    assert_eq!(teacher.refused(&confirm), "withdrawn_before");
    assert_eq!(other.json(&["pending"])[0]["match_id"], json!(1));
    other.done(&["confirm", &id, "--name", "Sora", "--at", "2126-12-02 10:00"]);
    let timeline = student.done(&["timeline", &id]);
    assert!(timeline.contains("감기에 걸렸어요"), "{timeline}");
}
