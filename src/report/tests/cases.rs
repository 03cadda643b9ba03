//! Assessments that the formats are tried on, and the files that say what must come of them.

use crate::verify::testing::{assessment, fault, objective, step};
use crate::verify::{Assessment, Interval, InvariantReport, RecoveryReport, Verdict};

/// Holds a text to the file of this name beside the tests; `UPDATE_GOLDEN=1` writes it anew, to be looked at.
#[track_caller]
pub fn golden(name: &str, text: &str) {
    let path = format!("{}/src/report/tests/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the tests can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} differs (UPDATE_GOLDEN=1 writes it anew):\n{text}");
}

/// A run in which much went wrong.
pub fn red() -> Assessment {
    let mut red = assessment();
    red.verdict = Verdict::Fail;
    red.reason = "p99 < 300ms step=order in fault(node-dies) failed.".into();
    let mut lost = objective("p99 < 300ms step=order in fault(node-dies)", Verdict::Fail);
    lost.expect = "p99 < 300ms".into();
    lost.step = Some("order".into());
    lost.window = "fault(node-dies)".into();
    lost.actual = None;
    lost.actual_text = "no good reply".into();
    lost.reason = "p99 lies among operations without a good reply.".into();
    lost.evidence = vec![
        "412 x timeout on order, from 15.0 s to 24.9 s".into(),
        "9 x refused on order, from 15.0 s to 15.1 s".into(),
    ];
    let mut open = objective("fast", Verdict::Unknown);
    open.expect = "share(<=250ms) >= 95%".into();
    open.advisory = true;
    open.reason =
        "94% from the intended and 96% from the actual send: the generator was too late to tell.".into();
    red.objectives.extend([lost, open]);
    red.invariants = vec![InvariantReport {
        id: "once".into(),
        check: "exactly-once".into(),
        verdict: Verdict::Unknown,
        reason: "checker `exactly-once` is not built yet".into(),
        samples: 0,
        evidence: Vec::new(),
        role: None,
    }];
    let mut stuck = fault();
    stuck.id = "a-fault-with-quite-a-long-name".into();
    stuck.occurrence = 2;
    stuck.verdict = Verdict::Unknown;
    stuck.reason = "it could not be healed: the process would not start.".into();
    stuck.healed = None;
    stuck.recovery = Some(RecoveryReport {
        indicator: "availability >= 99%".into(),
        hold: 3.0,
        after_applied: Interval { low: Some(14.9), high: None },
        counted_from: None,
        after_healed: None,
    });
    red.faults.push(stuck);
    red.steps = vec![step("look", 0), step("order", 421)];
    red.generator.verdict = Verdict::Unknown;
    red.generator.reason = "the generator was asked for 100000/s, reached 61234/s: 6123400 of 10000000 planned arrivals started in time.".into();
    red.generator.dropped = 17;
    red.caveats = vec!["the record is torn: operations.arrows ends in the middle of a batch.".into()];
    red
}

/// What somebody who wants to do harm would have a plan, a server or a log say.
pub const HOSTILE: &str = "</td>\"'><script>alert(1)</script> ]]> &lt; | `x` [a](javascript:alert(1)) @you #1\n## x\r\u{1b}[31m\u{0}%0A::error::x";

/// An assessment in which every text that comes from outside is hostile.
pub fn hostile() -> Assessment {
    let mut bad = red();
    let text = HOSTILE.to_owned();
    (bad.plan, bad.reason, bad.claim) = (text.clone(), text.clone(), Some(text.clone()));
    for report in &mut bad.objectives {
        (report.id, report.reason, report.expect) = (text.clone(), text.clone(), text.clone());
        (report.actual_text, report.window, report.evidence) =
            (text.clone(), text.clone(), vec![text.clone()]);
    }
    for report in &mut bad.invariants {
        (report.id, report.check, report.reason) = (text.clone(), text.clone(), text.clone());
        report.evidence = vec![text.clone()];
    }
    for report in &mut bad.faults {
        (report.id, report.kind, report.reason) = (text.clone(), text.clone(), text.clone());
        report.targets = vec![text.clone()];
    }
    for report in &mut bad.steps {
        (report.flow, report.step) = (text.clone(), text.clone());
    }
    (bad.generator.reason, bad.caveats) = (text.clone(), vec![text]);
    bad
}
