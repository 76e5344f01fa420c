//! From a request to its answer, by the contract: who sent it, what it asks for, what goes wrong on the way.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Sandbox;
use super::book::{BookError, Received};
use super::faults::{Drawn, Fault, Operation};
use crate::outbound::payment::contract::{
    CHARGES, ChargeOrder, ChargePage, ChargeRecord, EndOrder, KEY_HEADER, MAX_REQUEST, MAX_SKEW, Problem,
    ProblemCode, SIGNATURE_HEADER, TIME_HEADER,
};
use crate::outbound::payment::signature::Signed;

/// How many times 'later' a request is held that nobody is to hear of.
const SILENCE: u32 = 4;
const PAGE: i64 = 100;
const LONGEST_PAGE: i64 = 500;

/// What a request asks for.
#[derive(Clone)]
enum Asked {
    Charge(ChargeOrder),
    LookUp(String),
    Close(String, EndOrder),
    Cancel(String, EndOrder),
}

pub async fn answer(State(sandbox): State<Arc<Sandbox>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("", |path| path.as_str()).to_owned();
    let Ok(body) = to_bytes(body, MAX_REQUEST).await else {
        return problem(ProblemCode::TooLarge, "a request has at most 16 KiB");
    };
    if let Err(code) = let_in(&sandbox, head.method.as_str(), &path, &head.headers, &body) {
        return problem(code, "see the contract: how requests are signed");
    }
    match asked(head.method.as_str(), &path, &head.headers, &body) {
        Ok(Some(asked)) => carried_out(sandbox, asked).await,
        Ok(None) => list(&sandbox, &path).await,
        Err(what) => problem(ProblemCode::BadRequest, &what),
    }
}

/// Whether the request was signed with the secret, and just now.
fn let_in(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), ProblemCode> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let time = text(TIME_HEADER).and_then(|time| time.parse::<i64>().ok());
    let (Some(time), Some(signature)) = (time, text(SIGNATURE_HEADER)) else {
        return Err(ProblemCode::BadSignature);
    };
    if !sandbox.key.verifies(Signed { time, method, path, body }, signature) {
        return Err(ProblemCode::BadSignature);
    }
    let now = sandbox.clock.now().as_millis().div_euclid(1_000);
    if now.abs_diff(time) > MAX_SKEW.unsigned_abs() { Err(ProblemCode::StaleTime) } else { Ok(()) }
}

/// What is asked for; `None` for the list.
fn asked(method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Option<Asked>, String> {
    let (path, _) = path.split_once('?').unwrap_or((path, ""));
    let behind = path.strip_prefix(CHARGES).filter(|behind| behind.is_empty() || behind.starts_with('/'));
    let parts: Vec<&str> = behind.ok_or("there is no such path")?.split('/').skip(1).collect();
    let (key, asked) = match (method, parts.as_slice()) {
        ("GET", []) => return Ok(None),
        ("POST", []) => {
            let order: ChargeOrder = parsed(body)?;
            (order.key.clone(), Asked::Charge(order))
        }
        ("GET", [key]) => ((*key).to_owned(), Asked::LookUp((*key).to_owned())),
        ("POST", [key, "close"]) => ((*key).to_owned(), Asked::Close((*key).to_owned(), parsed(body)?)),
        ("POST", [key, "cancel"]) => ((*key).to_owned(), Asked::Cancel((*key).to_owned(), parsed(body)?)),
        _ => return Err("there is no such path and method".to_owned()),
    };
    let fits = (1..=200).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !fits {
        return Err("a key has 1 to 200 of a to z, 0 to 9, - and _".to_owned());
    }
    if headers.get(KEY_HEADER).is_none_or(|header| header.as_bytes() != key.as_bytes()) {
        return Err("the header Idempotency-Key is not the charge's key".to_owned());
    }
    match &asked {
        Asked::Charge(ChargeOrder { amount, .. })
        | Asked::Close(_, EndOrder { amount, .. })
        | Asked::Cancel(_, EndOrder { amount, .. })
            if *amount <= 0 =>
        {
            Err("an amount lies above zero".to_owned())
        }
        _ => Ok(Some(asked)),
    }
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not as the contract says: {error}"))
}

/// On a task of its own: what has arrived is carried out, whether or not its sender waits for the answer.
async fn carried_out(sandbox: Arc<Sandbox>, asked: Asked) -> Response {
    let (operation, key) = match &asked {
        Asked::Charge(order) => (Operation::Charge, order.key.clone()),
        Asked::LookUp(key) => (Operation::LookUp, key.clone()),
        Asked::Close(key, _) => (Operation::Close, key.clone()),
        Asked::Cancel(key, _) => (Operation::Cancel, key.clone()),
    };
    let drawn = sandbox.faults.draw(operation, &key);
    tracing::debug!(?operation, key, ?drawn, "asked");
    let carried_out = tokio::spawn(with_faults(sandbox, asked, drawn)).await;
    carried_out.unwrap_or_else(|_| problem(ProblemCode::Failed, "the sandbox failed"))
}

async fn with_faults(sandbox: Arc<Sandbox>, asked: Asked, drawn: Drawn) -> Response {
    let later = sandbox.faults.mix().after;
    match drawn.fault {
        Fault::None => act(&sandbox, asked, drawn).await,
        Fault::ErrorBefore => problem(ProblemCode::Failed, "an error, as was asked for; nothing was done"),
        Fault::ErrorAfter => {
            act(&sandbox, asked, drawn).await;
            problem(ProblemCode::Failed, "an error, as was asked for; it was done")
        }
        Fault::Silent => {
            act(&sandbox, asked, drawn).await;
            silence(later).await
        }
        Fault::Late => {
            tokio::time::sleep(later).await;
            act(&sandbox, asked, drawn).await;
            silence(later).await
        }
        Fault::Double => {
            let response = act(&sandbox, asked.clone(), drawn).await;
            tokio::spawn(async move {
                tokio::time::sleep(later).await;
                act(&sandbox, asked, drawn).await;
            });
            response
        }
    }
}

async fn silence(later: Duration) -> Response {
    tokio::time::sleep(later * SILENCE).await;
    problem(ProblemCode::Failed, "nobody was to hear of it")
}

async fn act(sandbox: &Sandbox, asked: Asked, drawn: Drawn) -> Response {
    let done = match asked {
        Asked::Charge(order) => charge(sandbox, order, drawn).await,
        Asked::LookUp(key) => {
            tokio::time::sleep(drawn.half).await;
            sandbox.book.with(move |book| book.look_up(&key)).await
        }
        Asked::Close(key, order) => {
            tokio::time::sleep(drawn.half).await;
            sandbox.book.with(move |book| book.close(&key, &order)).await
        }
        Asked::Cancel(key, order) => {
            tokio::time::sleep(drawn.half).await;
            sandbox.book.with(move |book| book.cancel(&key, &order)).await
        }
    };
    tokio::time::sleep(drawn.half).await;
    match done {
        Ok(Some(record)) => {
            tracing::info!(key = record.key, amount = record.amount, status = ?record.status, "answered");
            json(StatusCode::OK, &record)
        }
        Ok(None) => problem(ProblemCode::UnknownKey, "nothing was ever received under this key"),
        Err(BookError::KeyReused) => {
            problem(ProblemCode::KeyReused, "the key was used with another amount or payer")
        }
        Err(BookError::Failed(error)) => {
            tracing::error!(%error, "the book failed");
            problem(ProblemCode::Failed, "the book failed")
        }
    }
}

async fn charge(
    sandbox: &Sandbox,
    order: ChargeOrder,
    drawn: Drawn,
) -> Result<Option<ChargeRecord>, BookError> {
    let key = order.key.clone();
    match sandbox.book.with(move |book| book.receive(&order)).await? {
        Received::Known(record) => return Ok(Some(record)),
        Received::New => {}
    }
    tokio::time::sleep(drawn.half).await;
    let declined = drawn.decline.then_some("not_enough_money");
    sandbox.book.with(move |book| book.decide(&key, declined)).await
}

async fn list(sandbox: &Sandbox, path: &str) -> Response {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let number = |name: &str| {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        value.map_or(Ok(None), |value| value.parse::<i64>().map(Some))
    };
    let (Ok(after), Ok(limit)) = (number("after"), number("limit")) else {
        return problem(ProblemCode::BadRequest, "after and limit are whole numbers");
    };
    let (after, limit) = (after.unwrap_or(0), limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE));
    match sandbox.book.with(move |book| book.list(after, limit)).await {
        Ok(rows) => {
            let full = rows.len() as i64 >= limit;
            let next = rows.last().filter(|_| full).map(|(number, _)| *number);
            let charges = rows.into_iter().map(|(_, record)| record).collect();
            json(StatusCode::OK, &ChargePage { charges, next })
        }
        Err(error) => {
            tracing::error!(%error, "the book can't be read");
            problem(ProblemCode::Failed, "the book can't be read")
        }
    }
}

fn problem(code: ProblemCode, message: &str) -> Response {
    let status = match code {
        ProblemCode::UnknownKey => StatusCode::NOT_FOUND,
        ProblemCode::KeyReused | ProblemCode::StillPending => StatusCode::CONFLICT,
        ProblemCode::BadSignature | ProblemCode::StaleTime => StatusCode::UNAUTHORIZED,
        ProblemCode::BadRequest => StatusCode::BAD_REQUEST,
        ProblemCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemCode::Failed | ProblemCode::Other => StatusCode::INTERNAL_SERVER_ERROR,
    };
    json(status, &Problem { code, message: message.to_owned() })
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer can't be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
