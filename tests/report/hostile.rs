//! Whatever a server, a log or a plan says is text, and nothing of it is a secret.

use super::page::{Page, text};
use super::recorded::{Tale, Words};

/// Tries to leave text, an attribute, a comment, an element that holds text, and a template.
const ATTACK: &str =
    "\"'><script>alert(1)</script><img src=x onerror=alert(2)>--></style></title></pre><!--${7*7}";

fn attacked() -> Words {
    let attack = |place: &str| format!("{place}{ATTACK}");
    Words {
        plan: attack("plan-name"),
        claim: attack("plan-claim"),
        step: attack("step-name"),
        instance: attack("container-name"),
        target: attack("fault-target"),
        objective: attack("objective-id"),
        reason: attack("error-text"),
        request: format!(
            "GET / HTTP/1.1\r\nX-A: {}\r\n\r\n{}",
            attack("request-header"),
            attack("request-body")
        ),
        response: format!(
            "HTTP/1.1 500 No\r\nX-A: {}\r\n\r\n{}",
            attack("response-header"),
            attack("response-body")
        ),
        detail: attack("log-line"),
        overrides: vec![attack("override")],
    }
}

#[test]
fn a_script_in_any_place_is_shown_as_text() {
    let page = Page::of(Tale { words: attacked(), ..Tale::default() }.told().html());
    assert_eq!(page.all("script").len(), 1, "our own");
    assert_eq!(page.all("style").len(), 1, "our own");
    assert!(page.all("img, [onerror]").is_empty());
    let seen = text(page.one("body"));
    for place in [
        "plan-name",
        "plan-claim",
        "step-name",
        "container-name",
        "fault-target",
        "objective-id",
        "error-text",
        "request-header",
        "request-body",
        "response-header",
        "response-body",
        "log-line",
    ] {
        assert!(seen.contains(&format!("{place}{ATTACK}")), "{place} is not shown as it was said");
    }
    // A shell reads the command that is offered as the one word that it was.
    assert!(seen.contains("--set 'override\"'\\''><script>alert(1)</script>"));
    assert!(text(page.one("head > title")).contains("<script>"));
    assert_eq!(page.html.errors, Vec::<std::borrow::Cow<str>>::new());
}

#[test]
fn the_page_brings_a_policy_that_lets_only_its_own_script_run() {
    let page = Page::of(Tale::default().told().html());
    let policy =
        page.one("meta[http-equiv=Content-Security-Policy]").attr("content").expect("has one").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert!(page.source.find("Content-Security-Policy") < page.source.find("<style"), "it comes first");
}

#[test]
fn secrets_are_masked_wherever_they_could_stand() {
    let words = Words {
        reason: "expected status 200: GET http://me:hunter2@h/x?access_token=hunter2".into(),
        request: "POST /login HTTP/1.1\r\n\r\n{\"password\":\"hunter2\"}".into(),
        response: "HTTP/1.1 500 No\r\n\r\n{\"client_secret\":\"hunter2\"}".into(),
        detail: "connected to postgres://app:hunter2@db/shop".into(),
        overrides: vec!["stack.service.node.env.DB_PASSWORD=hunter2".into()],
        ..Words::default()
    };
    let told = Tale { words, ..Tale::default() }.told();
    assert!(told.record.manifest.plan.contains("hunter2"), "the plan has secrets to lose");
    let html = told.html();
    assert!(
        !html.contains("hunter2"),
        "{}",
        html.split("hunter2").next().map_or("", |before| &before[before.len().saturating_sub(200)..])
    );
    assert!(html.matches("***").count() >= 6);
}
