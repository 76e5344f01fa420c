//! Another student, who asks and pays now and then, so that the board lives.

use std::time::Duration;

use matching_protocol::{
    Area, Body, Command, CommandId, ErrorCode, Login, Note, Outcome, PayMatch, Price, RequestMatch,
    ResultBody, SessionRequest, Subject,
};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::connection::{Live, LiveConfig, Update};

/// The account that it uses.
pub const NAME: &str = "seoyeon";

const EVERY: Duration = Duration::from_secs(20);

/// What is asked for, each once.
const REQUESTS: [(i64, &str, &str, &str); 12] = [
    (45_000, "영어 회화", "서울 서대문", "주말 오전이 좋아요"),
    (60_000, "수학 (고1)", "서울 마포", "내신 대비"),
    (38_000, "피아노 기초", "경기 고양", "집에 피아노 있어요"),
    (55_000, "물리 I", "서울 은평", "개념부터 차근차근"),
    (70_000, "코딩 (Python)", "서울 강남", "처음 배워요"),
    (42_000, "국어 독해", "인천 부평", "주 1회"),
    (50_000, "화학 I", "서울 송파", "모의고사 풀이"),
    (65_000, "IELTS", "서울 용산", "7.0 목표"),
    (35_000, "한국사", "경기 성남", "시험 3주 전"),
    (48_000, "중국어 회화", "서울 동작", "HSK 4급"),
    (52_000, "기하", "서울 노원", "벡터가 어려워요"),
    (40_000, "기타 (통기타)", "서울 성북", "코드 잡기부터"),
];

/// Asks and pays until everything on the list has been asked for. A connection that fails is a request less.
pub async fn run(config: LiveConfig, login: Login) {
    let (live, mut updates) = Live::start(config);
    let mut left = REQUESTS.iter();
    let mut ready = false;
    let mut turn = interval_at(Instant::now() + EVERY / 2, EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            update = updates.recv() => match update {
                None => return,
                Some(Update::SignedOut(_)) => send(&live, Body::Session(SessionRequest::Login(login.clone()))),
                Some(Update::SignedIn(_)) => ready = true,
                Some(Update::Offline { .. }) => ready = false,
                Some(Update::Reply(_, Outcome::Result(ResultBody::Done(done)))) => {
                    if done.status == matching_protocol::Status::MatchRequested {
                        send(&live, Body::Command(Command::PayMatch(PayMatch { match_id: done.match_id })));
                    }
                }
                Some(_) => {}
            },
            _ = turn.tick(), if ready => {
                let Some(next) = left.next() else { return };
                if let Ok(request) = request(*next) {
                    send(&live, Body::Command(Command::RequestMatch(request)));
                }
            }
        }
    }
}

fn send(live: &Live, body: Body) {
    // Not sent: the demo goes on with a request less.
    let _ = live.request(CommandId::generate(), body);
}

fn request((won, subject, area, note): (i64, &str, &str, &str)) -> Result<RequestMatch, ErrorCode> {
    Ok(RequestMatch {
        price: Price::new(won)?,
        subject: Some(Subject::new(subject)?),
        area: Some(Area::new(area)?),
        note: Some(Note::new(note)?),
    })
}
