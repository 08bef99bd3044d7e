//! Files of hashes: what is known of an account's opt-outs, and parts of what is being read.

use domain::identifier::AccountId;
use ledger::AddressHash;
use planner::OptOuts;
use store::{Condition, StoreError};

use super::day;
use super::state::OptOutState;
use crate::engine::Engine;
use crate::error::StepError;
use crate::keys;

impl Engine {
    /// What is known of the account's opt-outs.
    ///
    /// # Errors
    /// A passing one as long as they have never been read in full: look first.
    pub(crate) async fn opt_outs(&self, account: &AccountId) -> Result<OptOuts, StepError> {
        let key = keys::opt_outs(account);
        let mut missing = None;
        loop {
            let state = self.documents.load::<OptOutState>(&key).await?.map(|state| state.content);
            let state = state.unwrap_or_default();
            let (Some(full_read_at), Some(name)) = (state.full_read_at, state.hashes) else {
                return Err(StepError::Passing("the account's opt-outs must be read again first".to_owned()));
            };
            if missing.as_ref() == Some(&name) {
                return Err(StepError::Passing(
                    "what was read of the account's opt-outs is missing".to_owned(),
                ));
            }
            match self.read_hashes(account, &name).await {
                Ok(hashes) => return Ok(OptOuts::new(hashes, day(full_read_at))),
                // Replaced since, or lost: the next look finds out.
                Err(StoreError::NotFound { .. }) => missing = Some(name),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes hashes as sixteen bytes each.
    pub(super) async fn write_hashes(
        &self,
        account: &AccountId,
        hashes: OptOuts,
    ) -> Result<String, StoreError> {
        let name = self.random.uuid().to_string();
        let bytes: Vec<u8> = hashes.hashes().iter().flat_map(|hash| hash.0.to_be_bytes()).collect();
        let key = keys::opt_out_hashes(account, &name);
        self.documents.store().put(&key, bytes.into(), Condition::Absent).await?;
        Ok(name)
    }

    pub(super) async fn read_hashes(
        &self,
        account: &AccountId,
        name: &str,
    ) -> Result<Vec<AddressHash>, StoreError> {
        let object = self.documents.store().get(&keys::opt_out_hashes(account, name)).await?;
        let (hashes, _) = object.bytes.as_chunks::<16>();
        Ok(hashes.iter().map(|bytes| AddressHash(u128::from_be_bytes(*bytes))).collect())
    }
}
