//! How a request to a payment provider proves who sent it: HMAC-SHA256 over time, method, path and body.

use aws_lc_rs::hmac;
use matching_protocol::Secret;

/// The least length of a secret, in bytes.
const LEAST: usize = 16;
const SCHEME: &str = "v1=";

/// A secret that the two sides share. Never shown.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

/// The secret is too short to protect money.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payment secret is too short: it needs at least {LEAST} characters")]
pub struct TooShort;

/// What is signed. The path is the one behind the provider's address, with its query.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Seconds since 1970, UTC.
    pub time: i64,
    /// In capitals.
    pub method: &'a str,
    /// Such as `/v1/charges`.
    pub path: &'a str,
    /// As it is sent.
    pub body: &'a [u8],
}

impl Signed<'_> {
    /// Three lines and the body: no line can hold a line break, so that nothing else has the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\n{}\n{}\n", self.time, self.method, self.path).into_bytes();
        bytes.extend_from_slice(self.body);
        bytes
    }
}

impl SigningKey {
    /// Of a secret's text.
    ///
    /// # Errors
    /// [`TooShort`].
    pub fn new(secret: &Secret) -> Result<SigningKey, TooShort> {
        let secret = secret.0.trim().as_bytes();
        if secret.len() < LEAST {
            return Err(TooShort);
        }
        Ok(SigningKey(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// The signature's header.
    pub fn sign(&self, signed: Signed<'_>) -> String {
        let tag = hmac::sign(&self.0, &signed.bytes());
        let digits = tag.as_ref().iter().map(|byte| format!("{byte:02x}"));
        std::iter::once(SCHEME.to_owned()).chain(digits).collect()
    }

    /// Whether the header is the signature of this request; takes the same time for every wrong one.
    pub fn verifies(&self, signed: Signed<'_>, header: &str) -> bool {
        let tag = header.strip_prefix(SCHEME).and_then(bytes_of);
        tag.is_some_and(|tag| hmac::verify(&self.0, &signed.bytes(), &tag).is_ok())
    }
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair {
        [high, low] => {
            let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            Some(digit(*high)? << 4 | digit(*low)?)
        }
        _ => None,
    };
    pairs.map(byte).collect()
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: Signed<'_> =
        Signed { time: 1_795_000_000, method: "POST", path: "/v1/charges", body: b"{}" };

    fn key(secret: &str) -> SigningKey {
        SigningKey::new(&Secret(secret.to_owned())).expect("long enough")
    }

    #[test]
    fn a_signature_is_that_of_one_request_and_one_secret() {
        let key_of_ours = key("sixteen and more characters");
        let header = key_of_ours.sign(SIGNED);
        assert!(key_of_ours.verifies(SIGNED, &header));
        for other in [
            Signed { time: 1_795_000_001, ..SIGNED },
            Signed { method: "GET", ..SIGNED },
            Signed { path: "/v1/charges/1", ..SIGNED },
            Signed { body: b"{} ", ..SIGNED },
        ] {
            assert!(!key_of_ours.verifies(other, &header), "{other:?}");
        }
        assert!(!key("another secret of some length").verifies(SIGNED, &header));
        for broken in ["", "v1=", "v1=zz", &header[3..], &header[..header.len() - 1]] {
            assert!(!key_of_ours.verifies(SIGNED, broken), "{broken}");
        }
    }

    /// The example in `data/payment-provider.openapi.yaml`.
    #[test]
    fn the_documented_example_is_right() {
        let signed = Signed {
            time: 1_795_000_000,
            method: "POST",
            path: "/v1/charges",
            body: br#"{"key":"k-1-1","amount":50000,"currency":"KRW","payer":"account:17"}"#,
        };
        let header = key("an example secret").sign(signed);
        assert!(include_str!("../../../../data/payment-provider.openapi.yaml").contains(&header), "{header}");
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown() {
        assert_eq!(SigningKey::new(&Secret("fifteen letters".to_owned())).err(), Some(TooShort));
        assert_eq!(format!("{:?}", key("an example secret")), "SigningKey(..)");
    }
}
