//! The server's command line: parses and composes.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use matching_server::settings::{Options, Settings};

/// Students and private teachers find each other: the server.
#[derive(Parser)]
#[command(name = "matching-server", version)]
struct Cli {
    /// The data folder
    #[arg(long, env = "MATCHING_DATA", global = true, default_value = "data/server", value_name = "DIR")]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve clients until a signal stops it
    Serve {
        /// A TOML file with settings, named as the flags are
        #[arg(long, env = "MATCHING_CONFIG", value_name = "FILE")]
        config: Option<PathBuf>,
        #[command(flatten)]
        options: Options,
    },
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("MATCHING_LOG").unwrap_or_else(|_| "info".into()),
        )
        .init();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve { config, options } => {
                let settings = Settings::load(cli.data, &options, config.as_deref())?;
                matching_server::serve::serve(settings).await
            }
        }
    })
}
