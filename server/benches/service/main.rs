//! `cargo bench -p matching-server`: the figures of the README, measured on the real binary over WebSocket.
//!
//! - `load`: whole lifecycles (request, pay, confirm, finish), durable before each answer
//! - `quiet`: the memory of a connection that says nothing
//! - `long`: start-up and queries on a log of a million events
//!
//! A name as argument runs that part alone. `SECONDS`, `CONNECTIONS` and `EVENTS` change the sizes.

mod client;
mod load;
mod long;
mod quiet;
mod server;

fn main() -> anyhow::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let wants = |part: &str| wanted.is_empty() || wanted.iter().any(|name| name == part);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    println!("{}", machine());
    if wants("load") {
        let seconds = number("SECONDS", 5);
        load::print_heading();
        for (students, subscribers) in [(16, 0), (16, 100), (64, 0), (64, 100)] {
            let figures = runtime.block_on(load::run(students, subscribers, seconds))?;
            figures.print(students, subscribers);
        }
    }
    if wants("quiet") {
        runtime.block_on(quiet::run(number("CONNECTIONS", 10_000)))?;
    }
    if wants("long") {
        runtime.block_on(long::run(number("EVENTS", 1_000_000)))?;
    }
    Ok(())
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("")
        .trim_start_matches(['\t', ' ', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("machine: {cores} cores, {model}, shared by server and driver")
}
