//! The log's port by one story, which every adapter passes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{
    AccountId, Actor, CommandId, Done, ErrorCode, Event, MatchId, Price, Recorded, Seq, Status, Time,
};
use matching_server::outbound::event_log::memory::MemoryLog;
use matching_server::outbound::event_log::sqlite::SqliteLog;
use matching_server::ports::EventLog;
use matching_server::ports::event_log::{
    Append, AppendError, Appended, CommandRecord, History, ReplyRecord, StoredCommand,
};
use tempfile::TempDir;

/// Each chapter is a test for each adapter.
macro_rules! story {
    ($($chapter:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $chapter() {
                let folder = super::TempDir::new().expect("a folder");
                super::$chapter(super::open(folder.path())).await;
            })*
        }
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $chapter() {
                super::$chapter(std::sync::Arc::new(super::MemoryLog::default())).await;
            })*
        }
    };
}

story! {
    an_append_is_read_back_in_its_place
    an_append_that_has_not_seen_the_last_event_conflicts
    several_events_of_one_append_stand_together_or_not_at_all
    a_repeated_command_gets_the_stored_reply
    a_command_that_conflicts_is_not_kept
    a_refusal_is_kept_if_events_were_appended_with_it
    a_pending_command_is_settled_with_the_outcome
    a_page_begins_behind_a_place_and_has_a_limit
    whoever_follows_the_head_reads_everything_once_in_order
    concurrent_appends_leave_no_gap
    of_two_that_saw_the_same_one_wins
}

const LIMIT: Duration = Duration::from_secs(60);

fn open(folder: &Path) -> Arc<dyn EventLog> {
    Arc::new(SqliteLog::open(&folder.join("log.sqlite")).expect("a log"))
}

fn id(number: i64) -> MatchId {
    MatchId::new(number).expect("a match id")
}

fn at(minute: i64) -> Time {
    Time::from_millis(1_795_000_000_000 + minute * 60_000)
}

fn price() -> Price {
    Price::new(50_000).expect("a price")
}

fn requested() -> Event {
    Event::MatchRequested { student: AccountId(7), price: price(), subject: None, area: None, note: None }
}

fn intent() -> Event {
    Event::PaymentRequested {
        provider: "test".to_owned(),
        key: "key".to_owned(),
        attempt: 1,
        amount: price(),
    }
}

fn approved() -> Event {
    Event::PaymentApproved { amount: price() }
}

fn canceled() -> Event {
    Event::MatchCanceled { reason: None }
}

fn append(seen: &History, match_id: MatchId, events: impl IntoIterator<Item = Event>) -> Append {
    Append {
        match_id,
        expected: seen.version(),
        events: events.into_iter().collect(),
        at: at(0),
        by: Actor::Account(AccountId(7)),
        command: None,
        settles: None,
    }
}

fn command(id: CommandId, body: i64, reply: Option<ReplyRecord>) -> CommandRecord {
    CommandRecord { account: AccountId(7), id, body, reply }
}

fn fresh(appended: Result<Appended, AppendError>) -> Vec<Arc<Recorded>> {
    match appended {
        Ok(Appended::Fresh(events)) => events,
        other => panic!("not appended: {other:?}"),
    }
}

fn read(log: &Arc<dyn EventLog>, number: i64) -> Arc<History> {
    log.read_match(id(number)).expect("a history")
}

/// Appends to what stands there now.
async fn add(log: &Arc<dyn EventLog>, number: i64, events: Vec<Event>) -> Vec<Arc<Recorded>> {
    fresh(log.append(append(&read(log, number), id(number), events)).await)
}

fn everything(log: &Arc<dyn EventLog>) -> Vec<Arc<Recorded>> {
    log.read_after(Seq(0), 1_000_000).expect("events")
}

fn places(events: &[Arc<Recorded>]) -> Vec<u64> {
    events.iter().map(|event| event.seq.0).collect()
}

async fn an_append_is_read_back_in_its_place(log: Arc<dyn EventLog>) {
    assert_eq!(everything(&log), vec![]);
    assert_eq!(*log.head().borrow(), Seq(0));
    assert_eq!(*read(&log, 5), History::default());
    assert_eq!(log.highest_match(), Ok(0));

    let mut first = append(&History::default(), id(5), [requested()]);
    first.at = at(3);
    first.by = Actor::Admin("root".to_owned());
    let expected = Arc::new(Recorded {
        seq: Seq(1),
        match_id: id(5),
        version: 1,
        at: at(3),
        by: Actor::Admin("root".to_owned()),
        event: requested(),
    });
    assert_eq!(log.append(first).await, Ok(Appended::Fresh(vec![Arc::clone(&expected)])));
    let other = add(&log, 2, vec![requested()]).await;
    assert_eq!((other[0].seq, other[0].version), (Seq(2), 1));
    let next = add(&log, 5, vec![intent()]).await;
    assert_eq!((next[0].seq, next[0].version), (Seq(3), 2));

    assert_eq!(read(&log, 5).events, vec![expected, Arc::clone(&next[0])]);
    assert_eq!(log.read_match_again(id(5)), log.read_match(id(5)), "from where it is stored");
    assert_eq!(places(&everything(&log)), [1, 2, 3]);
    assert_eq!(*log.head().borrow(), Seq(3));
    assert_eq!(log.highest_match(), Ok(5));
    assert!(log.is_writable());
}

async fn an_append_that_has_not_seen_the_last_event_conflicts(log: Arc<dyn EventLog>) {
    let none = History::default();
    add(&log, 1, vec![requested()]).await;
    let one = read(&log, 1);
    add(&log, 1, vec![intent()]).await;

    for stale in [&none, &one] {
        let conflict = log.append(append(stale, id(1), [canceled()])).await;
        assert_eq!(conflict, Err(AppendError::Conflict));
    }
    let ahead = log.append(append(&one, id(2), [requested()])).await;
    assert_eq!(ahead, Err(AppendError::Conflict), "what is expected is not there");
    assert_eq!(places(&everything(&log)), [1, 2], "nothing was appended");
    assert_eq!(*log.head().borrow(), Seq(2));
    assert_eq!(places(&add(&log, 1, vec![canceled()]).await), [3], "no place was lost");
}

async fn several_events_of_one_append_stand_together_or_not_at_all(log: Arc<dyn EventLog>) {
    let appended = add(&log, 1, vec![requested(), intent(), approved()]).await;
    let places: Vec<_> = appended.iter().map(|event| (event.seq.0, event.version)).collect();
    assert_eq!(places, [(1, 1), (2, 2), (3, 3)]);
    let conflict = log.append(append(&History::default(), id(1), [canceled(), approved()])).await;
    assert_eq!(conflict, Err(AppendError::Conflict));
    assert_eq!(everything(&log), appended);
}

async fn a_repeated_command_gets_the_stored_reply(log: Arc<dyn EventLog>) {
    let (key, none) = (CommandId::generate(), History::default());
    assert_eq!(log.command(AccountId(7), key), Ok(None));
    let with = |match_id, body, reply| Append {
        command: Some(command(key, body, Some(reply))),
        ..append(&none, match_id, [requested(), intent()])
    };
    let first = with(id(1), 11, ReplyRecord::Done(Status::PaymentRequested));
    assert_eq!(places(&fresh(log.append(first).await)), [1, 2]);
    let done = Done { match_id: id(1), status: Status::PaymentRequested, seq: Seq(2) };
    let stored = StoredCommand { body: 11, reply: Some(Ok(done)) };
    assert_eq!(log.command(AccountId(7), key), Ok(Some(stored)));

    // The same id again, on a stream where nothing conflicts; whatever its body, the first stands.
    for (match_id, body) in [(id(2), 11), (id(2), 12)] {
        let again = with(match_id, body, ReplyRecord::Done(Status::MatchCanceled));
        assert_eq!(log.append(again).await, Ok(Appended::Repeated(stored)));
    }
    assert_eq!(places(&everything(&log)), [1, 2]);
    assert_eq!(log.command(AccountId(7), key), Ok(Some(stored)));

    // Another account's id is another command.
    let mut other = with(id(2), 13, ReplyRecord::Done(Status::PaymentRequested));
    if let Some(command) = &mut other.command {
        command.account = AccountId(8);
    }
    assert_eq!(log.command(AccountId(8), key), Ok(None));
    assert_eq!(places(&fresh(log.append(other).await)), [3, 4]);
}

async fn a_command_that_conflicts_is_not_kept(log: Arc<dyn EventLog>) {
    add(&log, 1, vec![requested()]).await;
    let key = CommandId::generate();
    let cancel = |seen: &History| Append {
        command: Some(command(key, 1, Some(ReplyRecord::Done(Status::MatchCanceled)))),
        ..append(seen, id(1), [canceled()])
    };
    assert_eq!(log.append(cancel(&History::default())).await, Err(AppendError::Conflict));
    assert_eq!(log.command(AccountId(7), key), Ok(None));
    assert_eq!(places(&fresh(log.append(cancel(&read(&log, 1))).await)), [2]);
    assert_eq!(
        log.append(cancel(&History::default())).await,
        Err(AppendError::Conflict),
        "a conflict counts before a repeat"
    );
}

async fn a_refusal_is_kept_if_events_were_appended_with_it(log: Arc<dyn EventLog>) {
    let key = CommandId::generate();
    let declined = Append {
        command: Some(command(key, 1, Some(ReplyRecord::Refused(ErrorCode::PaymentDeclined)))),
        ..append(&History::default(), id(1), [requested()])
    };
    fresh(log.append(declined).await);
    let stored = StoredCommand { body: 1, reply: Some(Err(ErrorCode::PaymentDeclined)) };
    assert_eq!(log.command(AccountId(7), key), Ok(Some(stored)));
}

async fn a_pending_command_is_settled_with_the_outcome(log: Arc<dyn EventLog>) {
    let (key, other) = (CommandId::generate(), CommandId::generate());
    for (number, key) in [(1, key), (2, other)] {
        let pay = Append {
            command: Some(command(key, number, None)),
            ..append(&History::default(), id(number), [requested(), intent()])
        };
        fresh(log.append(pay).await);
    }
    let pending = StoredCommand { body: 1, reply: None };
    assert_eq!(log.command(AccountId(7), key), Ok(Some(pending)));
    let again =
        Append { command: Some(command(key, 1, None)), ..append(&read(&log, 1), id(1), [canceled()]) };
    assert_eq!(log.append(again).await, Ok(Appended::Repeated(pending)), "a repeat while it is pending");

    // What does not settle it leaves it pending; so does what settles another match.
    add(&log, 1, vec![canceled()]).await;
    assert_eq!(log.command(AccountId(7), key), Ok(Some(pending)));
    let outcome = Append {
        settles: Some(ReplyRecord::Refused(ErrorCode::MatchCanceled)),
        ..append(&read(&log, 1), id(1), [approved()])
    };
    fresh(log.append(outcome).await);
    let settled = StoredCommand { body: 1, reply: Some(Err(ErrorCode::MatchCanceled)) };
    assert_eq!(log.command(AccountId(7), key), Ok(Some(settled)));
    assert_eq!(
        log.command(AccountId(7), other),
        Ok(Some(StoredCommand { body: 2, reply: None })),
        "another match's command is still pending"
    );

    let outcome = Append {
        settles: Some(ReplyRecord::Done(Status::PaymentApproved)),
        ..append(&read(&log, 2), id(2), [approved()])
    };
    let seq = fresh(log.append(outcome).await)[0].seq;
    let done = Done { match_id: id(2), status: Status::PaymentApproved, seq };
    let settled = StoredCommand { body: 2, reply: Some(Ok(done)) };
    assert_eq!(log.command(AccountId(7), other), Ok(Some(settled)), "with the place of the outcome");

    // A reply that is there is not changed by a later outcome.
    let later = Append {
        settles: Some(ReplyRecord::Refused(ErrorCode::PaymentDeclined)),
        ..append(&read(&log, 2), id(2), [canceled()])
    };
    fresh(log.append(later).await);
    assert_eq!(log.command(AccountId(7), other), Ok(Some(settled)));
}

async fn a_page_begins_behind_a_place_and_has_a_limit(log: Arc<dyn EventLog>) {
    for number in 1..=5 {
        add(&log, number, vec![requested(), intent()]).await;
    }
    let page = |after, limit| places(&log.read_after(Seq(after), limit).expect("a page"));
    assert_eq!(page(0, 3), [1, 2, 3]);
    assert_eq!(page(3, 3), [4, 5, 6]);
    assert_eq!(page(8, 3), [9, 10]);
    assert_eq!(page(10, 3), [0; 0]);
    assert_eq!(page(1_000, 3), [0; 0]);
    assert_eq!(page(4, 1_000), [5, 6, 7, 8, 9, 10]);
}

async fn whoever_follows_the_head_reads_everything_once_in_order(log: Arc<dyn EventLog>) {
    const EVENTS: u64 = 300;
    let follow = |log: Arc<dyn EventLog>| async move {
        let (mut head, mut read) = (log.head(), Vec::new());
        while read.len() < EVENTS as usize {
            let after = Seq(read.len() as u64);
            let end = *head.borrow_and_update();
            if end > after {
                let events = log.read_after(after, 7).expect("events");
                assert!(!events.is_empty(), "the head is at {end}, and nothing is behind {after}");
                read.extend(events);
            } else {
                tokio::time::timeout(LIMIT, head.changed()).await.expect("hangs").expect("a log");
            }
        }
        read
    };
    let followers = [tokio::spawn(follow(Arc::clone(&log))), tokio::spawn(follow(Arc::clone(&log)))];
    for number in 1..=(EVENTS as i64 / 3) {
        add(&log, number, vec![requested()]).await;
        add(&log, number, vec![intent(), approved()]).await;
        assert!(*log.head().borrow() >= Seq(number as u64 * 3), "the head is there before the answer");
    }
    for follower in followers {
        assert_eq!(follower.await.expect("followed"), everything(&log));
    }
}

async fn concurrent_appends_leave_no_gap(log: Arc<dyn EventLog>) {
    const WRITERS: i64 = 16;
    const EACH: i64 = 60;
    let write = |log: Arc<dyn EventLog>, writer: i64| async move {
        let mut acknowledged = Vec::new();
        for round in 0..EACH {
            let match_id = id((writer * 7 + round) % 10 + 1);
            let mut seen = log.read_match(match_id).expect("a history");
            loop {
                match log.append(append(&seen, match_id, [intent(), approved()])).await {
                    Ok(Appended::Fresh(events)) => break acknowledged.extend(events),
                    Err(AppendError::Conflict) => {
                        seen = log.read_match_again(match_id).expect("a history");
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        acknowledged
    };
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(Arc::clone(&log), writer))).collect();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.expect("written"));
    }
    acknowledged.sort_by_key(|event| event.seq);
    let stored = everything(&log);
    assert_eq!(acknowledged, stored, "what was acknowledged is there, and nothing else");
    assert_eq!(places(&stored), (1..=(WRITERS * EACH * 2) as u64).collect::<Vec<_>>());
    let mut versions: HashMap<MatchId, u32> = HashMap::new();
    for event in &stored {
        let version = versions.entry(event.match_id).or_default();
        *version += 1;
        assert_eq!(event.version, *version, "of {}", event.match_id);
    }
}

async fn of_two_that_saw_the_same_one_wins(log: Arc<dyn EventLog>) {
    for number in 1..=100 {
        add(&log, number, vec![requested()]).await;
        let seen = read(&log, number);
        let (one, two) = tokio::join!(
            log.append(append(&seen, id(number), [intent()])),
            log.append(append(&seen, id(number), [canceled()]))
        );
        let won = [&one, &two].into_iter().filter(|appended| appended.is_ok()).count();
        let lost = [&one, &two].into_iter().filter(|&appended| *appended == Err(AppendError::Conflict));
        assert_eq!((won, lost.count()), (1, 1), "{one:?}, {two:?}");
        assert_eq!(read(&log, number).events.len(), 2);
    }
}

/// What only a log on disk can show.
mod reopened {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn everything_is_there_under_the_same_log_id() {
        let folder = TempDir::new().expect("a folder");
        let (done, pending) = (CommandId::generate(), CommandId::generate());
        let log = open(folder.path());
        let (log_id, none) = (log.id(), History::default());
        fresh(
            log.append(Append {
                command: Some(command(done, 1, Some(ReplyRecord::Done(Status::MatchRequested)))),
                ..append(&none, id(1), [requested()])
            })
            .await,
        );
        fresh(
            log.append(Append {
                command: Some(command(pending, 2, None)),
                ..append(&none, id(9), [requested(), intent()])
            })
            .await,
        );
        add(&log, 1, vec![canceled()]).await;
        let (stored, history) = (everything(&log), read(&log, 1));
        let commands = [log.command(AccountId(7), done), log.command(AccountId(7), pending)];
        drop(log);

        let log = open(folder.path());
        assert_eq!(log.id(), log_id);
        assert_eq!(*log.head().borrow(), Seq(4));
        assert_eq!(log.highest_match(), Ok(9));
        assert_eq!(everything(&log), stored);
        assert_eq!(read(&log, 1), history);
        assert_eq!([log.command(AccountId(7), done), log.command(AccountId(7), pending)], commands);
        let outcome = Append {
            settles: Some(ReplyRecord::Done(Status::PaymentApproved)),
            ..append(&read(&log, 9), id(9), [approved()])
        };
        assert_eq!(places(&fresh(log.append(outcome).await)), [5], "and it goes on behind the last");
        let settled = Done { match_id: id(9), status: Status::PaymentApproved, seq: Seq(5) };
        assert_eq!(
            log.command(AccountId(7), pending),
            Ok(Some(StoredCommand { body: 2, reply: Some(Ok(settled)) }))
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn another_folder_has_another_log_id() {
        let (one, two) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        assert_ne!(open(one.path()).id(), open(two.path()).id());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_no_longer_in_memory_is_read_from_the_disk() {
        const EVENTS: i64 = 40_000;
        let folder = TempDir::new().expect("a folder");
        let log = open(folder.path());
        for number in 1..=EVENTS / 1_000 {
            add(&log, number, std::iter::repeat_n(approved(), 1_000).collect()).await;
        }
        let whole = places(&log.read_after(Seq(0), EVENTS as usize).expect("events"));
        assert_eq!(whole, (1..=EVENTS as u64).collect::<Vec<_>>());
        for after in [0, 1, 20_000, 23_615, 23_616, 23_617, 39_999] {
            let page = places(&log.read_after(Seq(after), 3).expect("a page"));
            assert_eq!(page, (after + 1..=EVENTS as u64).take(3).collect::<Vec<_>>());
        }
    }
}
