//! One fault from its first strike to its last; one strike from the journal to its heal.

use super::active::Active;
use super::armed::Armed;
use super::pending::Pending;
use super::turns::{Turn, Turns};
use super::{Shared, Told};
use crate::chaos::schedule::{Begin, Strike};
use crate::chaos::{Context, Entry, Escape, Heal, NotApplied, Renewed, target};
use crate::event::{FaultStage, Nanos};
use crate::stack::Instance;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// So long before its time a strike is written to the journal: a slow disk must not delay it.
const AHEAD: Nanos = Nanos(250_000_000);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// When one strike is due, on the run's clock.
#[derive(Clone, Copy)]
struct Due {
    occurrence: u32,
    at: Nanos,
    heal_at: Option<Nanos>,
    load_end: Nanos,
}

impl Due {
    /// When it is to be over.
    fn until(&self) -> Nanos {
        self.heal_at.unwrap_or(self.load_end)
    }
}

/// Waits for what begins the fault and strikes as often as planned. Strikes run on as tasks of their own if this is dropped.
pub(super) async fn drive(shared: Arc<Shared>, place: usize, load_start: Nanos, load_end: Nanos) {
    let fault = &shared.faults[place];
    let Some(first) = begin(&shared, fault, load_start, load_end).await else { return };
    let mut strikes = Vec::new();
    let mut turns = Turns::default();
    for Strike { occurrence, at, heal_at } in fault.timing.strikes(first - load_start, load_end - load_start)
    {
        let heal_at = heal_at.map(|heal_at| load_start + heal_at);
        let due = Due { occurrence, at: load_start + at, heal_at, load_end };
        if !shared.reaches(due.at - AHEAD).await {
            break;
        }
        strikes.retain(|strike: &tokio::task::JoinHandle<()>| !strike.is_finished());
        let turn = turns.next(due.at, due.until());
        strikes.push(tokio::spawn(strike(Arc::clone(&shared), place, due, turn)));
    }
    for strike in strikes {
        if let Err(error) = strike.await {
            shared.note(format!("fault `{}`: a strike broke off: {error}", fault.id));
        }
    }
}

/// When the first strike is due. `None`, and told, if nothing begins the fault before the load ends; `None` if closed.
async fn begin(shared: &Arc<Shared>, fault: &Armed, load_start: Nanos, load_end: Nanos) -> Option<Nanos> {
    let (signal, waited_for) = match &fault.timing.begin {
        Begin::At(at) if load_start + *at < load_end => return Some(load_start + *at),
        Begin::At(at) => {
            let detail = Some("its time lies after the end of the load".to_owned());
            let told = Told { planned: Some(load_start + *at), detail, ..Told::default() };
            shared.tell(fault, 0, FaultStage::ApplyFailed, told);
            return None;
        }
        Begin::After(id) => {
            let other = shared.faults.iter().find(|other| other.id == *id)?;
            (other.healed.subscribe(), format!("fault `{id}` was not healed"))
        }
        Begin::When(condition) => (fault.trigger.subscribe(), format!("`{condition}` did not hold")),
    };
    match until(shared, signal, load_end).await {
        Some(true) => Some(shared.clock.now().max(load_start)),
        Some(false) => {
            let detail = Some(format!("it never struck: {waited_for} before the end of the load"));
            shared.tell(fault, 0, FaultStage::ApplyFailed, Told { detail, ..Told::default() });
            None
        }
        None => None,
    }
}

/// Whether the signal comes before `end`; `None`: closed before either.
async fn until(shared: &Arc<Shared>, mut signal: watch::Receiver<bool>, end: Nanos) -> Option<bool> {
    tokio::select! {
        biased;
        in_time = shared.reaches(end) => in_time.then_some(false),
        // The senders live in `shared`: this never fails.
        _ = signal.wait_for(|there| *there) => (!shared.is_closed()).then_some(true),
    }
}

/// `turn` lasts as long as this does.
async fn strike(shared: Arc<Shared>, place: usize, due: Due, mut turn: Turn) {
    let fault = &shared.faults[place];
    let pending = Pending::new(&shared, (place, due.occurrence));
    let Some(active) = apply(&shared, place, due, &mut turn).await else { return };
    pending.applied(shared.clock.now(), due.until() - due.at);
    let heal_at = due.until();
    let mut told = BTreeSet::new();
    loop {
        let look = shared.clock.now() + LOOK_EVERY;
        if !shared.reaches(heal_at.min(look)).await {
            return;
        }
        if shared.clock.now() >= heal_at {
            break;
        }
        for Renewed { target, how } in active.guard.renew().await {
            let told = Told { targets: vec![target], detail: Some(how), ..Told::default() };
            shared.tell(fault, due.occurrence, FaultStage::Renewed, told);
        }
        let escapes = active.guard.escaped().await;
        tell_escapes(&shared, &mut told, &active, escapes);
    }
    if due.heal_at.is_some() {
        // An error has been told, and the strike stays in force until everything is healed.
        let _ = shared.heal(&active).await;
    } else {
        pending.keep();
    }
}

/// Tells each target once on which the fault is no more.
fn tell_escapes(shared: &Shared, told: &mut BTreeSet<String>, active: &Active, escapes: Vec<Escape>) {
    for Escape { target, why } in escapes {
        if told.insert(target.clone()) {
            let struck = Some(active.guard.struck());
            let told = Told { targets: vec![target], planned: None, detail: Some(why), struck };
            let fault = &shared.faults[active.fault];
            shared.tell(fault, active.occurrence, FaultStage::EndedEarly, told);
        }
    }
}

/// Writes the strike down, waits for its time and applies it. `None`: it did not come to it, which has been told.
async fn apply(shared: &Arc<Shared>, place: usize, due: Due, turn: &mut Turn) -> Option<Arc<Active>> {
    let fault = &shared.faults[place];
    let planned = Some(due.at);
    let failed = |targets: Vec<String>, NotApplied { why, struck }: NotApplied| {
        let told = Told { targets, planned, detail: Some(why), struck };
        shared.tell(fault, due.occurrence, FaultStage::ApplyFailed, told);
    };
    let written = match write_down_in_time(shared, fault, due, turn).await {
        Ok(written) => written,
        Err(error) => {
            failed(Vec::new(), error);
            return None;
        }
    };
    let in_time = shared.reaches(due.at).await;
    turn.comes().await;
    let applying = shared.applying.read().await;
    let healed = Entry::Healed { id: fault.id.clone(), occurrence: due.occurrence };
    if !in_time || shared.is_closed() {
        shared.write(healed).await;
        return None;
    }
    let names: Vec<String> = written.names();
    shared.tell(
        fault,
        due.occurrence,
        FaultStage::Started,
        Told { targets: names.clone(), planned, ..Told::default() },
    );
    let affected = shared.affected.claim(&names);
    let applied = match affected {
        Ok(affected) => now(shared, fault, due, written).await.map(|guard| (affected, guard)),
        Err(error) => Err(error.into()),
    };
    let (affected, guard) = match applied {
        Ok(applied) => applied,
        Err(error) => {
            failed(names, error);
            shared.write(healed).await;
            return None;
        }
    };
    let active = Arc::new(Active {
        fault: place,
        occurrence: due.occurrence,
        targets: names.clone(),
        heal_planned: due.until(),
        guard,
        affected: Mutex::new(Some(affected)),
        healed: tokio::sync::Mutex::new(false),
    });
    // Whoever hears of it finds it among those in force.
    shared.active().push(Arc::clone(&active));
    let told = Told { targets: names, planned, detail: active.guard.how(), ..Told::default() };
    shared.tell(fault, due.occurrence, FaultStage::Applied, told);
    shared.write(Entry::Applied { id: fault.id.clone(), occurrence: due.occurrence }).await;
    drop(applying);
    Some(active)
}

/// What the journal says of a strike that is about to be.
struct Written {
    targets: Vec<Instance>,
    heals: Vec<Heal>,
}

impl Written {
    fn names(&self) -> Vec<String> {
        self.targets.iter().map(|target| target.name.clone()).collect()
    }
}

/// Ahead of its time; where that cannot be yet, because another fault still has the target, at its time and turn.
async fn write_down_in_time(
    shared: &Arc<Shared>,
    fault: &Armed,
    due: Due,
    turn: &mut Turn,
) -> Result<Written, NotApplied> {
    match write_down(shared, fault, due).await {
        Err(_) if shared.reaches(due.at).await => {
            turn.comes().await;
            write_down(shared, fault, due).await
        }
        written => written,
    }
}

fn context(shared: &Arc<Shared>, fault: &Armed, due: Due, targets: Vec<Instance>) -> Context {
    Context {
        stack: Arc::clone(&shared.stack),
        targets,
        helpers: shared.helpers.get().cloned(),
        seed: target::seed(shared.seed, &fault.id, due.occurrence),
    }
}

async fn write_down(shared: &Arc<Shared>, fault: &Armed, due: Due) -> Result<Written, NotApplied> {
    let targets = fault.targets(&shared.stack.instances(), shared.seed, due.occurrence)?;
    let context = context(shared, fault, due, targets);
    let heals = fault.built.fault.prepare(&context).await?;
    let written = Written { targets: context.targets, heals };
    shared
        .write_first(Entry::Applying {
            id: fault.id.clone(),
            occurrence: due.occurrence,
            fault: fault.kind.to_owned(),
            targets: written.names(),
            heal: written.heals.clone(),
        })
        .await?;
    Ok(written)
}

/// What tells one life of an instance from another: a process's id, a container's id and time of start.
fn life(target: &Instance) -> (&str, Option<u32>, Option<(&str, &str)>) {
    let container = target.container.as_ref();
    (&target.name, target.pid, container.map(|one| (one.id.as_str(), one.started_at.as_str())))
}

/// Applies it to the targets as they are at this moment; if they are other processes than those written down, that is
/// written first.
async fn now(
    shared: &Arc<Shared>,
    fault: &Armed,
    due: Due,
    written: Written,
) -> Result<Box<dyn crate::chaos::FaultGuard>, NotApplied> {
    let present = fault.targets(&shared.stack.instances(), shared.seed, due.occurrence)?;
    let same = present.iter().map(life).eq(written.targets.iter().map(life));
    let targets = if same { present } else { write_down(shared, fault, due).await?.targets };
    fault.built.fault.apply(&context(shared, fault, due, targets)).await
}
