//! The kernel's high-resolution timer as a file descriptor.

use crate::event::{Clock, Nanos};
use rustix::fd::OwnedFd;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use std::io;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

const SECOND: i64 = 1_000_000_000;

/// One absolute timer on `CLOCK_MONOTONIC`.
pub(super) struct Alarm {
    descriptor: AsyncFd<OwnedFd>,
}

impl Alarm {
    pub(super) fn new() -> io::Result<Alarm> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        // Deprecated for types that may answer with another descriptor each time; an `OwnedFd` cannot.
        #[allow(deprecated)]
        let descriptor = AsyncFd::with_interest(timer, Interest::READABLE)?;
        Ok(Alarm { descriptor })
    }

    /// Sleeps until a point on the clock.
    pub(super) async fn sleep_until(&self, clock: &Clock, at: Nanos) {
        self.arm(clock.absolute(at));
        while clock.now() < at {
            // An expiry left over from a wait that was given up is noticed by the clock above. Setting the timer takes back
            // its count of expiries, so that it need not be read.
            match self.descriptor.readable().await {
                Ok(mut ready) => ready.clear_ready(),
                // The runtime is shutting down.
                Err(_) => return,
            }
        }
    }

    fn arm(&self, absolute: i64) {
        // A time of zero would disarm it.
        let absolute = absolute.max(1);
        let value = Timespec { tv_sec: absolute / SECOND, tv_nsec: absolute % SECOND };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        timerfd_settime(self.descriptor.get_ref(), TimerfdTimerFlags::ABSTIME, &once)
            .expect("a positive absolute time on an own timer is always accepted");
    }
}
