//! Sleeping until an absolute time, to the microsecond. Tokio's own timers tick in milliseconds and bunch arrivals.

mod foresight;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;
mod wakes;

#[cfg(target_os = "linux")]
use linux::Alarm;
#[cfg(not(target_os = "linux"))]
use portable::Alarm;

pub(crate) use wakes::Wakes;

use crate::event::{Clock, Nanos};
use foresight::Foresight;
use std::rc::Rc;
use std::time::Duration;

/// What an executor needs of time. Tests put a made-up time behind it.
pub(crate) trait Time: 'static {
    /// Now, on the run's clock.
    fn now(&self) -> Nanos;

    /// Waits until a point on the run's clock. One caller at a time.
    fn wait_until(&self, at: Nanos) -> impl Future<Output = ()>;

    /// Waits so long; for any number of callers.
    fn pause(&self, length: Duration) -> impl Future<Output = ()>;
}

/// The run's clock with a timer of the operating system.
pub(crate) struct Timer {
    clock: Clock,
    alarm: Alarm,
    wakes: Rc<Wakes>,
    foresight: Foresight,
    spin: Nanos,
}

impl Timer {
    /// A timer of the current runtime. For the last `spin` before a time it keeps the core busy in place of sleeping.
    pub(crate) fn new(clock: Clock, spin: Duration, wakes: Rc<Wakes>) -> std::io::Result<Timer> {
        let (alarm, foresight) = (Alarm::new()?, Foresight::default());
        Ok(Timer { clock, alarm, wakes, foresight, spin: Nanos::from(spin) })
    }
}

impl Time for Timer {
    #[inline]
    fn now(&self) -> Nanos {
        self.clock.now()
    }

    async fn wait_until(&self, at: Nanos) {
        let wake = at - self.spin - self.foresight.lead();
        if self.now() < wake {
            self.alarm.sleep_until(&self.clock, wake).await;
            self.foresight.learn(self.now() - wake);
        }
        // A yield looks for input too, so that spinning delays no response.
        while self.now() < at {
            tokio::task::yield_now().await;
        }
    }

    async fn pause(&self, length: Duration) {
        self.wakes.until(self.now() + length).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::LocalRuntime {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build_local(Default::default()).expect("a runtime")
    }

    fn timer(spin: Duration) -> std::io::Result<Timer> {
        let clock = Clock::start();
        Timer::new(clock, spin, Wakes::start(clock)?)
    }

    #[test]
    fn it_never_wakes_early_with_or_without_spinning() {
        for spin in [Duration::ZERO, Duration::from_micros(300), Duration::from_secs(9)] {
            runtime().block_on(async {
                let timer = timer(spin).expect("a timer");
                for step in 1..=20 {
                    let at = Nanos(step * 500_000);
                    timer.wait_until(at).await;
                    assert!(timer.now() >= at);
                }
                timer.wait_until(Nanos(-5)).await;
            });
        }
    }

    #[test]
    fn a_wait_given_up_does_not_wake_the_next_one_early() {
        runtime().block_on(async {
            let timer = timer(Duration::ZERO).expect("a timer");
            for _ in 0..5 {
                let soon = timer.now() + Nanos(200_000);
                tokio::select! {
                    biased;
                    () = timer.wait_until(soon) => {}
                    () = async { while timer.now() < soon { tokio::task::yield_now().await } } => {}
                }
                let later = timer.now() + Nanos(2_000_000);
                timer.wait_until(later).await;
                assert!(timer.now() >= later);
            }
        });
    }
}
