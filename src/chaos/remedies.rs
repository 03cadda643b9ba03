//! Remedies for containers, carried out by whoever comes after a run: the sentinel, `shakedown heal`, the next run.
//!
//! The engine may be away, or be just coming back: it is asked again until our patience ends.

use super::HealReport;
use super::journal::{Heal, OpenFault};
use crate::stack::docker::{Address, Engine, EngineError, Remedy};
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};

const TRY_AGAIN_AFTER: Duration = Duration::from_millis(200);
/// How long one engine may take to say that it is there.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
/// How often an engine that answers may refuse a remedy before it is given up.
const REFUSALS: u32 = 10;
/// What was just being applied when the harness vanished may still take effect after we have looked: a request that is
/// under way in the engine, or a program that was asked to end and takes its time.
const LINGER: Duration = Duration::from_millis(800);
const LINGER_FOR_ENDS: Duration = Duration::from_secs(12);

/// A remedy that is to be carried out.
struct Case {
    /// The fault, in words.
    fault: String,
    engine: Address,
    remedy: Remedy,
    /// Until when it is looked at again, though nothing is wrong.
    linger: Instant,
    refusals: u32,
}

/// Carries out the container remedies of these faults, the last fault's first. `patience`: how long an engine that does not
/// answer is asked again. `wanted` is asked between two looks: once it says no, somebody else has taken over.
pub(super) fn carry_out(
    faults: &[OpenFault],
    patience: Duration,
    wanted: &(dyn Fn() -> bool + Sync),
    report: &mut HealReport,
) {
    let cases = cases(faults);
    if cases.is_empty() {
        return;
    }
    match on_a_runtime(|| treat_all(cases, patience, wanted)) {
        Ok(done) => {
            report.did.extend(done.did);
            report.left.extend(done.left);
        }
        Err(error) => report.left.push(error),
    }
}

/// What is still wrong with the containers of these faults. An engine that does not answer is wrong itself.
pub(super) fn wrong(faults: &[OpenFault]) -> Vec<String> {
    let cases = cases(faults);
    if cases.is_empty() {
        return Vec::new();
    }
    on_a_runtime(|| look_at_all(cases)).unwrap_or_else(|error| vec![error])
}

/// Blocks. Inside a runtime nothing may block on another one; a thread of its own may.
pub(super) fn on_a_runtime<F>(work: impl FnOnce() -> F + Send) -> Result<F::Output, String>
where
    F: Future,
    F::Output: Send,
{
    let trouble = |error: &dyn std::fmt::Display| format!("the engine cannot be asked: {error}");
    let apart = || {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| trouble(&error))?;
        let done = runtime.block_on(work());
        runtime.shutdown_background();
        Ok(done)
    };
    let done = std::thread::scope(|scope| scope.spawn(apart).join());
    done.unwrap_or_else(|_| Err(trouble(&"the thread that asks it broke off")))
}

fn cases(faults: &[OpenFault]) -> Vec<Case> {
    let mut cases = Vec::new();
    for fault in faults.iter().rev() {
        for heal in fault.heal.iter().rev() {
            let Heal::Container { engine, remedy } = heal else { continue };
            let linger = match (fault.applied, remedy) {
                (true, _) | (_, Remedy::Exec(_)) => Duration::ZERO,
                (false, Remedy::Start(_) | Remedy::Recreate(_)) => LINGER_FOR_ENDS,
                (false, _) => LINGER,
            };
            cases.push(Case {
                fault: format!("fault `{}`", fault.id),
                engine: engine.clone(),
                remedy: remedy.clone(),
                linger: Instant::now() + linger,
                refusals: 0,
            });
        }
    }
    cases
}

async fn treat_all(cases: Vec<Case>, patience: Duration, wanted: &(dyn Fn() -> bool + Sync)) -> HealReport {
    let deadline = Instant::now() + patience;
    let mut engines = Engines::default();
    let mut report = HealReport::default();
    let mut open = cases;
    loop {
        open = round(open, &mut engines, deadline, &mut report).await;
        if open.is_empty() || !wanted() {
            return report;
        }
        sleep(TRY_AGAIN_AFTER).await;
    }
}

/// One look at every case: those for one container after the other, those for different ones at the same time. Returns what
/// has to be looked at again.
async fn round(
    cases: Vec<Case>,
    engines: &mut Engines,
    deadline: Instant,
    report: &mut HealReport,
) -> Vec<Case> {
    type Looked = (Case, Result<Engine, EngineError>);
    let mut by_subject: BTreeMap<String, Vec<Looked>> = BTreeMap::new();
    for case in cases {
        let engine = engines.get(&case.engine).await;
        by_subject.entry(case.remedy.subject().to_owned()).or_default().push((case, engine));
    }
    let treated = join_all(by_subject.into_values().map(|cases| async {
        let mut treated = Vec::new();
        for (case, engine) in cases {
            let done = match &engine {
                Ok(engine) => case.remedy.carry_out(engine).await,
                Err(error) => Err(error.clone()),
            };
            treated.push((case, done));
        }
        treated
    }));
    let mut again = Vec::new();
    for (mut case, done) in treated.await.into_iter().flatten() {
        match done {
            Ok(Some(did)) => report.did.push(format!("{did} ({})", case.fault)),
            Ok(None) if Instant::now() < case.linger => again.push(case),
            Ok(None) => {}
            Err(error) => {
                case.refusals += u32::from(!error.may_pass());
                if error.may_pass() {
                    engines.forget(&case.engine);
                }
                if case.refusals < REFUSALS && Instant::now() < deadline {
                    again.push(case);
                } else {
                    report.left.push(format!("{}: {error}", case.fault));
                }
            }
        }
    }
    again
}

async fn look_at_all(cases: Vec<Case>) -> Vec<String> {
    let mut engines = Engines::default();
    let mut found = Vec::new();
    for case in cases {
        let wrong = match engines.get(&case.engine).await {
            Ok(engine) => case.remedy.wrong(&engine).await,
            Err(error) => Err(error),
        };
        match wrong {
            Ok(None) => {}
            Ok(Some(wrong)) => found.push(format!("{}: {wrong}", case.fault)),
            Err(error) => found.push(format!("{}: {error}", case.fault)),
        }
    }
    found
}

/// The engines that have been reached.
#[derive(Default)]
struct Engines(BTreeMap<Address, Engine>);

impl Engines {
    async fn get(&mut self, address: &Address) -> Result<Engine, EngineError> {
        if let Some(engine) = self.0.get(address) {
            return Ok(engine.clone());
        }
        let silent = || {
            EngineError::new(
                crate::stack::docker::engine::Trouble::Unreachable,
                format!("the Docker engine at {address} does not answer"),
            )
        };
        let engine = timeout(ANSWERS_WITHIN, Engine::connect(address)).await.map_err(|_| silent())??;
        self.0.insert(address.clone(), engine.clone());
        Ok(engine)
    }

    fn forget(&mut self, address: &Address) {
        self.0.remove(address);
    }
}
