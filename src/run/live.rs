//! What the record tells the coordinator while it is being written.

use crate::event::{Event, LoadEvent, Sample, Timed};
use crate::record::{HistogramRow, Observer, Series};
use std::sync::{Arc, Mutex, PoisonError};

/// News since it was last asked for.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Rows of responses, requests and arrivals.
    pub(super) operations: Vec<HistogramRow>,
    /// Arrivals that were dropped.
    pub(super) dropped: u64,
    pub(super) samples: Vec<Sample>,
}

/// Takes news from the writer's thread to the coordinator's. What is not fetched is kept only up to a bound.
#[derive(Clone, Debug, Default)]
pub(super) struct Feed {
    news: Arc<Mutex<News>>,
}

/// The most rows that wait to be fetched; the coordinator fetches twenty times a second.
const MOST: usize = 1 << 20;

impl Feed {
    /// The news since the last call.
    pub(super) fn fetch(&self) -> News {
        std::mem::take(&mut *self.news.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Feed {
    fn histograms(&mut self, rows: &[HistogramRow]) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        if news.operations.len() < MOST {
            news.operations.extend(rows.iter().filter(|row| row.series != Series::FromSend));
        }
    }

    fn event(&mut self, timed: &Timed) {
        if let Event::Load(LoadEvent::Dropped { count }) = &timed.event {
            self.news.lock().unwrap_or_else(PoisonError::into_inner).dropped += count;
        }
    }

    fn sample(&mut self, sample: &Sample) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        if news.samples.len() < MOST {
            news.samples.push(sample.clone());
        }
    }
}
