//! Plain Goose as its book has it, for the speed comparison: `goose_peer URL 4s` prints `N requests`.

#![allow(clippy::print_stdout, reason = "the figure is what it is run for")]

use goose::config::GooseConfiguration;
use goose::prelude::*;

async fn get(user: &mut GooseUser) -> TransactionResult {
    let _ = user.get("").await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), GooseError> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("the URL");
    let time = arguments.next().expect("how long");
    let options = ["--host", &url, "--users", "50", "--increase-rate", "1000", "--run-time", &time];
    let silent = ["--no-print-metrics", "--no-reset-metrics"];
    let typed: Vec<&str> = options.into_iter().chain(silent).collect();
    let configuration = GooseConfiguration::parse_args_default(&typed)?;
    let metrics = GooseAttack::initialize_with_config(configuration)?
        .register_scenario(scenario!("one").register_transaction(transaction!(get)))
        .execute()
        .await?;
    let requests: usize = metrics.requests.values().map(|request| request.success_count).sum();
    println!("{requests} requests");
    Ok(())
}
