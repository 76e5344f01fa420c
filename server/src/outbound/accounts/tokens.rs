//! Access tokens, signed, and refresh tokens, random.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use aws_lc_rs::{digest, rand};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use matching_protocol::{AccountId, Secret, Time};
use serde::{Deserialize, Serialize};

use crate::ports::accounts::Account;

/// How long an access token is good.
pub const ACCESS: Duration = Duration::from_secs(15 * 60);

/// How long a refresh token is good.
pub const REFRESH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Both who issues a token and whom it is for.
const SERVICE: &str = "matching";

const KEY_FILE: &str = "token.key";
const KEY_BYTES: usize = 32;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    epoch: u32,
}

/// What a good access token says.
pub struct Verified {
    pub account: AccountId,
    pub epoch: u32,
    pub expires_at: Time,
}

/// Signs and checks access tokens with the key of this folder.
pub struct Signer {
    header: Header,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Signer {
    /// With the key in the folder's `token.key`, which is made at first start.
    pub fn open(folder: &Path) -> anyhow::Result<Signer> {
        let path = folder.join(KEY_FILE);
        let key = match fs::read(&path) {
            Ok(key) => {
                check_key(&path, &key)?;
                key
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => make_key(folder)?,
            Err(e) => return Err(e).with_context(|| format!("{} can't be read", path.display())),
        };
        Ok(Signer::new(&key))
    }

    fn new(key: &[u8]) -> Signer {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(hex(&digest::digest(&digest::SHA256, key).as_ref()[..8]));
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[SERVICE]);
        validation.set_audience(&[SERVICE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 0;
        // The crate would look at the system's clock; `verify` looks at the caller's.
        validation.validate_exp = false;
        Signer {
            header,
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            validation,
        }
    }

    /// A token, and until when it is good.
    pub fn sign(&self, account: &Account, now: Time) -> anyhow::Result<(Secret, Time)> {
        let iat = now.as_millis().div_euclid(1_000);
        let exp = now.plus(ACCESS).as_millis().div_euclid(1_000);
        let claims = Claims {
            iss: SERVICE.to_owned(),
            aud: SERVICE.to_owned(),
            sub: account.id.to_string(),
            iat,
            exp,
            epoch: account.epoch,
        };
        let token = jsonwebtoken::encode(&self.header, &claims, &self.encoding)
            .context("an access token can't be signed")?;
        Ok((Secret(token), Time::from_millis(exp * 1_000)))
    }

    /// What the token says, if it was signed with this key and has not expired.
    pub fn verify(&self, token: &Secret, now: Time) -> Option<Verified> {
        let token = jsonwebtoken::decode::<Claims>(&token.0, &self.decoding, &self.validation).ok()?;
        let expires_at = Time::from_millis(token.claims.exp.checked_mul(1_000)?);
        let good = token.header.kid == self.header.kid && now < expires_at;
        let account = AccountId(token.claims.sub.parse().ok()?);
        good.then_some(Verified { account, epoch: token.claims.epoch, expires_at })
    }
}

fn check_key(path: &Path, key: &[u8]) -> anyhow::Result<()> {
    let file = path.display();
    if key.len() != KEY_BYTES {
        bail!(
            "{file} holds {} bytes instead of {KEY_BYTES}, so no login can be signed; restore it, or remove it: a new one is made at the next start, and people are asked to log in again",
            key.len()
        );
    }
    let mode = fs::metadata(path).with_context(|| format!("{file} can't be read"))?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!(
            "{file} can be read by others, who could log in as anybody; remove it, so that a new one is made at the next start (people are asked to log in again)"
        );
    }
    Ok(())
}

/// Written beside its place, synced and renamed: a crash leaves a whole key or none.
fn make_key(folder: &Path) -> anyhow::Result<Vec<u8>> {
    let path = folder.join(KEY_FILE);
    let draft = folder.join(format!("{KEY_FILE}.new"));
    let mut key = vec![0; KEY_BYTES];
    rand::fill(&mut key).map_err(|_| anyhow!("the system gives no random numbers"))?;
    let write = || -> std::io::Result<()> {
        if let Err(e) = fs::remove_file(&draft)
            && e.kind() != std::io::ErrorKind::NotFound
        {
            return Err(e);
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(&key)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(folder)?.sync_all()
    };
    write().with_context(|| format!("{} can't be written", path.display()))?;
    Ok(key)
}

/// 256 random bits.
pub fn new_refresh_token() -> anyhow::Result<Secret> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| anyhow!("the system gives no random numbers"))?;
    Ok(Secret(hex(&bytes)))
}

/// What is stored of a refresh token. It is random, so a plain hash is enough.
pub fn hash_of(refresh_token: &Secret) -> Vec<u8> {
    digest::digest(&digest::SHA256, refresh_token.0.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const KEY: [u8; KEY_BYTES] = [7; KEY_BYTES];

    fn now() -> Time {
        Time::from_millis(1_800_000_000_000)
    }

    fn claims() -> Value {
        json!({ "iss": "matching", "aud": "matching", "sub": "7", "iat": 1_800_000_000, "exp": 1_800_000_900, "epoch": 1 })
    }

    fn verified(header: &Header, claims: &Value, key: &[u8]) -> bool {
        let token = jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(key)).expect("a token");
        Signer::new(&KEY).verify(&Secret(token), now()).is_some()
    }

    #[test]
    fn a_token_must_be_for_this_service_and_have_all_its_claims() {
        let header = Signer::new(&KEY).header;
        assert!(verified(&header, &claims(), &KEY));
        for claim in ["iss", "aud", "sub", "exp", "epoch"] {
            let mut without = claims();
            without.as_object_mut().expect("an object").remove(claim);
            assert!(!verified(&header, &without, &KEY), "without {claim}");
            let mut other = claims();
            other[claim] = json!("other");
            assert!(!verified(&header, &other, &KEY), "another {claim}");
        }
    }

    #[test]
    fn a_token_must_be_signed_with_this_key_and_name_it_and_by_no_other_algorithm() {
        let header = Signer::new(&KEY).header;
        assert!(!verified(&header, &claims(), &[8; KEY_BYTES]));
        assert!(!verified(&Header::new(Algorithm::HS256), &claims(), &KEY), "without the key's name");
        let stronger = Header { alg: Algorithm::HS512, ..header };
        assert!(!verified(&stronger, &claims(), &KEY));
    }

    #[test]
    fn an_unsigned_token_is_void() {
        // {"alg":"none","typ":"JWT"}
        let header = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        let signed = jsonwebtoken::encode(&Header::default(), &claims(), &EncodingKey::from_secret(&KEY));
        let signed = signed.expect("a token");
        let payload = signed.split('.').nth(1).expect("a payload");
        let signer = Signer::new(&KEY);
        assert!(signer.verify(&Secret(format!("{header}.{payload}.")), now()).is_none());
    }
}
