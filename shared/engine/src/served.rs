//! Whether a run has done already what another one would do now.

use catalog::{Connection, Export, connection_key, export_key};
use domain::identifier::{ExportId, RunId};
use domain::outcome::Counts;
use snapshots::PinnedSnapshot;
use store::DocumentError;

use crate::end::Status;
use crate::engine::Engine;
use crate::finishing::Ended;
use crate::occupation::{Closing, Occupation};
use crate::run::{Configuration, Run, RunKey};

impl Engine {
    /// Whether an ordinary run would read what `run` has read and do what it did. What one has left undone that failed or
    /// was canceled, another one would do. In any doubt it would not.
    pub(crate) async fn would_repeat(&self, run: &Run, ended: &Ended) -> bool {
        let finished = !matches!(ended.end.status(), Status::Failure | Status::Canceled);
        let read_something = !ended.snapshots.is_empty() && ended.counts != Counts::default();
        finished
            && read_something
            && self.has_same_configuration(run).await == Some(true)
            && self.are_still_newest(&ended.snapshots).await
    }

    /// Whether the active run serves nobody who comes now. In any doubt it does not: another run finds out.
    pub(crate) async fn closing(&self, run: &Run) -> Option<Closing> {
        if let Some(closing) = Closing::of(run) {
            return Some(closing);
        }
        // One that has not read the export yet reads it as it is by then.
        let outdated = run.configuration.is_some() && self.has_same_configuration(run).await != Some(true);
        outdated.then(|| Closing::Outdated(run.key.run.clone()))
    }

    /// The run that has ended last, if `snapshot` was among what it used, it neither failed nor was canceled, and another
    /// one would do the same. `ended` is the active run if only its cleaning up is outstanding.
    pub(crate) async fn served_by(
        &self,
        export: &ExportId,
        occupation: &Occupation,
        ended: Option<&Run>,
        snapshot: &PinnedSnapshot,
    ) -> Result<Option<RunId>, DocumentError> {
        let latest = match (ended, &occupation.active, &occupation.latest) {
            (Some(run), _, _) => Some(run.clone()),
            (None, None, Some(latest)) => {
                self.run(&RunKey { export: export.clone(), run: latest.run.clone() }).await?
            }
            _ => None,
        };
        let Some(run) = latest else { return Ok(None) };
        let Some(ended) = run.ended() else { return Ok(None) };
        let used = |used: &PinnedSnapshot| used.segment == snapshot.segment && used.parts == snapshot.parts;
        let served = ended.snapshots.iter().any(used) && self.would_repeat(&run, ended).await;
        Ok(served.then_some(run.key.run))
    }

    async fn are_still_newest(&self, snapshots: &[PinnedSnapshot]) -> bool {
        let now = self.clock.now();
        for used in snapshots {
            let Ok(located) = self.locate_and_remember(&used.segment, now).await else { return false };
            let same = located.newest.is_some_and(|newest| newest.parts == used.parts);
            if located.uploading.is_some() || !same {
                return false;
            }
        }
        true
    }

    /// Whether the export still is what it was when the run read it; `None` when that cannot be told.
    async fn has_same_configuration(&self, run: &Run) -> Option<bool> {
        let used = run.configuration.as_ref()?;
        let export = self.documents.load::<Export>(&export_key(&run.key.export)).await.ok()??.content;
        let connection = export.connection?;
        let found = self.documents.load::<Connection>(&connection_key(&connection)).await.ok()??.content;
        let account = found.usable()?.account.clone();
        let Export { list, segments, mapping, .. } = export;
        Some(*used == Configuration { connection, account, list, segments, mapping })
    }
}
