//! What can be typed after `matching-server payment-sandbox`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::faults::Mix;

/// The sandbox's settings.
#[derive(Args, Clone, Debug)]
pub struct SandboxOptions {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:7118", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// Its book, an SQLite file; made if it is not there
    #[arg(long, default_value = "data/payment-sandbox.sqlite", value_name = "FILE")]
    pub book: PathBuf,
    /// The file with the secret that requests are signed with; or MATCHING_PAYMENT_SECRET holds it
    #[arg(long, env = "MATCHING_PAYMENT_SECRET_FILE", value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// What to start from; each flag below changes one thing of it
    #[arg(long, default_value = "instant", value_enum)]
    pub preset: Preset,
    /// How long an answer takes
    #[arg(long, value_name = "MS")]
    pub delay: Option<u64>,
    /// How much longer or shorter at random
    #[arg(long, value_name = "MS")]
    pub jitter: Option<u64>,
    /// How many charges of a hundred are declined
    #[arg(long, value_name = "PERCENT")]
    pub decline: Option<u8>,
    /// How many requests of a hundred are answered with an error, half of them after having been carried out
    #[arg(long, value_name = "PERCENT")]
    pub error: Option<u8>,
    /// How many requests of a hundred are carried out and not answered in time
    #[arg(long, value_name = "PERCENT")]
    pub timeout_after_charge: Option<u8>,
    /// How many requests of a hundred arrive a second time, later
    #[arg(long, value_name = "PERCENT")]
    pub double: Option<u8>,
    /// How many requests of a hundred arrive when nobody waits for them any more
    #[arg(long, value_name = "PERCENT")]
    pub late: Option<u8>,
    /// The same seed, the same faults for the same keys
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
}

/// What usually goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Preset {
    /// Nothing, and it answers at once
    Instant,
    /// It takes 400 +- 300 ms
    Slow,
    /// Everything, now and then
    Faulty,
}

impl Preset {
    /// How often what happens.
    pub fn mix(self) -> Mix {
        let (delay, jitter) = (Duration::from_millis(400), Duration::from_millis(300));
        match self {
            Preset::Instant => Mix::default(),
            Preset::Slow => Mix { delay, jitter, ..Mix::default() },
            Preset::Faulty => Mix {
                delay: delay / 4,
                jitter: jitter / 4,
                decline: 10,
                error: 8,
                silent: 6,
                double: 5,
                late: 5,
                ..Mix::default()
            },
        }
    }
}

impl SandboxOptions {
    /// The preset with what was given beside it.
    ///
    /// # Errors
    /// If the shares make more than a hundred.
    pub fn mix(&self) -> anyhow::Result<Mix> {
        let Mix { delay, jitter, decline, error, silent, double, late, after } = self.preset.mix();
        let millis = |given: Option<u64>, preset| given.map_or(preset, Duration::from_millis);
        let mix = Mix {
            delay: millis(self.delay, delay),
            jitter: millis(self.jitter, jitter),
            decline: self.decline.unwrap_or(decline),
            error: self.error.unwrap_or(error),
            silent: self.timeout_after_charge.unwrap_or(silent),
            double: self.double.unwrap_or(double),
            late: self.late.unwrap_or(late),
            after,
        };
        anyhow::ensure!(
            mix.adds_up(),
            "--error, --timeout-after-charge, --double and --late exclude each other: together at most 100, and --decline too"
        );
        Ok(mix)
    }
}
