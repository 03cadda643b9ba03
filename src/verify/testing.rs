//! Assessments of fixed content, for tests here and in the reports.

use super::*;

/// An objective with this id and verdict.
pub fn objective(id: &str, verdict: Verdict) -> ObjectiveReport {
    ObjectiveReport {
        id: id.to_owned(),
        expect: "availability >= 99%".into(),
        window: "run".into(),
        flow: None,
        step: None,
        verdict,
        advisory: false,
        reason: format!("{id} is {verdict:?}."),
        actual: Some(0.995),
        actual_text: "99.5%".into(),
        actual_from_send: None,
        bound: 0.99,
        samples: 6_000,
        local: 0,
        interval: Some(Interval { low: Some(0.994), high: Some(0.996) }),
        budget_burned: Some(0.5),
        evidence: Vec::new(),
        role: None,
    }
}

/// A generator that followed its plan.
pub fn generator() -> GeneratorReport {
    GeneratorReport {
        verdict: Verdict::Pass,
        reason: "it followed its plan.".into(),
        lateness_p50: Some(9_000.0),
        lateness_p99: Some(1_200_000.0),
        lateness_max: Some(4_000_000.0),
        planned: 6_250,
        started: 6_250,
        dropped: 0,
        rate_planned: 178.6,
        rate_reached: 178.6,
        cpu: 0.31,
    }
}

/// A fault that was applied and healed.
pub fn fault() -> FaultReport {
    FaultReport {
        id: "node-dies".into(),
        occurrence: 0,
        kind: "kill".into(),
        targets: vec!["node-2".into()],
        verdict: Verdict::Pass,
        reason: "applied and healed.".into(),
        planned: Some(15.0),
        started: Some(15.001),
        applied: Some(15.004),
        heal_planned: Some(25.0),
        healed: Some(25.2),
        operations: 2_000,
        bad: 12,
        local: 0,
        recovery: Some(RecoveryReport {
            indicator: "availability >= 99%".into(),
            hold: 3.0,
            after_applied: Interval { low: Some(0.4), high: Some(0.6) },
            counted_from: Some(15.004),
            after_healed: Some(Interval { low: Some(0.0), high: Some(0.0) }),
        }),
        mttr: Some(0.6),
        rpo: None,
        struck: Some(crate::event::Struck {
            unit: crate::event::Unit::Processes,
            targets: vec![crate::event::TargetStruck::counted("node-2", 1, 1)],
        }),
        may_miss: false,
    }
}

/// A step.
pub fn step(name: &str, bad: u64) -> StepReport {
    StepReport {
        flow: "buy".into(),
        step: name.into(),
        operations: 6_000,
        bad,
        local: 0,
        attempts: 6_020,
        p50: Some(1_900_000.0),
        p90: Some(4_200_000.0),
        p99: if bad > 60 { None } else { Some(61_000_000.0) },
        max: Some(312_000_000.0),
    }
}

/// A run that passed.
pub fn assessment() -> Assessment {
    Assessment {
        format: FORMAT,
        plan: "A node dies under load".into(),
        claim: Some("Users do not notice.".into()),
        counter: None,
        verdict: Verdict::Pass,
        reason: "1 objective was kept through 1 fault.".into(),
        objectives: vec![objective("availability >= 99%", Verdict::Pass)],
        invariants: Vec::new(),
        faults: vec![fault()],
        steps: vec![step("look", 0), step("order", 30)],
        generator: generator(),
        caveats: Vec::new(),
        operations: 12_000,
        attempts: 12_040,
        bad: 30,
        local: 0,
        warmup_operations: 500,
        duration: 30.0,
    }
}

/// A manifest of one flow `buy` with the steps `look` and `order`, a setup step after them, and 30 s of load from second
/// 2 of the run's clock.
pub fn manifest() -> crate::record::Manifest {
    use crate::event::{Nanos, Phase};
    use crate::record::{Manifest, PhaseInfo, Scope, StepInfo};
    let at = Nanos::from_secs_f64;
    let info = |flow: &str, name: &str, method: &str, scope| StepInfo {
        flow: flow.into(),
        name: name.into(),
        method: method.into(),
        path: format!("/{name}"),
        scope,
    };
    let phase = |phase, from, to| PhaseInfo { phase, from: at(from), to: at(to) };
    Manifest {
        format: crate::record::FORMAT,
        version: "0".into(),
        plan_file: "plan.toml".into(),
        plan: String::new(),
        plan_sha256: String::new(),
        overrides: Vec::new(),
        counter: None,
        places: Default::default(),
        seed: 7,
        run_id: Some("7q".into()),
        generator: 0,
        anchor_utc: 1_700_000_000_000_000_000,
        environment: Default::default(),
        steps: vec![
            info("buy", "look", "GET", Scope::Load),
            info("buy", "order", "POST", Scope::Load),
            info("", "seed", "POST", Scope::Setup),
        ],
        instances: Vec::new(),
        phases: vec![
            phase(Phase::StackUp, 0.0, 2.0),
            phase(Phase::Load, 2.0, 32.0),
            phase(Phase::Drain, 32.0, 32.1),
            phase(Phase::Done, 32.1, 32.1),
        ],
        load_start: at(2.0),
        load_end: at(32.0),
        warmup_end: at(2.0),
        arrivals_planned: 0,
        arrivals_to_come: None,
        complete: true,
        generator_cpu: 3.0,
        counts: Default::default(),
        aborted: None,
        files: Default::default(),
    }
}

/// A good attempt of the step `look` at the beginning of the load that takes 5 ms.
pub fn attempt() -> crate::event::Attempt {
    use crate::event::{Attempt, ErrorKind, Nanos, Outcome, Sent, StepId};
    let intended = Nanos::from_secs_f64(2.0);
    Attempt {
        op: 0,
        attempt: 0,
        last: true,
        replay_of: None,
        other: false,
        user: 0,
        session: 0,
        arrival: true,
        step: StepId(0),
        key: None,
        value: None,
        version: None,
        intended,
        started: intended,
        sent: Some(intended),
        first_byte: Some(intended),
        end: intended + Nanos(5_000_000),
        sent_state: Sent::All,
        status: Some(200),
        outcome: Outcome::Ok,
        good: true,
        error: ErrorKind::None,
        instance: None,
        trace_id: None,
        bytes: 100,
        reply: None,
        target: None,
    }
}
