//! The server's settings: flags, then environment, then a TOML file, then defaults that work with none.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use matching_protocol::{PriceRange, Secret};
use reqwest::Url;
use serde::Deserialize;

use crate::contexts::Rules;
use crate::outbound::payment::http::HttpSettings;

/// As they are given: each flag has an environment variable of the same name and a key in the file.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Options {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:7117]
    #[arg(long, env = "MATCHING_LISTEN", value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Commands a second for each account, with bursts of five times as many; 0 is no limit [default: 100]
    #[arg(long, env = "MATCHING_MAX_RATE", value_name = "N")]
    pub max_rate: Option<u32>,
    /// Open requests for each student; 0 is no limit [default: 100]
    #[arg(long, env = "MATCHING_MAX_OPEN", value_name = "N")]
    pub max_open: Option<u32>,
    /// The lowest price that may be offered, in whole won [default: 1000]
    #[arg(long, env = "MATCHING_PRICE_MIN", value_name = "WON")]
    pub price_min: Option<i64>,
    /// The highest price that may be offered, in whole won [default: 10000000]
    #[arg(long, env = "MATCHING_PRICE_MAX", value_name = "WON")]
    pub price_max: Option<i64>,
    /// Seconds after which a request that nobody paid expires [default: 86400, a day]
    #[arg(long, env = "MATCHING_EXPIRE_UNPAID", value_name = "SECONDS")]
    pub expire_unpaid: Option<u64>,
    /// Seconds after which a paid request that no teacher confirmed expires [default: 604800, a week]
    #[arg(long, env = "MATCHING_EXPIRE_PAID", value_name = "SECONDS")]
    pub expire_paid: Option<u64>,
    /// Who takes the money: the built-in ledger, or a provider over HTTP [default: ledger]
    #[arg(long, env = "MATCHING_PAYMENT_PROVIDER", value_name = "ledger|http")]
    pub payment_provider: Option<ProviderChoice>,
    /// Where the provider over HTTP is; given beside the ledger, what was charged there is still looked up and given back
    #[arg(long, env = "MATCHING_PAYMENT_URL", value_name = "URL")]
    pub payment_url: Option<String>,
    /// The name that payments keep of the provider over HTTP; another provider needs another [default: http]
    #[arg(long, env = "MATCHING_PAYMENT_NAME", value_name = "NAME")]
    pub payment_name: Option<String>,
    /// The file with the secret that requests to the provider are signed with; or MATCHING_PAYMENT_SECRET holds it
    #[arg(long, env = "MATCHING_PAYMENT_SECRET_FILE", value_name = "FILE")]
    pub payment_secret_file: Option<PathBuf>,
    /// Milliseconds that a payment provider has to answer [default: 600]
    #[arg(long, env = "MATCHING_PAYMENT_LIMIT", value_name = "MS")]
    pub payment_limit: Option<u64>,
    /// How many charges a payment provider is asked for at once; above it, paying is unavailable at once [default: 64]
    #[arg(long, env = "MATCHING_PAYMENT_AT_ONCE", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub payment_at_once: Option<u32>,
    /// Whether people may register themselves; teachers then wait for approval [default: true]
    #[arg(long, env = "MATCHING_REGISTRATION", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub registration: Option<bool>,
    /// For trials: a class may be finished before its meeting time
    #[arg(long, env = "MATCHING_FINISH_EARLY", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub finish_early: Option<bool>,
    /// For trials: meeting times may lie in the past, and canceling is never too late
    #[arg(long, env = "MATCHING_PAST_VISITS", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub past_visits: Option<bool>,
    /// For a first look: makes demo accounts and live requests in an empty folder
    #[arg(long, env = "MATCHING_DEMO", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub demo: Option<bool>,
}

/// Who takes the money.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderChoice {
    /// The built-in ledger.
    Ledger,
    /// A provider over HTTP.
    Http,
}

/// The text is not a [`ProviderChoice`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such payment provider: use ledger or http")]
pub struct NoSuchProvider;

impl FromStr for ProviderChoice {
    type Err = NoSuchProvider;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ledger" => Ok(ProviderChoice::Ledger),
            "http" => Ok(ProviderChoice::Http),
            _ => Err(NoSuchProvider),
        }
    }
}

/// Who takes the money, and whose charges may stand in the log.
#[derive(Clone, Debug)]
pub struct PaymentSettings {
    /// Who is charged from now on.
    pub provider: ProviderChoice,
    /// The provider over HTTP, if there is one.
    pub http: Option<HttpSettings>,
    /// How long a provider has to answer a charge.
    pub limit: Duration,
    /// How many charges an outside provider is asked for at once.
    pub at_once: u32,
}

/// As they hold.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Commands a second for each account; 0 is no limit.
    pub max_rate: u32,
    /// Open requests for each student; 0 is no limit.
    pub max_open: u32,
    /// What decides.
    pub rules: Rules,
    /// Who takes the money.
    pub payment: PaymentSettings,
    /// Whether people may register themselves.
    pub registration: bool,
    /// Whether an empty folder gets demo accounts and requests.
    pub demo: bool,
}

impl Settings {
    /// The defaults, for a data folder.
    pub fn new(data: PathBuf) -> Settings {
        Settings {
            data,
            listen: SocketAddr::from(([127, 0, 0, 1], 7117)),
            max_rate: 100,
            max_open: 100,
            rules: Rules::default(),
            payment: PaymentSettings {
                provider: ProviderChoice::Ledger,
                http: None,
                limit: Duration::from_millis(600),
                at_once: 64,
            },
            registration: true,
            demo: false,
        }
    }

    /// What was given by flag or environment, else what the file says, else the default.
    ///
    /// # Errors
    /// If the file can't be read, or a value makes no sense; the error says which.
    pub fn load(data: PathBuf, given: &Options, file: Option<&Path>) -> anyhow::Result<Settings> {
        let file = match file {
            Some(path) => read(path)?,
            None => Options::default(),
        };
        let mut settings = Settings::new(data);
        set(&mut settings.listen, given.listen, file.listen);
        set(&mut settings.max_rate, given.max_rate, file.max_rate);
        set(&mut settings.max_open, given.max_open, file.max_open);
        set(&mut settings.registration, given.registration, file.registration);
        set(&mut settings.demo, given.demo, file.demo);
        let millis = |given: Option<u64>| given.map(Duration::from_millis);
        set(&mut settings.payment.limit, millis(given.payment_limit), millis(file.payment_limit));
        set(&mut settings.payment.at_once, given.payment_at_once, file.payment_at_once);
        set(&mut settings.payment.provider, given.payment_provider, file.payment_provider);
        settings.payment.http = over_http(given, &file, &settings.payment)?;
        let rules = &mut settings.rules;
        let secs = |given: Option<u64>| given.map(Duration::from_secs);
        set(&mut rules.expire_unpaid, secs(given.expire_unpaid), secs(file.expire_unpaid));
        set(&mut rules.expire_paid, secs(given.expire_paid), secs(file.expire_paid));
        set(&mut rules.finish_early, given.finish_early, file.finish_early);
        set(&mut rules.past_visits, given.past_visits, file.past_visits);
        let PriceRange { min, max } = &mut rules.prices;
        set(min, given.price_min, file.price_min);
        set(max, given.price_max, file.price_max);
        anyhow::ensure!(
            1 <= *min && *min <= *max && *max <= matching_protocol::Price::MAX,
            "prices from {min} to {max} won make no range: give --price-min and --price-max so that 1 <= min <= max"
        );
        Ok(settings)
    }
}

fn over_http(
    given: &Options,
    file: &Options,
    payment: &PaymentSettings,
) -> anyhow::Result<Option<HttpSettings>> {
    let Some(url) = given.payment_url.as_ref().or(file.payment_url.as_ref()) else {
        anyhow::ensure!(
            payment.provider == ProviderChoice::Ledger,
            "the payment provider over HTTP has no address: give --payment-url"
        );
        return Ok(None);
    };
    let name = given.payment_name.as_ref().or(file.payment_name.as_ref());
    let name = name.map_or("http", String::as_str);
    let fits = (1..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    anyhow::ensure!(
        fits && name != "ledger",
        "{name:?} can't name a payment provider: use up to 32 of a to z, 0 to 9 and -, and not \"ledger\""
    );
    let url: Url = url.parse().with_context(|| format!("{url:?} is no address of a payment provider"))?;
    anyhow::ensure!(
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty(),
        "the payment provider's address can't hold a query or a login: requests are signed instead"
    );
    let secret = payment_secret(given.payment_secret_file.as_ref().or(file.payment_secret_file.as_ref()))?;
    Ok(Some(HttpSettings { name: name.to_owned(), url, secret, limit: payment.limit }))
}

/// The secret shared with a payment provider: what stands in the file, or in the environment. There is no flag for it,
/// since others can see what was typed.
///
/// # Errors
/// If there is none, or the file can't be read.
pub fn payment_secret(file: Option<&PathBuf>) -> anyhow::Result<Secret> {
    match file {
        Some(path) => std::fs::read_to_string(path)
            .map(Secret)
            .with_context(|| format!("can't read the payment secret in {}", path.display())),
        None => std::env::var("MATCHING_PAYMENT_SECRET").map(Secret).map_err(|_| {
            anyhow::anyhow!("there is no payment secret: give its file, or MATCHING_PAYMENT_SECRET")
        }),
    }
}

fn set<T>(setting: &mut T, given: Option<T>, file: Option<T>) {
    if let Some(value) = given.or(file) {
        *setting = value;
    }
}

fn read(path: &Path) -> anyhow::Result<Options> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("can't read the settings in {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("can't use the settings in {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_counts_before_the_file_and_the_file_before_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("matching.toml");
        std::fs::write(&file, "max-rate = 7\nmax-open = 8\nfinish-early = true\n").unwrap();
        let given = Options { max_rate: Some(9), ..Options::default() };
        let settings = Settings::load(PathBuf::from("data"), &given, Some(&file)).unwrap();
        assert_eq!((settings.max_rate, settings.max_open), (9, 8));
        assert!(settings.rules.finish_early && !settings.rules.past_visits);
    }

    #[test]
    fn a_provider_over_http_needs_an_address_a_secret_and_a_name_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "an example secret\n").unwrap();
        let url = "https://bridge.example/pay".to_owned();
        let given = Options {
            payment_provider: Some(ProviderChoice::Http),
            payment_url: Some(url),
            payment_secret_file: Some(secret),
            ..Options::default()
        };
        let load = |given: &Options| Settings::load(PathBuf::from("data"), given, None);
        let payment = load(&given).unwrap().payment;
        assert_eq!((payment.provider, payment.at_once), (ProviderChoice::Http, 64));
        assert_eq!(payment.http.as_ref().map(|http| http.name.as_str()), Some("http"));
        assert!(!format!("{payment:?}").contains("an example secret"));
        assert!(load(&Options { payment_name: Some("ledger".to_owned()), ..given.clone() }).is_err());
        assert!(load(&Options { payment_url: None, ..given.clone() }).is_err());
        assert!(load(&Options { payment_secret_file: Some("no such file".into()), ..given }).is_err());
    }

    #[test]
    fn an_unknown_key_and_an_empty_range_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("matching.toml");
        std::fs::write(&file, "max-rates = 7\n").unwrap();
        let error = Settings::load(PathBuf::from("data"), &Options::default(), Some(&file)).unwrap_err();
        assert!(format!("{error:#}").contains("max-rates"), "{error:#}");
        let given = Options { price_min: Some(10), price_max: Some(5), ..Options::default() };
        assert!(Settings::load(PathBuf::from("data"), &given, None).is_err());
    }
}
