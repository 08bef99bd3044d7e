//! The end: the ledger becomes the export's, what was held is given back, the run is closed.

use domain::outcome::Counts;
use store::{Change, DocumentError};

use crate::account::{Never, document_error};
use crate::advance::Advance;
use crate::error::StepError;
use crate::keys;
use crate::ledger_pointer::LedgerPointer;
use crate::run::{Ended, Phase, Trigger};
use crate::session::Session;
use crate::steps::settle::Pointed;

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
                None => self.remember_segment_rows().await?,
            }
        }
        self.give_back().await?;
        let counts = finishing.counts.unwrap_or_default();
        let (snapshots, chunks) = match finishing.sending {
            Some(sending) => (sending.snapshots, u32::try_from(sending.chunks.len()).unwrap_or(u32::MAX)),
            None => (finishing.snapshots, 0),
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
                if pointer.segment_rows == sending.segment_rows {
                    return Ok(Change::Keep(()));
                }
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
        let nothing_new = self.nothing_new(ended).await;
        let next = self.engine.vacate(&run, ended, nothing_new).await?;
        let index = keys::active_run(&run.key);
        self.engine.documents.store().delete(&index, store::Condition::None).await?;
        Ok(Advance::Done { status: ended.end.status(), next })
    }

    /// Whether a run that follows because of a schedule or an upload would read the very same snapshots.
    async fn nothing_new(&self, ended: &Ended) -> bool {
        let engine = self.engine;
        let key = &self.run.content.key;
        let follow_up = engine.occupation(&key.export).await.ok().and_then(|occupation| occupation.follow_up);
        if follow_up.is_none_or(|next| next.request.trigger == Trigger::OnDemand)
            || ended.snapshots.is_empty()
        {
            return false;
        }
        for snapshot in &ended.snapshots {
            let located = engine.locate(&snapshot.segment, self.now()).await;
            let same = located.is_ok_and(|located| {
                located.uploading.is_none()
                    && located.newest.is_some_and(|newest| newest.parts == snapshot.parts)
            });
            if !same {
                return false;
            }
        }
        ended.counts != Counts::default()
    }
}
