//! What goes on while a context is down.

use matching_protocol::{ContextName, Status};
use serde_json::json;

use crate::person::Person;
use crate::real_server::RealServer;

#[test]
fn with_visit_down_a_student_asks_pays_cancels_and_sees_it() {
    let server = RealServer::start();
    let (student, teacher) = (Person::student(&server), Person::teacher(&server));
    server.service.views.stop(ContextName::Visit);
    assert_eq!(teacher.refused(&["pending"]), "context_unavailable");
    assert_eq!(teacher.refused(&["visits"]), "context_unavailable");
    let (kept, canceled) = (student.requests_and_pays(), student.requests_and_pays());
    let confirm = ["confirm", &kept.to_string(), "--name", "박선생", "--at", "2126-12-01 19:00"];
    assert_eq!(teacher.refused(&confirm), "context_unavailable");
    student.done(&["cancel", &canceled.to_string()]);
    server.after(canceled, Status::PaymentCanceled);
    let shown = student.json(&["show", &canceled.to_string()]);
    assert_eq!((&shown["status"], &shown["money"]), (&json!("PaymentCanceled"), &json!("given_back")));
    assert_eq!(student.json(&["my-page"]).as_array().unwrap().len(), 2);

    server.service.views.start(ContextName::Visit);
    server.after(canceled, Status::VisitCanceled);
    let board = teacher.json(&["pending"]);
    let listed: Vec<_> = board.as_array().unwrap().iter().map(|row| &row["match_id"]).collect();
    assert_eq!(listed, [&json!(kept)], "what was paid meanwhile is there, once");
    teacher.done(&confirm);
}

#[test]
fn with_mypage_down_show_still_tells_where_a_match_stands() {
    let server = RealServer::start();
    let student = Person::student(&server);
    server.service.views.stop(ContextName::Mypage);
    let id = student.requests_and_pays().to_string();
    assert_eq!(student.refused(&["my-page"]), "context_unavailable");
    assert_eq!(student.json(&["show", &id])["status"], json!("PaymentApproved"));
    server.service.views.start(ContextName::Mypage);
    assert_eq!(student.json(&["my-page"])[0]["status"], json!("PaymentApproved"));
}
