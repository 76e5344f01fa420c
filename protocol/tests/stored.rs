//! What a log stores of an event, and what it refuses to read.

use matching_protocol::Event;

#[test]
fn an_unknown_type_is_an_error_and_not_another_event() {
    assert!(Event::from_stored("MatchForgotten", "{}").is_err());
    assert!(Event::from_stored("MatchExpired\",\"x\":\"", "{}").is_err());
}

#[test]
fn data_that_does_not_fit_its_type_is_an_error() {
    assert!(Event::from_stored("PaymentApproved", "{}").is_err());
    assert!(Event::from_stored("PaymentApproved", "{\"amount\":0}").is_err());
    assert!(Event::from_stored("PaymentApproved", "{\"amount\":1},\"x\":{}").is_err());
    assert!(Event::from_stored("PaymentApproved", "").is_err());
}
