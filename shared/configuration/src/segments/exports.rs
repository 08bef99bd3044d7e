//! The exports of a segment: those that contain it, and those that it could be added to.

use std::collections::{HashMap, HashSet};

use catalog::Connection;
use domain::identifier::{ConnectionId, SegmentName};
use futures_util::future;
use identity::Person;
use serde::Serialize;
use store::Tag;

use crate::access::{self, Permission};
use crate::configuration::Configuration;
use crate::documents::AllExports;
use crate::error::{ConfigurationError, ExportName};
use crate::unreadable::UnreadableExport;
use crate::versioned::as_text;

/// An export beside a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportOfSegment {
    /// Which one.
    pub export: ExportName,
    /// What the person may do with it: the segment can be added where it is *edit*.
    pub your_permissions: Permission,
    /// Its version, for [`Configuration::add_segment`].
    #[serde(serialize_with = "as_text")]
    pub tag: Tag,
}

/// All exports, by whether they contain a segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExportsBySegment {
    /// These do.
    pub containing: Vec<ExportOfSegment>,
    /// These do not.
    pub others: Vec<ExportOfSegment>,
    /// Of these it cannot be told.
    pub unreadable: Vec<UnreadableExport>,
}

impl Configuration {
    /// All exports by whether they contain the segment, each group by name; for everybody. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn exports_by_segment(
        &self,
        person: &Person,
        segment: &SegmentName,
    ) -> Result<ExportsBySegment, ConfigurationError> {
        let (exports, connections) = future::try_join(self.all_exports(), self.all_connections()).await?;
        let AllExports { readable: mut exports, unreadable } = exports;
        exports.sort_by_key(|export| export.content.name.to_lowercase());
        let cannot_be_read: HashSet<ConnectionId> =
            connections.unreadable.into_iter().map(|connection| connection.id).collect();
        let connections: HashMap<ConnectionId, Connection> =
            connections.readable.into_iter().map(|connection| (connection.id.clone(), connection)).collect();
        let mut found = ExportsBySegment { unreadable, ..ExportsBySegment::default() };
        for export in exports {
            let connection = export.content.connection.as_ref().and_then(|id| connections.get(id));
            // With a connection that nobody can read an export cannot be saved.
            let cannot_be_saved =
                export.content.connection.as_ref().is_some_and(|id| cannot_be_read.contains(id));
            let your_permissions =
                if cannot_be_saved { Permission::View } else { access::permission(person, connection) };
            let contains = export.content.segments.contains(segment);
            let group = if contains { &mut found.containing } else { &mut found.others };
            group.push(ExportOfSegment {
                export: ExportName::of(&export.content),
                your_permissions,
                tag: export.tag,
            });
        }
        Ok(found)
    }
}
