//! Opt-outs first: before the plan, and again before sending goes on after a long wait.

use planner::{FinishedChunk, without_opt_outs};
use store::Condition;

use crate::chunk::{ChunkFailure, ChunkState};
use crate::decide::has_fresh_opt_outs;
use crate::error::StepError;
use crate::keys;
use crate::opt_outs::Look;
use crate::phase::Phase;
use crate::session::Session;
use crate::steps::settlement::get_if_there;

impl Session<'_> {
    /// Looks at the opt-outs; answers whether everything that is readable now is known. If not, the run is to wait.
    pub(super) async fn look(&mut self) -> Result<bool, StepError> {
        let client = self.client().await?;
        let account = self.configuration()?.account.clone();
        let seed = self.engine.hash_seed(&account).await?;
        let look = self.engine.look_at_opt_outs(&client, &account, seed, self.deadline).await?;
        if look == Look::Partial {
            // It goes on with the next call: nothing is waited for.
            self.asked_to_wait = Some((self.now(), None));
        }
        Ok(look == Look::Complete)
    }

    pub(crate) async fn look_at_opt_outs(&mut self) -> Result<(), StepError> {
        let now = self.now();
        if self.look().await? {
            match &mut self.run.content.phase {
                Phase::Looking(looking) => looking.opt_outs_at = Some(now),
                Phase::Planning(planning) => planning.opt_outs_at = now,
                _ => {}
            }
            self.save().await?;
        }
        Ok(())
    }

    /// Takes people who opted out since the plan out of chunks that are still to be sent; looks again before, unless
    /// the last look is recent.
    pub(crate) async fn refresh_opt_outs(&mut self) -> Result<(), StepError> {
        let now = self.now();
        let looks = !has_fresh_opt_outs(self.sending()?, &self.engine.settings, now);
        if looks && !self.look().await? {
            return Ok(());
        }
        let configuration = self.configuration()?.clone();
        let seed = self.engine.hash_seed(&configuration.account).await?;
        let opt_outs = self.engine.opt_outs(&configuration.account).await?;
        let (run, plan) = (self.run.content.key.run.clone(), self.sending()?.plan.clone());
        let store = self.engine.documents.store().clone();
        for index in 0..self.sending()?.chunks.len() {
            let Some(chunk) = self.sending()?.chunks.get(index).cloned() else { continue };
            if chunk.state != ChunkState::Waiting {
                continue;
            }
            let (number, revision) = (chunk.number, chunk.revision);
            let body = get_if_there(store.as_ref(), &keys::chunk_body(&run, &plan, number, revision)).await?;
            let members =
                get_if_there(store.as_ref(), &keys::chunk_members(&run, &plan, number, revision)).await?;
            let (Some(body), Some(members)) = (body, members) else {
                // The run waited longer than chunks are kept. Its rows are sent by the next run.
                self.set_state(number, ChunkState::Failed { cause: ChunkFailure::FilesGone })?;
                continue;
            };
            let list = configuration.list.as_str();
            let rewritten = without_opt_outs(number, &body, &members, list, &opt_outs, seed)
                .map_err(|error| StepError::Permanent(error.to_string()))?;
            if let Some(chunk) = self.sending_mut()?.chunk_mut(number) {
                chunk.checked_at = Some(now);
            }
            let Some(rewritten) = rewritten else { continue };
            let revision = revision + 1;
            let put =
                async |key: String, bytes: Vec<u8>| store.put(&key, bytes.into(), Condition::None).await;
            put(keys::chunk_taken_out(&run, &plan, number, revision), rewritten.taken_out).await?;
            let left = rewritten.chunk;
            let (rows, bytes) = left.as_ref().map_or((0, 0), |chunk| (chunk.rows, chunk.body.len() as u64));
            if let Some(FinishedChunk { body, members, .. }) = left {
                put(keys::chunk_body(&run, &plan, number, revision), body).await?;
                put(keys::chunk_members(&run, &plan, number, revision), members).await?;
            }
            if let Some(chunk) = self.sending_mut()?.chunk_mut(number) {
                chunk.revision = revision;
                chunk.rows = rows;
                chunk.bytes = bytes;
                if rows == 0 {
                    chunk.state = ChunkState::Emptied;
                }
            }
        }
        if looks {
            self.sending_mut()?.opt_outs_at = now;
        }
        Ok(self.save().await?)
    }
}
