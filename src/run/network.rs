//! Helpers for network faults: their image before the stack comes up, they themselves before the load.

use crate::chaos::helpers::{self, Helpers, InContainers};
use crate::event::{Clock, Event, EventSink};
use crate::plan::model::FaultSpec;
use crate::stack::Stack;
use std::path::Path;
use std::sync::Arc;

/// What helpers are for, and with whom they are made.
pub(super) struct Wanted<'a> {
    pub(super) faults: &'a [FaultSpec],
    pub(super) stack: Arc<dyn Stack>,
    /// This program.
    pub(super) program: &'a Path,
    /// Another image than the one made of this program.
    pub(super) image: Option<&'a str>,
    /// The run's name among all runs.
    pub(super) run: String,
    pub(super) clock: Clock,
    pub(super) events: Arc<dyn EventSink>,
}

impl Wanted<'_> {
    fn note(&self, text: String) {
        self.events.emit(self.clock.now(), Event::Note { text });
    }
}

/// The image, made if need be; `None`: no fault wants it. The error says why there is none.
pub(super) async fn image(wanted: &Wanted<'_>) -> Result<Option<String>, String> {
    if !helpers::wanted(wanted.faults) {
        return Ok(None);
    }
    let Some(containers) = wanted.stack.containers() else {
        return Err("faults on packets, look-ups and ports and partitions need a network namespace for each target: containers, \
                    with `kind = \"compose\"`"
            .into());
    };
    let progress = |text: String| wanted.note(text);
    helpers::helper_image(containers.engine(), wanted.image, wanted.program, &progress).await.map(Some)
}

/// The helpers, armed, beside every target that may be struck.
pub(super) async fn helpers(
    wanted: &Wanted<'_>,
    image: Option<String>,
) -> Result<Option<Arc<Helpers>>, String> {
    let Some(image) = image else { return Ok(None) };
    let instances = wanted.stack.instances();
    let lines = |errors: Vec<String>| errors.join("\n");
    let sketches = helpers::sketches(wanted.faults, &instances).map_err(lines)?;
    let reach = Arc::new(InContainers::new(wanted.stack.clone(), image, wanted.run.clone()));
    let helpers = Arc::new(Helpers::new(reach, sketches));
    for text in helpers.prepare(&instances).await.map_err(lines)? {
        wanted.note(text);
    }
    Ok(Some(helpers))
}
