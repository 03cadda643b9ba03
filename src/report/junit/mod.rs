//! `junit.xml`: what was judged, as CI systems read test results.
//!
//! Suites `objective`, `invariant` and `fault` hold what the plan promises and breaks; `run` holds what else decides (the
//! generator, the record), so that a run that is Unknown is never green. Violated: `failure`. Could not be evaluated:
//! `error`. Not requested, or advisory: `skipped`. Names come from the plan alone and hold no measured value, so that CI
//! systems can follow a test over many runs.
//!
//! The form is that of Apache Ant's reports (<https://github.com/windyroad/JUnit-Schema>), which Jenkins, GitLab and the
//! others read.

mod cases;
mod xml;

use super::{ReportError, Reporter, Source, masked};
use crate::record::{Manifest, utc_text};
use crate::verify::Assessment;
use cases::{Case, Outcome, Suite, suites};
use std::io::{self, Write};
use xml::{attribute, text, token};

/// `junit.xml`.
pub struct JunitXml;

impl Reporter for JunitXml {
    fn file(&self) -> &'static str {
        "junit.xml"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        document(source.assessment, &source.record.manifest, out)?;
        Ok(())
    }
}

/// The whole file.
pub(super) fn document(assessment: &Assessment, manifest: &Manifest, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n")?;
    for (number, part) in suites(assessment).iter().enumerate() {
        suite(number, part, assessment, manifest, out)?;
    }
    out.write_all(b"</testsuites>\n")
}

fn suite(
    number: usize,
    suite: &Suite,
    assessment: &Assessment,
    manifest: &Manifest,
    out: &mut dyn Write,
) -> io::Result<()> {
    let count = |is: fn(&Outcome) -> bool| suite.cases.iter().filter(|case| is(&case.outcome)).count();
    let host = token(&manifest.environment.host);
    write!(
        out,
        "  <testsuite name=\"{}\" package=\"{}\" id=\"{number}\" timestamp=\"{}\" hostname=\"{}\"",
        suite.name,
        attribute(&token(&assessment.plan)),
        utc_text(manifest.anchor_utc.saturating_add(manifest.load_start.0)),
        attribute(if host.is_empty() { "localhost" } else { &host }),
    )?;
    writeln!(
        out,
        " tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">",
        suite.cases.len(),
        count(|outcome| matches!(outcome, Outcome::Failed)),
        count(|outcome| matches!(outcome, Outcome::Error)),
        count(|outcome| matches!(outcome, Outcome::Skipped)),
        suite.cases.iter().fold(0.0, |sum, case| sum + case.seconds),
    )?;
    properties(manifest, out)?;
    suite.cases.iter().try_for_each(|case| testcase(suite, case, assessment, out))?;
    // The form has no element for a failure that was asked for, nor for what a fault struck that was survived: what is said
    // of them stands in the suite's output.
    let expected = suite.cases.iter().filter(|case| match case.outcome {
        Outcome::ExpectedFail => true,
        Outcome::Passed => suite.name == "fault",
        _ => false,
    });
    let said: Vec<String> = std::iter::once(assessment.reason.clone())
        .chain(expected.map(|case| format!("{}: {}", case.name, case.message)))
        .collect();
    writeln!(out, "    <system-out>{}</system-out>", text(&masked(&said.join("\n"))))?;
    writeln!(out, "    <system-err>{}</system-err>", text(&masked(&assessment.caveats.join("\n"))))?;
    writeln!(out, "  </testsuite>")
}

fn properties(manifest: &Manifest, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    <properties>")?;
    let seed = manifest.seed.to_string();
    let all = [
        ("plan", manifest.plan_file.as_str()),
        ("plan.sha256", &manifest.plan_sha256),
        ("seed", &seed),
        ("shakedown", &manifest.version),
    ];
    for (name, value) in all {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", attribute(value))?;
    }
    writeln!(out, "    </properties>")
}

fn testcase(suite: &Suite, case: &Case, assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    // CI systems take what stands before the last dot for the package.
    let plan = token(&assessment.plan).replace('.', "_");
    write!(
        out,
        "    <testcase name=\"{}\" classname=\"{}.{}\" time=\"{:.3}\"",
        attribute(&token(&case.name)),
        attribute(&plan),
        suite.name,
        case.seconds,
    )?;
    let (element, class) = match case.outcome {
        Outcome::Passed | Outcome::ExpectedFail => return writeln!(out, "/>"),
        Outcome::Skipped => {
            return writeln!(
                out,
                ">\n      <skipped message=\"{}\"/>\n    </testcase>",
                attribute(&masked(&case.message))
            );
        }
        Outcome::Failed => ("failure", "violated"),
        Outcome::Error => ("error", "unknown"),
    };
    writeln!(
        out,
        ">\n      <{element} type=\"{class}\" message=\"{}\">{}</{element}>\n    </testcase>",
        attribute(&masked(&case.message)),
        text(&masked(&case.details.join("\n"))),
    )
}
