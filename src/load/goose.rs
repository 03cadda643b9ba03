//! `executor = "goose"`: the Goose library decides when users start and iterate; each iteration is a session on our workers,
//! so that connections, timing and record are the same as ever. Goose's own client is never used.

use super::schedule::Timeline;
use super::signal::{Signal, Stage};
use super::station::Station;
use super::timer::Time;
use super::users::{Ended, Users};
use crate::event::{Clock, Nanos};
use crate::plan::model::{Load, LoadModel};
use goose::GooseAttack;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Goose's cancel flag belongs to the process, so that it can run one attack at a time.
static RUNNING: AtomicBool = AtomicBool::new(false);

/// So many iterations of Goose's users may wait for one worker to turn to them.
const WAITING: usize = 1024;

/// How long a user of Goose rests when there is no more work, until Goose has told it to leave.
const REST: Duration = Duration::from_millis(50);

/// A session that failed faster than this waits for as long, as with our own executor.
const BREATH: Duration = Duration::from_millis(1);

/// An iteration that Goose has begun.
struct Ask {
    user: u64,
    iteration: u64,
    asked: Nanos,
    done: oneshot::Sender<()>,
}

/// Where one worker finds what Goose's users ask for.
pub(crate) struct Desk(mpsc::Receiver<Ask>);

/// Where Goose's users ask.
pub(crate) struct Office {
    desks: Vec<mpsc::Sender<Ask>>,
    clock: Clock,
}

/// An office and its desks, one per worker.
pub(crate) fn desks(workers: usize, clock: Clock) -> (Office, Vec<Desk>) {
    let (desks, receivers) = (0..workers).map(|_| mpsc::channel(WAITING)).unzip::<_, _, Vec<_>, Vec<_>>();
    (Office { desks, clock }, receivers.into_iter().map(Desk).collect())
}

impl Office {
    /// One iteration: hands it to a worker and awaits its end.
    async fn iterate(&self, user: u64, iteration: u64) {
        let (done, ended) = oneshot::channel();
        let ask = Ask { user, iteration, asked: self.clock.now(), done };
        let desk = &self.desks[user as usize % self.desks.len()];
        if desk.send(ask).await.is_err() || ended.await.is_err() {
            // The load is over. Goose resets its flag when an attack starts, so an early stop is told again here.
            goose::trigger_killswitch("the load is over");
            tokio::time::sleep(REST).await;
        }
    }
}

/// Carries out what Goose's users ask of one worker, until the load is over. Returns when that was.
pub(crate) async fn serve<U: Users, T: Time>(
    station: &Rc<Station<U, T>>,
    mut desk: Desk,
    end: Nanos,
) -> Nanos {
    let mut pools: HashMap<u64, Rc<U::Pool>> = HashMap::new();
    loop {
        let ask = tokio::select! {
            biased;
            () = station.signal.reached(Stage::Stop) => break,
            () = station.time.wait_until(end) => break,
            ask = desk.0.recv() => ask,
        };
        let Some(ask) = ask else { break };
        station.tally.planned.add(1);
        let pool = station
            .own_connections
            .then(|| pools.entry(ask.user).or_insert_with(|| Rc::new(station.users.pool())).clone());
        tokio::task::spawn_local(carry_out(station.clone(), ask, pool));
    }
    goose::trigger_killswitch("the load is over");
    station.time.now().min(end)
}

async fn carry_out<U: Users, T: Time>(station: Rc<Station<U, T>>, ask: Ask, pool: Option<Rc<U::Pool>>) {
    let intended = ask.asked.max(station.start);
    let session = ask.user << 32 | ask.iteration;
    let ended = station.enter().session(ask.user, session, intended, pool.as_deref()).await;
    if ended == Ended::Bad && station.time.now() - intended < Nanos::from(BREATH) {
        station.time.pause(BREATH).await;
    }
    // Nobody listens any more where Goose has ended first.
    let _ = ask.done.send(());
}

/// An attack of Goose, configured and alone in this process.
pub(crate) struct Attack {
    configuration: GooseConfiguration,
    _alone: Alone,
}

impl Attack {
    /// Configures Goose for a load.
    pub(crate) fn prepare(load: &Load, timeline: &Timeline) -> Result<Attack, String> {
        if load.model != LoadModel::Closed {
            return Err("`load.executor = \"goose\"` knows the closed model only; write `model = \"closed\"` with `users`, or leave out `executor`".into());
        }
        let arguments = arguments(load, timeline)?;
        let configuration = GooseConfiguration::parse_args_default(&arguments)
            .map_err(|error| format!("Goose refuses this load ({}): {error}", arguments.join(" ")))?;
        Ok(Attack { configuration, _alone: Alone::claim()? })
    }

    /// Runs it until it ends, on this thread.
    pub(crate) fn run(
        self,
        office: Office,
        signal: &Signal,
        clock: Clock,
        start: Nanos,
    ) -> Result<(), String> {
        keep_interrupt();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("Goose's runtime could not be made: {error}"))?;
        runtime.block_on(async {
            tokio::select! {
                () = signal.reached(Stage::Stop) => return Ok(()),
                () = tokio::time::sleep((start - clock.now()).to_duration()) => {}
            }
            let attack = GooseAttack::initialize_with_config(self.configuration);
            let attack = attack.map(|attack| attack.register_scenario(scenario(office)));
            let done = match attack {
                Ok(attack) => attack.execute().await.map(drop),
                Err(error) => Err(error),
            };
            done.map_err(|error| format!("Goose: {error}"))
        })
    }
}

fn scenario(office: Office) -> Scenario {
    let office = Arc::new(office);
    let function: TransactionFunction = Arc::new(move |user: &mut GooseUser| {
        let office = office.clone();
        let (number, iteration) = (user.weighted_users_index as u64, user.get_iterations() as u64);
        Box::pin(async move {
            office.iterate(number, iteration).await;
            Ok(())
        })
    });
    Scenario::new("plan").register_transaction(Transaction::new(function))
}

/// What Goose's command line would say. Our own end of the load ends Goose, so that it is given no run time.
fn arguments(load: &Load, timeline: &Timeline) -> Result<Vec<String>, String> {
    let mut words: Vec<String> =
        ["--host", "http://127.0.0.1", "-q", "--no-metrics", "--no-print-metrics", "--no-telnet"]
            .map(String::from)
            .into();
    let mut say = |option: &str, value: String| words.extend([option.to_owned(), value]);
    if load.stages.is_empty() {
        // Goose counts users per second in single precision; a million at once is all at once.
        let rate = load.hatch_rate.map_or(1e6, |rate| rate.0);
        say("--users", format!("{}", load.users.unwrap_or(0)));
        say("--increase-rate", format!("{rate}"));
        if let Some(iterations) = load.iterations {
            say("--iterations", format!("{iterations}"));
        }
        return Ok(words);
    }
    if load.iterations.is_some() {
        return Err(
            "with `executor = \"goose\"`, `load.iterations` and `load.stages` exclude each other".into()
        );
    }
    say("--test-plan", test_plan(timeline)?);
    Ok(words)
}

/// The stages as Goose writes them: `users,seconds` to reach them; a jump takes no time.
fn test_plan(timeline: &Timeline) -> Result<String, String> {
    let (mut steps, mut before) = (Vec::new(), 0.0);
    for piece in timeline.curve().pieces() {
        let length = piece.to - piece.from;
        let whole = length.0 % 1_000_000_000 == 0 && piece.last.fract() == 0.0;
        if !whole {
            return Err(format!(
                "with `executor = \"goose\"` stages (and their hatching) last whole seconds; the one from {} to {} does not",
                piece.from, piece.to
            ));
        }
        if piece.first != before {
            steps.push(format!("{},0", piece.first));
        }
        steps.push(format!("{},{}", piece.last, length.second()));
        before = piece.last;
    }
    Ok(steps.join(";"))
}

/// The right to attack in this process; given back when dropped.
struct Alone;

impl Alone {
    fn claim() -> Result<Alone, String> {
        match RUNNING.swap(true, Ordering::AcqRel) {
            false => Ok(Alone),
            true => Err("another load with `executor = \"goose\"` is running in this process, and Goose can run one at a time; wait for it to end, or leave out `executor`".into()),
        }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        RUNNING.store(false, Ordering::Release);
    }
}

/// Goose takes over Ctrl-C for the whole process and on the second one exits without healing. It lets be a handler that is
/// there already; ours passes the interrupt on as SIGTERM, which ends a run in the same order.
fn keep_interrupt() {
    // An error says that there is one already: ours, from an attack before.
    let _ = ctrlc::set_handler(|| {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM);
    });
}

#[cfg(test)]
mod tests {
    use super::super::timeline;
    use super::*;

    fn words(text: &str) -> Result<String, String> {
        let load: Load = toml::from_str(&format!("model = \"closed\"\n{text}")).expect("a load");
        arguments(&load, &timeline(&load)).map(|words| words[6..].join(" "))
    }

    #[test]
    fn loads_are_said_in_the_words_of_goose() {
        assert_eq!(words("users = 5\nfor = \"1s\"").as_deref(), Ok("--users 5 --increase-rate 1000000"));
        assert_eq!(
            words("users = 5\niterations = 2\nhatch_rate = \"2/s\"").as_deref(),
            Ok("--users 5 --increase-rate 2 --iterations 2")
        );
        assert_eq!(
            words(r#"stages = [{ users = 5, for = "3s" }, { ramp_users_to = 0, for = "10s" }]"#).as_deref(),
            Ok("--test-plan 5,0;5,3;0,10")
        );
        let error = words(r#"stages = [{ users = 5, for = "500ms" }]"#).expect_err("half a second");
        assert!(error.contains("whole seconds"), "{error}");
    }
}
