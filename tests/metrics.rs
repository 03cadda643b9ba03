//! The metrics endpoint of a run: scraped while the load goes on, and read by the rules of OpenMetrics.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use support::waiting::blocking::eventually;
use support::{Desk, replies};

/// A page of figures.
#[derive(Debug, Default)]
struct Page {
    kinds: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

/// Reads a page, and holds it to the format's rules: families in one piece and declared before their samples, counters
/// that end in `_total`, quoted labels, no sample twice, `# EOF` at the end and nothing behind it.
fn read(text: &str) -> Page {
    let body = text.strip_suffix("# EOF\n").unwrap_or_else(|| panic!("no end:\n{text}"));
    let mut page = Page::default();
    let (mut family, mut finished) = (String::new(), BTreeSet::new());
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (word, name) = (words.next().expect("a word"), words.next().expect("a name"));
            let told = words.next().unwrap_or_default();
            match word {
                "TYPE" => {
                    assert!(finished.insert(family.clone()), "{family} is in two pieces");
                    assert!(!finished.contains(name), "{name} is in two pieces");
                    family = name.to_owned();
                    page.kinds.insert(family.clone(), told.to_owned());
                }
                "UNIT" => assert!(name == family && family.ends_with(&format!("_{told}")), "{line}"),
                "HELP" => assert!(name == family && !told.is_empty(), "{line}"),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        let name = series.split('{').next().expect("a name");
        let suffix = name.strip_prefix(family.as_str()).unwrap_or_else(|| panic!("{name} in {family}"));
        let allowed: &[&str] = match page.kinds[&family].as_str() {
            "counter" => &["_total"],
            "info" => &["_info"],
            "gauge" | "stateset" | "summary" => &[""],
            other => panic!("{family}: {other}"),
        };
        assert!(allowed.contains(&suffix), "{line}");
        labels(series);
        let value = match value {
            "+Inf" => f64::INFINITY,
            number => number.parse().unwrap_or_else(|_| panic!("{line}")),
        };
        assert!(page.samples.insert(series.to_owned(), value).is_none(), "{series} twice");
    }
    page
}

/// `{a="b",c="d"}`: names of letters, values in quotes with `\\`, `\"` and `\n` only.
fn labels(series: &str) {
    let Some(place) = series.find('{') else { return };
    let pattern = r#"^\{([a-z_]+="([^"\\\n]|\\\\|\\"|\\n)*",)*[a-z_]+="([^"\\\n]|\\\\|\\"|\\n)*"\}$"#;
    assert!(regex::Regex::new(pattern).expect("a pattern").is_match(&series[place..]), "{series}");
}

fn scrape(address: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("connects");
    socket.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let mut reply = String::new();
    socket.read_to_string(&mut reply).expect("replied");
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains("Content-Type: application/openmetrics-text; version=1.0.0"), "{head}");
    body.to_owned()
}

/// The address that the program tells on standard error.
fn address(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let told = lines.find_map(|line| {
        let line = line.expect("text");
        line.split("http://").nth(1).map(|rest| rest.trim_end_matches("/metrics").to_owned())
    });
    // Whatever else it says must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    told.expect("it tells where")
}

#[test]
fn figures_can_be_scraped_while_the_load_goes_on() {
    let desk = Desk::new();
    let server = replies(|_| (200, "{}".to_owned()));
    let plan = format!(
        "name = \"with \\\"figures\\\"\"\nseed = 7\n[target]\nurl = \"http://{server}\"\n[load]\n\
         stages = [{{ rate = \"50/s\", for = \"1s\", warmup = true }}, {{ rate = \"100/s\", for = \"60s\" }}]\n\
         [[flow]]\nname = \"buy\"\n[[flow.step]]\nname = \"look\"\nget = \"/\"\nexpect = {{ status = 200 }}\n\
         [[flow.step]]\nname = \"order\"\nget = \"/order\"\nexpect = {{ status = 201 }}\n\
         [[probe]]\nname = \"up\"\nget = \"/\"\nevery = \"200ms\"\nvalue = \"$.x\"\n\
         [[objective]]\nexpect = \"availability >= 1%\"\n"
    );
    desk.file("plan.toml", &plan);
    let mut child = desk
        .command(&["run", "plan.toml", "--quiet", "--metrics-addr", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let address = address(&mut child);
    let look = "shakedown_operations_total{flow=\"buy\",step=\"look\"}";
    let mut first = read(&scrape(&address));
    eventually("a hundred are served", || {
        first = read(&scrape(&address));
        first.samples[look] >= 100.0
    });
    let page = read(&scrape(&address));
    // The first Ctrl-C ends the run in order; the endpoint goes with it.
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(child.id() as i32).expect("a pid"),
        rustix::process::Signal::INT,
    )
    .expect("signalled");
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    assert!(TcpStream::connect(&address).is_err(), "the endpoint is gone");

    let of = |name: &str, step: &str| {
        page.samples[&format!("shakedown_{name}_total{{flow=\"buy\",step=\"{step}\"}}")]
    };
    assert!(page.samples[look] >= first.samples[look], "counters never fall");
    assert_eq!(of("bad", "look"), 0.0);
    assert_eq!(of("bad", "order"), of("operations", "order"), "201 was expected");
    assert!(of("attempts", "order") >= of("operations", "order"));
    assert!(page.samples["shakedown_warmup_operations_total"] > 0.0);
    assert_eq!(page.samples["shakedown_phase{shakedown_phase=\"load\"}"], 1.0);
    let quantile = |step: &str| {
        page.samples[&format!("shakedown_latency_seconds{{flow=\"buy\",step=\"{step}\",quantile=\"0.5\"}}")]
    };
    assert!(quantile("look") > 0.0 && quantile("look") < 60.0);
    assert_eq!(quantile("order"), f64::INFINITY, "no good reply");
    assert!(
        page.samples
            .keys()
            .any(|series| series.starts_with("shakedown_run_info{plan=\"with \\\"figures\\\"\","))
    );
}

#[test]
fn an_address_that_is_taken_is_told_before_anything_is_touched() {
    let desk = Desk::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    desk.file("plan.toml", support::PLAN);
    let (code, _, error) = desk.run(&["run", "plan.toml", "--metrics-addr", &address]);
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("--metrics-addr") && error.contains(&address), "{error}");
    assert!(!desk.path().join("reports").exists());
    assert_eq!(desk.run(&["run", "plan.toml", "--metrics-addr", "here"]).0, 64);
}
