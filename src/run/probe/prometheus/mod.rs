//! One number out of Prometheus' text formats: the classic one (<https://prometheus.io/docs/instrumenting/exposition_formats/>)
//! and OpenMetrics (<https://prometheus.io/docs/specs/om/open_metrics_spec/>).
//!
//! Both are read whole, by their grammar: what stands behind a value (a time, an exemplar) is never taken for it, and a
//! reply that is cut or not of the format gives no value.

mod lexer;

use lexer::{Line, Series};
use std::collections::HashSet;

/// How a reply is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The classic text format.
    Classic,
    /// OpenMetrics: its last line is `# EOF`.
    OpenMetrics,
}

impl Format {
    /// By the reply's `Content-Type`. Without one that says it, OpenMetrics is known by its last line.
    pub(super) fn of(content_type: Option<&str>, text: &str) -> Result<Format, String> {
        let media = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
        match media.to_ascii_lowercase().as_str() {
            "application/openmetrics-text" => Ok(Format::OpenMetrics),
            "application/vnd.google.protobuf" => {
                Err(format!("the reply is `{media}`: only the text formats of metrics can be read"))
            }
            _ if text.trim_end_matches('\n').ends_with("\n# EOF") => Ok(Format::OpenMetrics),
            _ => Ok(Format::Classic),
        }
    }
}

/// The sum of all series that `selector` (`name` or `name{label="value"}`) names. Not a number if one of them is not.
///
/// # Errors
/// If the text is not of the format (with the line), or has no such series.
pub(super) fn sum(text: &str, format: Format, selector: &str) -> Result<f64, String> {
    let wanted = lexer::selector(selector).map_err(|what| format!("`{selector}` names no metric: {what}"))?;
    let mut sum = None;
    let mut seen = HashSet::new();
    let mut ended = false;
    let mut lines = text.split('\n').zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() && (lines.peek().is_none() || format == Format::Classic) {
            continue;
        }
        let wrong = |what: String| format!("line {number} of the metrics: {what}");
        if ended {
            return Err(wrong("something stands behind `# EOF`".to_owned()));
        }
        match lexer::line(line).map_err(wrong)? {
            Line::Comment(text) => ended = format == Format::OpenMetrics && text == "EOF",
            Line::Sample(series, value) if wanted.names(&series) => {
                *sum.get_or_insert(0.0) += value;
                if !seen.insert(series.sorted()) {
                    return Err(wrong("this series stands twice".to_owned()));
                }
            }
            Line::Sample(..) => {}
        }
    }
    if format == Format::OpenMetrics && !ended {
        return Err("the metrics end without `# EOF`: the reply is cut".to_owned());
    }
    sum.ok_or_else(|| format!("the reply has no metric `{selector}`"))
}

impl Series {
    /// Whether this is a series of that name with at least these labels.
    fn names(&self, other: &Series) -> bool {
        self.name == other.name && self.labels.iter().all(|label| other.labels.contains(label))
    }

    fn sorted(mut self) -> Series {
        self.labels.sort();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSIC: &str = "\n# HELP requests All of \\\\ them.\n# TYPE requests counter\n# a comment\n\
        requests{path=\"/a\",status=\"200\"} 10\nrequests { path = \"/a b}\" , status=\"500\", } 2 1700000000\n\
        up 1\nodd{v=\"a\\\"b\\\\c\\nd\"} +Inf -5\nnan NaN\n{\"a.b\",\"c d\"=\"e\"} 0x10\ntiny 1e-3\n";
    const OPEN: &str = "# TYPE jobs counter\n# UNIT wait_seconds seconds\n\
        jobs_total{queue=\"mail\"} 1234.0 # {trace_id=\"a1b2\"} 0.067 1700000000.0\n\
        jobs_total{queue=\"#x} 9\"} 1.0 1.5 # {} 2\njobs_created{queue=\"mail\"} 1.7e9\n# EOF\n";

    fn classic(selector: &str) -> Result<f64, String> {
        sum(CLASSIC, Format::Classic, selector)
    }

    #[test]
    fn the_classic_format() {
        assert_eq!(classic("requests"), Ok(12.0));
        assert_eq!(classic(r#"requests{status="500"}"#), Ok(2.0));
        assert_eq!(classic(r#"requests{status="500",path="/a b}"}"#), Ok(2.0));
        assert_eq!(classic("up"), Ok(1.0));
        assert_eq!(classic(r#"odd{v="a\"b\\c\nd"}"#), Ok(f64::INFINITY));
        assert!(classic("nan").expect("is there").is_nan());
        assert_eq!(classic(r#"{"a.b"}"#), Ok(16.0));
        assert_eq!(classic("tiny"), Ok(0.001));
    }

    #[test]
    fn an_exemplar_or_a_time_is_not_the_value() {
        let open = |selector| sum(OPEN, Format::OpenMetrics, selector);
        assert_eq!(open(r#"jobs_total{queue="mail"}"#), Ok(1234.0));
        assert_eq!(open(r##"jobs_total{queue="#x} 9"}"##), Ok(1.0));
        assert_eq!(open("jobs_total"), Ok(1235.0));
    }

    #[test]
    fn what_is_not_there_is_not_zero() {
        assert_eq!(classic("down"), Err("the reply has no metric `down`".into()));
        assert!(classic(r#"requests{status="404"}"#).is_err());
    }

    #[test]
    fn what_is_not_of_the_format_gives_no_value() {
        for (text, word) in [
            ("a 1\nb{x=\"1} 2\n", "line 2"),
            ("a\n", "line 1 of the metrics: a value is expected"),
            ("a one\n", "`one` is not a value"),
            ("a 1 2 3\n", "`3` is not expected"),
            ("a 1 x\n", "`x` is not a time"),
            ("a{x=1} 1\n", "quotation mark"),
            ("1a 1\n", "name"),
            ("a{x=\"1\",x=\"2\"} 1\n", "label `x` twice"),
            ("a 1\na 2\n", "stands twice"),
            ("<html>\n", "name"),
        ] {
            let error = sum(text, Format::Classic, "a").expect_err(text);
            assert!(error.contains(word), "{error}");
        }
        let cut = sum(&OPEN[..OPEN.len() - 7], Format::OpenMetrics, "jobs_total").expect_err("cut");
        assert!(cut.contains("without `# EOF`"), "{cut}");
        let behind = sum(&format!("{OPEN}a 1\n"), Format::OpenMetrics, "a").expect_err("behind");
        assert!(behind.contains("behind `# EOF`"), "{behind}");
    }

    /// The reader of `prometheus_client` (Debian: python3-prometheus-client).
    #[test]
    fn python_reads_the_same() {
        const SCRIPT: &str = "\
import json, sys
try:
    from prometheus_client.parser import text_string_to_metric_families as classic
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as om
except ImportError:
    print('there is no prometheus_client'); sys.exit(77)
for line in sys.stdin:
    kind, text = json.loads(line)
    sums = {}
    for family in (om if kind == 'OpenMetrics' else classic)(text):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0) + sample.value
    print(json.dumps({name: str(value) for name, value in sums.items()}))
";
        let texts = [
            (
                Format::Classic,
                "# TYPE a counter\na{x=\"1\"} 10\na{x=\"}\\\"\\\\\\n\"} 2.5e3 1700000000000\nb 1\nc -Inf\nd{y=\"z\",} 3\n",
            ),
            (
                Format::Classic,
                "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"0.5\"} 3\nh_bucket{le=\"+Inf\"} 4\nh_sum 1.25\nh_count 4\n",
            ),
            (
                Format::OpenMetrics,
                "# TYPE j counter\nj_total{q=\"m # {\"} 1234.0 1.5 # {t=\"a1\"} 0.067 1.25\nj_created{q=\"m # {\"} 1e3\n# EOF\n",
            ),
            (
                Format::OpenMetrics,
                "# TYPE h histogram\nh_bucket{le=\"1.0\"} 3.0 # {t=\"a\"} 0.5\nh_bucket{le=\"+Inf\"} 4.0\nh_count 4.0\nh_sum 9.5\n# TYPE g gauge\ng -0.5\n# EOF\n",
            ),
        ];
        let input: String = texts
            .iter()
            .map(|(format, text)| format!("{}\n", serde_json::json!([format!("{format:?}"), text])))
            .collect();
        let Some(printed) = crate::python::run(SCRIPT, &input) else { return };
        let mut compared = 0;
        for ((format, text), theirs) in texts.iter().zip(printed.lines()) {
            let theirs: std::collections::BTreeMap<String, String> =
                serde_json::from_str(theirs).expect("JSON");
            for (name, value) in theirs {
                assert_eq!(
                    sum(text, *format, &name),
                    Ok(value.parse().expect("a number")),
                    "{name} of {text}"
                );
                compared += 1;
            }
        }
        assert_eq!(compared, 13);
    }

    #[test]
    fn the_format_is_known_by_its_type_or_its_end() {
        let of = |content_type, text| Format::of(content_type, text);
        assert_eq!(of(Some("text/plain; version=0.0.4"), CLASSIC), Ok(Format::Classic));
        assert_eq!(of(Some("application/openmetrics-text; version=1.0.0"), "a 1\n"), Ok(Format::OpenMetrics));
        assert_eq!(of(None, OPEN), Ok(Format::OpenMetrics));
        assert!(of(Some("application/vnd.google.protobuf; proto=x"), "").is_err());
    }
}
