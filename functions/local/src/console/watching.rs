//! Watches the folder of segments: a new snapshot is announced as S3 announces it elsewhere.

use std::sync::Arc;
use std::time::Duration;

use configuration::Configuration;
use domain::identifier::SegmentName;
use domain::in_one_line;
use store::{ObjectStore, list_all};

use super::seen::{Files, Seen, files};

/// A file that has not changed from one look to the next is written.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// Looks at the folder of segments from time to time.
#[derive(Debug)]
pub(super) struct Watching {
    configuration: Configuration,
    segments: Arc<dyn ObjectStore>,
    prefix: &'static str,
    seen: Seen,
}

impl Watching {
    pub(super) const fn new(
        configuration: Configuration,
        segments: Arc<dyn ObjectStore>,
        prefix: &'static str,
        seen: Seen,
    ) -> Self {
        Self { configuration, segments, prefix, seen }
    }

    /// Looks for as long as it is polled; it may be dropped at any moment.
    pub(super) async fn go_on(mut self) {
        let mut before = Files::new();
        loop {
            match list_all(self.segments.as_ref(), self.prefix).await {
                Ok(objects) => {
                    let now = files(self.prefix, objects);
                    self.announce(&before, &now).await;
                    before = now;
                }
                Err(error) => {
                    tracing::warn!(
                        error = in_one_line(&error),
                        "the folder of segments could not be looked at"
                    );
                }
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    async fn announce(&mut self, before: &Files, now: &Files) {
        let mut announced = Files::new();
        for (segment, files) in self.seen.changed(before, now) {
            if self.announce_segment(&segment).await {
                announced.extend(files);
            }
        }
        if let Err(error) = self.seen.mark(announced, now) {
            tracing::warn!(
                error = in_one_line(&error),
                "what was seen of the segments could not be written down"
            );
        }
    }

    /// Answers whether it need not be announced again.
    async fn announce_segment(&self, segment: &SegmentName) -> bool {
        match self.configuration.snapshot_uploaded(segment).await {
            Ok(report) => {
                tracing::info!(%segment, started = report.started.len(), "a segment has new files");
                report.failed.is_empty()
            }
            Err(error) => {
                let error = in_one_line(&error);
                tracing::warn!(%segment, error, "new files of a segment could not be announced; it is tried again");
                false
            }
        }
    }
}
