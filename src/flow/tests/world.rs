//! A world that answers by script, and a bench to run sessions on.

use crate::event::{Attempt, ErrorKind, Nanos, Sent};
use crate::flow::state::Globals;
use crate::flow::walker::Walker;
use crate::flow::world::World;
use crate::flow::{AttemptSink, Ended, Program, Start};
use crate::http::{Exchange, Headers, Origin, Request, Response, Trouble};
use crate::plan::Plan;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What the world does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It replies.
    Reply(u16, Vec<(&'static str, String)>, String),
    /// It does not.
    Trouble(ErrorKind, Sent),
    /// Nothing happens until everything is cut.
    Hang,
}

pub(crate) fn reply(status: u16, body: &str) -> Answer {
    Answer::Reply(status, Vec::new(), body.to_owned())
}

pub(crate) fn reply_with(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    Answer::Reply(status, headers.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(), body.to_owned())
}

/// A request as the world saw it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) at: Nanos,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) timeout: Duration,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// How long every exchange takes.
pub(crate) const SERVICE: Nanos = Nanos(10_000_000);

#[derive(Default)]
pub(crate) struct Script {
    now: Cell<i64>,
    answers: RefCell<VecDeque<Answer>>,
    pub(crate) seen: RefCell<Vec<Seen>>,
    /// Whether sleeping goes on until everything is cut.
    pub(crate) sleeps_for_ever: Cell<bool>,
    is_cut: Cell<bool>,
    cut: Notify,
}

impl World for Rc<Script> {
    type Pool = ();

    fn pool(&self) {}

    fn now(&self) -> Nanos {
        Nanos(self.now.get())
    }

    fn wall(&self) -> i64 {
        784_111_777
    }

    async fn send(&self, (): &(), _: &Origin, request: &Request, timeout: Duration) -> Exchange {
        let begun = self.now();
        self.seen.borrow_mut().push(Seen {
            at: begun,
            method: request.method,
            path: request.path.clone(),
            headers: request.headers.clone(),
            body: String::from_utf8(request.body.clone()).expect("text"),
            timeout,
        });
        let answer = self.answers.borrow_mut().pop_front().unwrap_or_else(|| reply(200, ""));
        let answer = match answer {
            _ if self.is_cut.get() => Answer::Trouble(ErrorKind::InFlight, Sent::Nothing),
            Answer::Hang => {
                self.cut.notified().await;
                Answer::Trouble(ErrorKind::InFlight, Sent::All)
            }
            other => other,
        };
        self.now.set(begun.0 + SERVICE.0);
        let (sent_state, result) = match answer {
            Answer::Reply(status, headers, body) => {
                let headers: Headers = headers.iter().map(|(name, value)| (*name, value)).collect();
                (Sent::All, Ok(Response::new(status, headers, body)))
            }
            Answer::Trouble(kind, sent) => {
                (sent, Err(Trouble { kind, detail: format!("scripted {}", kind.name()), status: None }))
            }
            Answer::Hang => unreachable!("answered above"),
        };
        let sent = (sent_state != Sent::Nothing).then_some(begun + Nanos(1_000));
        let first_byte = result.is_ok().then_some(begun + Nanos(5_000));
        Exchange { sent, first_byte, end: self.now(), sent_state, bytes: 7, result }
    }

    async fn sleep_until(&self, at: Nanos) {
        if self.sleeps_for_ever.get() {
            std::future::pending::<()>().await;
        }
        self.now.set(self.now.get().max(at.0));
    }

    fn cut(&self) {
        self.is_cut.set(true);
        self.cut.notify_waiters();
    }
}

/// Keeps what sessions hand over.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) attempts: RefCell<Vec<Attempt>>,
    pub(crate) samples: RefCell<Vec<crate::event::Exchange>>,
    pub(crate) instances: RefCell<Vec<String>>,
}

impl AttemptSink for Kept {
    fn attempt(&self, attempt: Attempt) {
        self.attempts.borrow_mut().push(attempt);
    }
    fn exchange(&self, sample: crate::event::Exchange, _: Nanos) {
        self.samples.borrow_mut().push(sample);
    }
    fn instance(&self, name: &str) -> u16 {
        self.instances.borrow_mut().push(name.to_owned());
        self.instances.borrow().len() as u16 - 1
    }
}

/// A plan with this text behind a target, a load and a seed.
pub(crate) fn plan(text: &str) -> Plan {
    let (head, tail) = text.split_once("---").unwrap_or(("", text));
    let whole = format!(
        "name = 'test'\nseed = 7\n[load]\nrate = '1/s'\nfor = '1s'\n[target]\nurl = 'http://shop.example:81/api/'\n{head}\n{tail}"
    );
    toml::from_str(&whole).unwrap_or_else(|error| panic!("{error}\n{whole}"))
}

/// One flow of these steps (TOML inline tables).
pub(crate) fn flow(steps: &[&str]) -> String {
    let steps: Vec<String> = steps.iter().map(|step| format!("{{{step}}}")).collect();
    format!("[[flow]]\nname = 'f'\nstep = [{}]\n", steps.join(", "))
}

pub(crate) fn compile(plan: &Plan, directory: &Path) -> Result<Program, Vec<String>> {
    let facts = BTreeMap::from([("front.address".to_owned(), "10.0.0.1:80".to_owned())]);
    Program::compile(plan, directory, &facts, &|name| (name == "API_KEY").then(|| "k3y from env".to_owned()))
}

pub(crate) fn program(text: &str) -> Program {
    compile(&plan(text), Path::new(".")).unwrap_or_else(|errors| panic!("{}", errors.join("\n")))
}

pub(crate) fn errors(text: &str) -> Vec<String> {
    compile(&plan(text), Path::new(".")).err().unwrap_or_default()
}

/// A worker in a scripted world.
pub(crate) struct Bench {
    pub(crate) script: Rc<Script>,
    pub(crate) kept: Rc<Kept>,
    pub(crate) walker: Walker<Rc<Script>>,
}

impl Bench {
    pub(crate) fn new(program: Program, answers: impl IntoIterator<Item = Answer>) -> Bench {
        Bench::with_globals(Arc::new(program), answers, Globals::default())
    }

    pub(crate) fn with_globals(
        program: Arc<Program>,
        answers: impl IntoIterator<Item = Answer>,
        globals: Globals,
    ) -> Bench {
        let script =
            Rc::new(Script { answers: RefCell::new(answers.into_iter().collect()), ..Script::default() });
        let kept = Rc::new(Kept::default());
        let walker = Walker::new(program, script.clone(), kept.clone(), Arc::new(globals));
        Bench { script, kept, walker }
    }

    /// A bench on which session 0 of these steps has been walked.
    pub(crate) fn walked(steps: &[&str], answers: impl IntoIterator<Item = Answer>) -> (Bench, Ended) {
        let bench = Bench::new(program(&flow(steps)), answers);
        let ended = bench.session(0);
        (bench, ended)
    }

    /// Walks one session of a user of the same number.
    pub(crate) fn session(&self, session: u64) -> Ended {
        self.start(session, session)
    }

    pub(crate) fn start(&self, user: u64, session: u64) -> Ended {
        wait(self.walker.session(Start { user, session, intended: self.now(), pool: None }))
    }

    pub(crate) fn now(&self) -> Nanos {
        self.script.now()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.seen.borrow().clone()
    }

    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.kept.attempts.borrow().clone()
    }
}

pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}
