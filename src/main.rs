//! The way through the house: what was typed becomes a plan, a run, a record, an assessment, a report, and an exit code.

use shakedown::cli::{self, Command, Exit, Stop};
use shakedown::report::Source;
use std::process::ExitCode;

fn main() -> ExitCode {
    let exit = match cli::arguments() {
        Ok(Command::Run(arguments)) => experiment(arguments),
        Ok(Command::Demo(arguments)) => arguments.into_run().and_then(experiment),
        Ok(Command::Check(arguments)) => cli::check::main(&arguments),
        Ok(Command::Schema(arguments)) => cli::schema::main(&arguments),
        Ok(Command::Verify(arguments)) => cli::verify::main(&arguments),
        Ok(Command::Export(arguments)) => cli::export::main(&arguments),
        Ok(Command::Report(arguments)) => cli::report::main(&arguments),
        Ok(Command::Compare(arguments)) => cli::compare::main(&arguments),
        Ok(Command::Prove(arguments)) => cli::prove::main(&arguments),
        Ok(Command::Stack { command }) => cli::stack::main(&command),
        Ok(Command::Fault(arguments)) => cli::fault::main(&arguments),
        Ok(Command::Heal(arguments)) => cli::heal::main(&arguments),
        Ok(Command::Proxy(arguments)) => cli::proxy::main(arguments),
        Ok(Command::DemoShop { role }) => cli::demo_shop::main(role),
        Ok(Command::NetHelper) => return cli::net_helper::main(),
        Ok(Command::Sentinel(arguments)) => return cli::sentinel::main(&arguments),
        Err(stop) => Err(stop),
    };
    cli::finish(exit.unwrap_or_else(cli::tell)).into()
}

/// One experiment, from the plan's file to the exit code.
fn experiment(arguments: cli::run::Arguments) -> Result<Exit, Stop> {
    let plan = cli::run::plan(&arguments)?;
    if arguments.dry_run {
        return cli::dry_run::main(&plan, &arguments);
    }
    cli::run::tried(&plan, &arguments, || {
        let run = cli::run::carry_out(&plan, &arguments)?;
        let record = cli::verify::record(&run.folder)?;
        let (assessment, tables) = cli::verify::judge(&plan.plan, &record)?;
        let source = Source { plan: &plan.plan, record: &record, assessment: &assessment, tables: &tables };
        cli::report::write(&run.folder, &source, arguments.output.jtl)?;
        cli::github::annotate(&plan.plan, &record, &assessment, &arguments.output);
        cli::run::conclude(&run, &assessment, &arguments)
    })
}
