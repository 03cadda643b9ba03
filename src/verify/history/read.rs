//! The history of a recorded run.

use super::{Before, Builder, FaultSpan, History, Instance, Role, Setting, State, StepMark, Texts};
use crate::event::Nanos;
use crate::plan::Plan;
use crate::plan::model::{Invariant, Step};
use crate::record::{FinalTable, Record, RecordError, Scope, StepInfo};
use crate::verify::strike::{Strike, strikes};
use std::collections::BTreeSet;

/// Reads the record once into a history. `calls`: whether requests are kept too.
///
/// # Errors
/// If the record cannot be read.
pub fn history(plan: &Plan, record: &Record, calls: bool) -> Result<History, RecordError> {
    let mut builder = Builder::new(setting(plan, record), calls);
    let scopes: Vec<Scope> = record.manifest.steps.iter().map(|step| step.scope).collect();
    for batch in record.attempts()? {
        for row in batch?.iter() {
            // Teardown comes after the final reads: what it does is in none of them.
            if scopes.get(usize::from(row.step.0)).is_some_and(|scope| *scope != Scope::Teardown) {
                builder.take(&row);
            }
        }
    }
    Ok(builder.finish())
}

fn setting(plan: &Plan, record: &Record) -> Setting {
    let manifest = &record.manifest;
    Setting {
        steps: manifest.steps.iter().map(|info| mark(plan, info)).collect(),
        instances: manifest
            .instances
            .iter()
            .map(|instance| Instance { name: instance.name.clone(), service: instance.service.clone() })
            .collect(),
        faults: strikes(&record.events).iter().filter_map(span).collect(),
        faults_planned: !plan.faults.is_empty(),
        load_start: manifest.load_start,
        torn: record.torn.clone(),
        changed: record.is_changed(),
    }
}

fn span(strike: &Strike) -> Option<FaultSpan> {
    let again = if strike.occurrence == 0 { String::new() } else { format!("#{}", strike.occurrence) };
    strike.applied?;
    Some(FaultSpan {
        name: format!("{}{again}", strike.id),
        targets: strike.targets.clone(),
        from: strike.begun()?,
        to: strike.gone().unwrap_or(Nanos::MAX),
    })
}

fn mark(plan: &Plan, info: &StepInfo) -> StepMark {
    let name = if info.flow.is_empty() { info.name.clone() } else { format!("{}/{}", info.flow, info.name) };
    let load = info.scope == Scope::Load;
    let Some(step) = find(plan, info) else {
        return StepMark { name, load, ..StepMark::default() };
    };
    let effect = step.effect.as_ref().map(|effect| (Role::Effect, effect.kind.clone()));
    let read = || step.read.as_ref().map(|read| (Role::Read, read.kind.clone()));
    StepMark { name, mark: effect.or_else(read), deletes: step.delete.is_some(), load }
}

fn find<'a>(plan: &'a Plan, info: &StepInfo) -> Option<&'a Step> {
    let steps = match info.scope {
        Scope::Load => &plan.flows.iter().find(|flow| flow.name == info.flow)?.steps,
        Scope::Setup => &plan.setup.steps,
        Scope::Teardown => &plan.teardown.steps,
    };
    steps.iter().find(|step| step.name == info.name)
}

/// The final state: the last snapshot of every final read that an invariant names, through every endpoint, with what was
/// there before the load. Only columns that an invariant may look at are kept.
///
/// # Errors
/// If the record cannot be read.
pub fn final_states(plan: &Plan, record: &Record, texts: &mut Texts) -> Result<Vec<State>, RecordError> {
    let wanted = columns(plan);
    let named = |name: &String| {
        let reads = |one: &Invariant| {
            [&one.state, &one.parked, &one.queued].into_iter().any(|names| names.0.contains(name))
        };
        plan.invariants.iter().any(reads)
    };
    if plan.finals.is_empty() {
        return Ok(Vec::new());
    }
    let (tables, mut baselines) = (record.finals()?, record.baselines()?);
    let mut states = Vec::new();
    for table in tables.iter().filter(|table| named(&table.name)) {
        let mut found = state(table, &wanted, texts);
        let same = |other: &FinalTable| other.name == table.name && other.endpoint == table.endpoint;
        if let Some(place) = baselines.iter().position(same) {
            found.before = before(&baselines.swap_remove(place), &wanted, texts);
        }
        states.push(found);
    }
    Ok(states)
}

fn state(table: &FinalTable, wanted: &BTreeSet<&str>, texts: &mut Texts) -> State {
    let mut state = State::new(&table.name, &table.endpoint, table.settled);
    state.trouble.clone_from(&table.trouble);
    state.ours_settled = table.settled || table.ours_settled;
    state.continued = table.continued;
    for (place, column) in table.columns.iter().enumerate() {
        if wanted.contains(column.as_str()) {
            state.column(texts, column, (0..table.len()).map(|row| table.text(row, place)));
        } else {
            state.unread(table.len(), column);
        }
    }
    state
}

fn before(baseline: &FinalTable, wanted: &BTreeSet<&str>, texts: &mut Texts) -> Before {
    if let Some(trouble) = &baseline.trouble {
        return Before::Open(format!("it could not be read: {trouble}"));
    }
    match baseline.grown {
        Some(grown) => Before::Rows { state: Box::new(state(baseline, wanted, texts)), grown },
        None if baseline.snapshot < 2 => {
            Before::Open("it was read once in the time that `within` gives, so that it is not known whether it had settled".to_owned())
        }
        None => Before::Open("it did not settle, rows changed or vanished while it was read".to_owned()),
    }
}

/// Every column that some checker may ask for.
fn columns(plan: &Plan) -> BTreeSet<&str> {
    let usual = ["key", "value", "state", "initial", "consumer", "deliveries", "queue"];
    let named = plan.invariants.iter().flat_map(|one| one.key.iter().chain(one.value.iter()));
    usual.into_iter().chain(named.map(String::as_str)).collect()
}
