//! Follows the engine's events, and tells what containers did by themselves.

use super::Inner;
use super::inventory::Known;
use crate::event::StackChange;
use crate::stack::Expected;
use crate::stack::docker::engine::{EngineError, EngineEvent, Happened, NUMBER_LABEL, SERVICE_LABEL};
use futures_util::StreamExt;
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::sleep;

/// How long after the stream has broken it is asked for again.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Follows until the stack is gone or the task is ended.
pub(super) async fn run(inner: Weak<Inner>) {
    let mut told_unready = BTreeSet::new();
    let mut broken = false;
    loop {
        let Some(strong) = inner.upgrade() else { return };
        let mut events = pin!(strong.engine.events(&strong.project));
        drop(strong);
        let mut why = "it ended".to_owned();
        while let Some(event) = events.next().await {
            let Some(inner) = inner.upgrade() else { return };
            match event {
                Ok(event) => {
                    broken = false;
                    take(&inner, &event, &mut told_unready).await;
                }
                Err(error) => {
                    why = error.to_string();
                    break;
                }
            }
        }
        let Some(inner) = inner.upgrade() else { return };
        if !broken {
            inner.note(format!(
                "the engine's stream of events broke, what happens meanwhile is not told: {why}"
            ));
            broken = true;
        }
        sleep(TRY_AGAIN_AFTER).await;
        // What was missed shows in the containers themselves.
        let _ = inner.inventory.refresh(&inner.engine, &inner.project).await;
    }
}

async fn take(inner: &Arc<Inner>, event: &EngineEvent, told_unready: &mut BTreeSet<String>) {
    let Some((service, number)) = instance(event) else { return };
    let name = inner.inventory.name_of(service, number);
    let known = inner.inventory.by_id(&event.container);
    if let Err(error) = inner.inventory.look(&inner.engine, &event.container).await {
        unseen(inner, &name, &error);
    }
    let tell = |change, detail| inner.context.tell(&name, change, detail);
    match &event.happened {
        Happened::Died(code) => {
            told_unready.remove(&name);
            if !inner.expectations.met(&name, Expected::End) {
                tell(StackChange::Exited, Some(end(inner, known.as_ref(), *code).await));
            }
        }
        Happened::Started => {
            if !inner.expectations.met(&name, Expected::Start) {
                tell(StackChange::Started, None);
            }
        }
        Happened::OutOfMemory => {
            let limited = inner.hands.holder(&name).filter(|fault| *fault == "limit");
            let detail = limited.map(|_| "its memory is limited by a fault".to_owned());
            tell(StackChange::OomKilled, detail);
        }
        Happened::Unhealthy => {
            if !inner.hands.may_ail(&name) && told_unready.insert(name.clone()) {
                tell(StackChange::NotReady, Some("its health check fails".into()));
            }
        }
        Happened::Healthy => {
            if told_unready.remove(&name) {
                tell(StackChange::Ready, Some("its health check passes again".into()));
            }
        }
        Happened::Removed => {
            // A container that was made anew has its event of making after this one, and is seen then.
            let _ = inner.inventory.refresh(&inner.engine, &inner.project).await;
        }
        Happened::Created | Happened::Paused | Happened::Unpaused => {}
    }
}

/// The instance by the labels that come with the event: its service and its number.
fn instance(event: &EngineEvent) -> Option<(&str, u32)> {
    let number: u32 = event.attributes.get(NUMBER_LABEL)?.parse().ok()?;
    Some((event.attributes.get(SERVICE_LABEL)?, number))
}

/// How a container ended, with its last words.
async fn end(inner: &Inner, known: Option<&Known>, code: i64) -> String {
    let how = match code {
        137 => "exit code 137 (killed)".to_owned(),
        143 => "exit code 143 (asked to end)".to_owned(),
        code => format!("exit code {code}"),
    };
    let Some(known) = known else { return how };
    let words = inner.engine.log_tail(&known.container.id, 1).await.unwrap_or_default().pop();
    words.map_or(how.clone(), |words| format!("{how}; its last words: {}", shortened(&words)))
}

fn shortened(line: &str) -> String {
    const LONGEST: usize = 200;
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}

fn unseen(inner: &Inner, name: &str, error: &EngineError) {
    inner.note(format!("{name} could not be looked at after an event: {error}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn an_event_names_its_instance() {
        let event = |number: &str| EngineEvent {
            container: "c".into(),
            happened: Happened::Started,
            at: 0,
            attributes: HashMap::from([
                (SERVICE_LABEL.to_owned(), "web".to_owned()),
                (NUMBER_LABEL.to_owned(), number.to_owned()),
            ]),
        };
        assert_eq!(instance(&event("2")), Some(("web", 2)));
        assert_eq!(instance(&event("x")), None);
    }
}
