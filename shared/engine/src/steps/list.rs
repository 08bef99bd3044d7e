//! The first step: read the configuration and take the list.

use catalog::{Connection, Export, connection_key, export_key};
use jiff::SignedDuration;

use crate::account::Acquired;
use crate::end::End;
use crate::error::StepError;
use crate::keys;
use crate::phase::{Looking, Phase};
use crate::run::{Configuration, Waiting};
use crate::session::Session;

/// How often a run looks whether the list is free.
const LIST_PAUSE: SignedDuration = SignedDuration::from_secs(20);

impl Session<'_> {
    pub(crate) async fn acquire_list(&mut self) -> Result<(), StepError> {
        let Some(configuration) = self.read_configuration().await? else {
            return Ok(self.finish(End::NoConnection).await?);
        };
        let lease = keys::list_lease(&configuration.account, &configuration.list);
        match self.engine.acquire_list(&self.run.content.key, &lease).await? {
            Acquired::HeldBy(_) => {
                let now = self.now();
                let until = now.checked_add(LIST_PAUSE).unwrap_or(now);
                self.asked_to_wait = Some((until, Some(Waiting::List)));
                Ok(())
            }
            Acquired::Ours => {
                let run = &mut self.run.content;
                run.configuration = Some(configuration);
                run.phase = Phase::Looking(Looking::default());
                Ok(self.save().await?)
            }
        }
    }

    /// Whoever changed the export while its configuration was being read, and then asked for a run, has joined this one:
    /// what was read must still be so now that everybody can see what it was. If not, the run begins anew.
    pub(crate) async fn begins_anew(&mut self) -> Result<bool, StepError> {
        let now = self.read_configuration().await?;
        let Some(read) = self.run.content.configuration.clone().filter(|read| now.as_ref() != Some(read))
        else {
            return Ok(false);
        };
        let lease = keys::list_lease(&read.account, &read.list);
        self.engine.release_list(&self.run.content.key, &lease).await?;
        self.run.content.configuration = None;
        self.run.content.phase = Phase::Queued;
        self.save().await?;
        Ok(true)
    }

    async fn read_configuration(&self) -> Result<Option<Configuration>, StepError> {
        let documents = &self.engine.documents;
        let Some(export) = documents.load::<Export>(&export_key(&self.run.content.key.export)).await? else {
            return Err(StepError::Permanent("the export was removed before its run began".to_owned()));
        };
        let Some(connection) = export.content.connection else { return Ok(None) };
        let Some(found) = documents.load::<Connection>(&connection_key(&connection)).await? else {
            return Ok(None);
        };
        let Some(authorization) = found.content.usable() else { return Ok(None) };
        Ok(Some(Configuration {
            connection,
            account: authorization.account.clone(),
            list: export.content.list,
            segments: export.content.segments,
            mapping: export.content.mapping,
        }))
    }
}
