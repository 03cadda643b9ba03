//! The helper program: takes orders on standard input, decides on packets, and takes everything back when the input ends.

mod brain;
mod orders;
mod raw;
mod rules;
mod state;
mod talk;
mod trouble;

use super::Streams;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use state::State;
use std::io;
use talk::{Heard, Talk};

/// The body of `shakedown net-helper`, with a proxy beside it; returns the exit code.
pub fn helper_main(streams: Box<dyn Streams>) -> i32 {
    // A timer that fires 50 µs late, as timers usually may, would make every delay that much longer.
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
    let mut talk = Talk::default();
    let mut state = State::new(streams);
    let served = talk.hello().and_then(|()| serve(&mut talk, &mut state));
    let taken_back = state.take_back();
    match served.and(taken_back) {
        Ok(()) => 0,
        Err(error) => {
            // The harness may be gone; whoever reads the container's log finds it.
            let _ = io::Write::write_all(&mut io::stderr(), format!("net-helper: {error}\n").as_bytes());
            1
        }
    }
}

/// Until the input ends or says so.
fn serve(talk: &mut Talk, state: &mut State) -> io::Result<()> {
    loop {
        let ready = wait(talk, state)?;
        if ready.packets {
            state.take_packets()?;
        }
        state.release_due()?;
        if ready.orders {
            for heard in talk.listen()? {
                let Heard::Order(order) = heard else { return Ok(()) };
                let ends = order == super::Order::Quit;
                let answer = state.carry_out(order);
                talk.answer(&answer)?;
                if ends {
                    return Ok(());
                }
            }
        }
    }
}

struct Ready {
    orders: bool,
    packets: bool,
}

/// Waits for an order, a packet, or the time of the next departure.
fn wait(talk: &Talk, state: &State) -> io::Result<Ready> {
    let timeout = state.until_next().map(|nanos| Timespec {
        tv_sec: i64::try_from(nanos / 1_000_000_000).unwrap_or(i64::MAX),
        tv_nsec: i64::try_from(nanos % 1_000_000_000).unwrap_or(0),
    });
    let mut fds = vec![PollFd::new(talk.input(), PollFlags::IN)];
    let queues = state.queues();
    fds.extend(queues.map(|queues| PollFd::new(queues, PollFlags::IN)));
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let ready = |place: usize| fds.get(place).is_some_and(|fd| !fd.revents().is_empty());
    Ok(Ready { orders: ready(0), packets: ready(1) })
}
