//! Before anything is planned: is the list still there, and every custom field of the mapping?

use constant_contact::{MembershipCount, ServiceError};
use domain::field::Field;

use crate::end::End;
use crate::error::StepError;
use crate::phase::Phase;
use crate::session::Session;

impl Session<'_> {
    pub(crate) async fn check_destination(&mut self) -> Result<(), StepError> {
        // Before the client is made, which belongs to a connection.
        if self.begins_anew().await? {
            return Ok(());
        }
        let client = self.client().await?;
        let configuration = self.configuration()?.clone();
        match client.list(&configuration.list, MembershipCount::None).await {
            Ok(list) if list.deleted_at.is_none() => {}
            Ok(_) | Err(ServiceError::NotFound) => return Ok(self.finish(End::ListMissing).await?),
            // An id that is no id of a list is refused as invalid.
            Err(ServiceError::Invalid { status: 400, .. }) => {
                return Ok(self.finish(End::ListMissing).await?);
            }
            Err(error) => return Err(error.into()),
        }
        let custom: Vec<_> = configuration
            .mapping
            .attributes()
            .iter()
            .filter_map(|attribute| match &attribute.field {
                Field::Custom(name) => Some(name.as_str().to_owned()),
                Field::Standard(_) => None,
            })
            .collect();
        if !custom.is_empty() {
            let fields = client.custom_fields().await?;
            if let Some(name) = custom.into_iter().find(|name| fields.iter().all(|field| field.name != *name))
            {
                return Ok(self.finish(End::CustomFieldMissing { name }).await?);
            }
        }
        if let Phase::Looking(looking) = &mut self.run.content.phase {
            looking.checked = true;
        }
        Ok(self.save().await?)
    }
}
