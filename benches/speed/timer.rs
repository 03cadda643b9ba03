//! The yardstick for lateness: a bare loop that waits on an absolute timerfd and reads the clock.

use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime,
    timerfd_create, timerfd_settime,
};

/// Lateness in microseconds.
pub struct Lateness {
    /// The median.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
}

fn now() -> i64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Waits for `rate` points per second, each by the timer, on processor 0 as everything that is compared with it.
pub fn bare_loop(rate: i64, seconds: i64) -> Lateness {
    let pinned = std::thread::spawn(move || {
        let mut first = CpuSet::new();
        first.set(0);
        sched_setaffinity(None, &first).expect("processor 0 is there");
        wait_for_each(rate, seconds)
    });
    pinned.join().expect("no panic")
}

fn wait_for_each(rate: i64, seconds: i64) -> Lateness {
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC).expect("a timer");
    let start = now() + 10_000_000;
    let mut late: Vec<i64> = Vec::with_capacity((rate * seconds) as usize);
    for arrival in 0..rate * seconds {
        let due = start + arrival * 1_000_000_000 / rate;
        if now() < due {
            let at = Timespec { tv_sec: due / 1_000_000_000, tv_nsec: due % 1_000_000_000 };
            let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: at };
            timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME, &once).expect("the timer is set");
            let mut ticks = [0; 8];
            rustix::io::read(&timer, &mut ticks).expect("the timer fires");
        }
        late.push(now() - due);
    }
    late.sort_unstable();
    let at = |q: f64| late[((late.len() - 1) as f64 * q) as usize] as f64 / 1e3;
    Lateness { p50: at(0.5), p99: at(0.99) }
}
