//! `packets`: delayed, lost, changed, reordered or slowed, on their way to or from the targets.

use super::network::Network;
use crate::chaos::helpers::Sketch;
use crate::chaos::target;
use crate::netfault::{Direction, Selector, Sort, Trouble};
use crate::plan::model::{FaultTarget, PacketFault};
use crate::plan::units::{Share, Time};

/// The fault of this id; `at`: all whom it may strike, unless it is a link between two groups.
pub(super) fn packets(id: &str, spec: &PacketFault) -> Network {
    let sort = Sort::Packets {
        direction: direction(spec.direction.as_deref()),
        only: Selector { peers: Vec::new(), port: spec.port },
        trouble: trouble(spec),
    };
    let (id, spec) = (id.to_owned(), spec.clone());
    let of = id.clone();
    Network {
        kind: "packets",
        id,
        draw: Box::new(move |instances| {
            let (on, peers) = match &spec.between {
                // One end is enough: every packet of the link passes it.
                Some(between) => (
                    target::named(between.from.iter(), instances)?,
                    target::named(between.to.iter(), instances)?,
                ),
                None => {
                    let all = FaultTarget { choose: None, share: None, ..spec.target.clone() };
                    (
                        target::choose(&all, instances, 0, &of, 0)?,
                        target::named(spec.peers.iter(), instances)?,
                    )
                }
            };
            let peers: Vec<String> = peers.into_iter().map(|peer| peer.name).collect();
            let sketch = |one: crate::stack::Instance| Sketch {
                // Nobody is its own peer, when a service's instances have trouble among themselves.
                peers: peers.iter().filter(|peer| **peer != one.name).cloned().collect(),
                on: one.name,
                id: of.clone(),
                sort: sort.clone(),
            };
            Ok(on.into_iter().map(sketch).collect())
        }),
    }
}

fn direction(word: Option<&str>) -> Direction {
    match word {
        Some("in") => Direction::In,
        Some("out") => Direction::Out,
        // Anything else was refused when the plan was checked.
        _ => Direction::Both,
    }
}

fn trouble(spec: &PacketFault) -> Trouble {
    let nanos =
        |time: Option<Time>| time.map_or(0, |time| u64::try_from(time.0.as_nanos()).unwrap_or(u64::MAX));
    let share = |share: Option<Share>| share.map_or(0.0, |share| share.0);
    Trouble {
        delay: nanos(spec.delay),
        jitter: nanos(spec.jitter),
        loss: share(spec.loss),
        corrupt: share(spec.corrupt),
        reorder: share(spec.reorder),
        rate: spec.rate.map_or(0, |rate| rate.0),
    }
}
