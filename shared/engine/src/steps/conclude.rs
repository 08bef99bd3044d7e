//! The end: the ledger becomes the export's, what was held is given back, the run is closed.

use planner::RunKind;
use store::{Change, DocumentError};

use crate::account::{Never, document_error};
use crate::advance::Advance;
use crate::end::Status;
use crate::error::StepError;
use crate::finishing::Ended;
use crate::keys;
use crate::ledger_pointer::LedgerPointer;
use crate::occupation::Occupant;
use crate::phase::Phase;
use crate::run::Trigger;
use crate::session::Session;
use crate::steps::settle::{Pointed, unsent_additions};
use domain::in_one_line;

impl Session<'_> {
    pub(crate) async fn conclude(&mut self) -> Result<(), StepError> {
        let finishing = self.finishing_mut()?.clone();
        if let Some(sending) = &finishing.sending {
            match &finishing.ledger {
                Some(ledger) => {
                    if let Pointed::Other(object) = self.point_to(sending, ledger).await? {
                        let finishing = self.finishing_mut()?;
                        if let Some(sending) = &mut finishing.sending {
                            sending.basis.object = object;
                            sending.basis.unreadable = false;
                        }
                        finishing.counts = None;
                        finishing.ledger = None;
                        return Ok(self.save().await?);
                    }
                }
                // A braked plan leaves no trace: the next one is braked by the same rule.
                None if finishing.end.status() == Status::Skipped => {}
                None => self.remember_segment_rows().await?,
            }
        }
        self.give_back().await?;
        let counts = finishing.counts.unwrap_or_default();
        let (snapshots, chunks) = match finishing.sending {
            Some(sending) => {
                let earlier = sending.earlier.map_or(0, |earlier| earlier.chunks);
                (sending.snapshots, earlier + u32::try_from(sending.chunks.len()).unwrap_or(u32::MAX))
            }
            None => (finishing.snapshots, finishing.imports),
        };
        self.run.content.phase = Phase::Ended(Box::new(Ended {
            at: self.now(),
            end: finishing.end,
            counts,
            snapshots,
            chunks,
            basis: finishing.basis,
            files: finishing.files,
        }));
        self.run.content.waiting = None;
        // Nobody works on it any more, whatever becomes of this process.
        self.run.content.lease = None;
        self.run.content.crashes = None;
        Ok(self.save().await?)
    }

    /// Nothing was accepted, so the ledger stays; how many rows the segments had is worth remembering all the same.
    async fn remember_segment_rows(&self) -> Result<(), StepError> {
        let configuration = self.configuration()?;
        let export = &self.run.content.key.export;
        let key = keys::ledger_pointer(export, &configuration.account, &configuration.list);
        let Some(sending) = self.run.content.sending() else { return Ok(()) };
        self.engine
            .documents
            .update::<LedgerPointer, (), Never, _>(&key, |current| {
                let mut pointer = current.cloned().unwrap_or_default();
                let unsent_additions = unsent_additions(sending);
                if pointer.segment_rows == sending.segment_rows
                    && pointer.unsent_additions == unsent_additions
                {
                    return Ok(Change::Keep(()));
                }
                pointer.unsent_additions = unsent_additions;
                pointer.segment_rows.clone_from(&sending.segment_rows);
                Ok(Change::Write(pointer, ()))
            })
            .await
            .map_err(document_error)?;
        Ok(())
    }

    /// Gives the list and the account back.
    async fn give_back(&mut self) -> Result<(), StepError> {
        let Some(configuration) = self.run.content.configuration.clone() else { return Ok(()) };
        // Also when a call before this one took the slot and did not live to give it back.
        self.slot_held = true;
        self.release_slot().await?;
        let lease = keys::list_lease(&configuration.account, &configuration.list);
        Ok(self.engine.release_list(&self.run.content.key, &lease).await?)
    }

    /// After the end: the export is free for its next run, and the index forgets this one.
    pub(crate) async fn clean_up(&mut self) -> Result<Advance, DocumentError> {
        let run = self.run.content.clone();
        let Some(ended) = run.ended() else {
            return Ok(Advance::Wait { until: self.now() });
        };
        self.remove_old_ledgers().await;
        let unwanted = self.unwanted_follow_up(ended).await?;
        let next = self.engine.vacate(&run, ended, unwanted.as_ref()).await?;
        let index = keys::active_run(&run.key);
        self.engine.documents.store().delete(&index, store::Condition::None).await?;
        Ok(Advance::Done { status: ended.end.status(), next })
    }

    /// Ledgers that this run's own has replaced are of no use any more. What cannot be deleted stays: that costs
    /// room and nothing else.
    async fn remove_old_ledgers(&self) {
        let Ok(configuration) = self.configuration() else { return };
        let Ok(Some(pointer)) = self.ledger_pointer(configuration).await else { return };
        let run = &self.run.content;
        // When another run has written a newer one since, it may still need what it was compared with.
        if pointer.run.as_ref() != Some(&run.key.run) {
            return;
        }
        let old = run.compared_ledgers.iter().filter(|object| Some(*object) != pointer.object.as_ref());
        for object in old {
            if let Err(error) = self.engine.documents.store().delete(object, store::Condition::None).await {
                tracing::warn!(run = %run.key.run, object, error = %in_one_line(&error), "an old ledger stays");
            }
        }
    }

    /// The run that follows, if only a schedule or an upload asked for it, and either everything is paused or it would do
    /// exactly what this one did.
    ///
    /// While paused it is dropped, not kept: a schedule's slot or an upload that comes during a pause is not made up for
    /// either, and the next one after it starts a run that reads what is newest by then. Whether there is a pause must be
    /// known: nothing starts by itself as long as it cannot be told, and cleaning up is tried again.
    async fn unwanted_follow_up(&self, ended: &Ended) -> Result<Option<Occupant>, DocumentError> {
        let engine = self.engine;
        let occupation = engine.occupation(&self.run.content.key.export).await?;
        let by_itself = |follow_up: &Occupant| follow_up.request.trigger != Trigger::OnDemand;
        let Some(follow_up) = occupation.follow_up.filter(by_itself) else { return Ok(None) };
        if engine.everything_is_paused().await? {
            return Ok(Some(follow_up));
        }
        let ordinary = follow_up.request.kind == RunKind::Changes;
        let moot = ordinary && engine.would_repeat(&self.run.content, ended).await;
        Ok(moot.then_some(follow_up))
    }
}
