//! `partition`: two groups cannot hear each other, or the one cannot hear the other.

use super::network::Network;
use crate::chaos::helpers::Sketch;
use crate::chaos::target;
use crate::netfault::Sort;
use crate::plan::model::PartitionFault;
use crate::stack::Instance;

/// The fault of this id. Who is not to be heard is dropped where he would be heard: a packet dropped where it leaves would be an
/// error that its sender sees.
pub(super) fn partition(id: &str, spec: &PartitionFault) -> Network {
    let (of, spec) = (id.to_owned(), spec.clone());
    Network {
        kind: "partition",
        id: id.to_owned(),
        draw: Box::new(move |instances| {
            let from = target::named(spec.from.iter(), instances)?;
            let to = target::named(spec.to.iter(), instances)?;
            let mut sketches = deaf(&of, &to, &from);
            if !spec.one_way {
                sketches.extend(deaf(&of, &from, &to));
            }
            Ok(sketches)
        }),
    }
}

/// These do not hear those.
fn deaf(id: &str, these: &[Instance], those: &[Instance]) -> Vec<Sketch> {
    let peers: Vec<String> = those.iter().map(|one| one.name.clone()).collect();
    let sketch = |one: &Instance| Sketch {
        on: one.name.clone(),
        id: id.to_owned(),
        peers: peers.clone(),
        sort: Sort::Wall { from: Vec::new() },
    };
    these.iter().map(sketch).collect()
}

/// Those on whom it stands.
pub(super) fn victims(spec: &PartitionFault) -> Vec<String> {
    let from = spec.from.iter().filter(|_| !spec.one_way);
    from.chain(spec.to.iter()).cloned().collect()
}
