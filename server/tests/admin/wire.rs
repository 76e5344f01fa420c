//! The admin socket itself: what is no call is refused, and nothing that is sent can hurt the server.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::{Value, json};

use super::program::{Server, on};
use super::seed::seeded;

/// Sends this and reads every line of the answer.
fn send(data: &Path, line: &[u8]) -> Vec<Value> {
    let mut stream = UnixStream::connect(data.join("admin.sock")).expect("a connection");
    let mut answers = BufReader::new(stream.try_clone().expect("the same")).lines();
    let ready = answers.next().expect("a line").expect("UTF-8");
    assert_eq!(ready, json!({"ready": concat!("matching-server/", env!("CARGO_PKG_VERSION"))}).to_string());
    // The server may have refused before it has read all of it.
    let _ = stream.write_all(line);
    answers.map_while(Result::ok).map(|line| serde_json::from_str(&line).expect("JSON")).collect()
}

#[test]
fn a_call_is_one_line_and_its_answer_ends_with_done() {
    let (_folder, data) = seeded();
    let _server = Server::start(&data);
    let answers = send(&data, b"{\"request\":{\"matches_show\":3}}\n");
    assert_eq!(
        (answers.len(), &answers[0]["row"]["match"]["match_id"], &answers[1]),
        (2, &json!(3), &json!("done"))
    );
    let refused = send(&data, b"{\"language\":\"ko\",\"request\":{\"matches_show\":4}}\n");
    assert_eq!(
        refused[0]["refused"]["message"],
        json!("4번 매칭이 없습니다. matches list에서 확인해 주세요")
    );
}

#[test]
fn what_is_no_call_is_refused_and_the_server_goes_on() {
    let (_folder, data) = seeded();
    let _server = Server::start(&data);
    let too_long = [b"{\"request\":\"".as_slice(), &vec![b'x'; 70 * 1024], b"\"}\n"].concat();
    let calls = [
        b"hello\n".as_slice(),
        b"\xff\xfe\n",
        b"{\"request\":\"everything\"}\n",
        b"{\"request\":{\"matches_show\":0}}\n",
        b"{\"request\":\"status\",\"by\":\"admin:root\"}\n",
        &too_long,
    ];
    for call in calls {
        let answers = send(&data, call);
        // What is sent beyond the limit may cut the connection before the refusal is read.
        for answer in &answers {
            assert_eq!(answer["refused"]["code"], json!("invalid_frame"), "{answer}");
        }
        assert!(answers.len() == 1 || call.len() > 64 * 1024, "{answers:?}");
    }
    assert_eq!(on(&data, &["status"]).code, 0);
}

#[test]
fn connections_that_say_nothing_do_not_keep_others_out() {
    let (_folder, data) = seeded();
    let server = Server::start(&data);
    let silent: Vec<UnixStream> =
        (0..20).map(|_| UnixStream::connect(data.join("admin.sock")).expect("a connection")).collect();
    assert_eq!(on(&data, &["status"]).code, 0);
    drop(silent);
    assert_eq!(server.stop().0, 0);
}
