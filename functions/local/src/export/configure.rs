//! Before a new run: sample, segments, connection, list and mapping, as one export.

use catalog::{Connection, Export, connection_key, export_key};
use constant_contact::ContactList;
use domain::identifier::{ExportId, SegmentName};
use domain::mapping::Mapping;
use engine::{End, Engine, RunKey, StartRequest, Trigger};
use planner::RunKind;
use store::{Change, DocumentError, UpdateError};

use super::Exporting;
use super::inspect::{Inspected, Inspector, check_columns};
use super::mapping::mapping;
use crate::command_line::Service;
use crate::connect::{Destination, Link, user};
use crate::console;
use crate::data_directory::SegmentSource;
use crate::failure::Failure;
use crate::installation::Installation;
use crate::sample::{SampleReport, SampleRequest};
use crate::services::Conversation;
use crate::text::{counted, grouped, size};

/// The list of the simulator when nobody names one.
const SAMPLE_LIST: &str = "Sample export";

/// What the export is called.
const SAMPLE_EXPORT: &str = "Sample export";
const OWN_EXPORT: &str = "Export of this machine";

/// Why an export was not configured.
#[derive(Debug, thiserror::Error)]
pub enum ConfigureError {
    /// The person said no, or could not be asked.
    #[error("nothing was sent; answer yes to export, or give --yes where nobody can answer")]
    NotConfirmed,
    /// The export's document could not be written.
    #[error("the export's settings could not be stored")]
    Document(#[from] DocumentError),
}

impl From<UpdateError<std::convert::Infallible>> for ConfigureError {
    fn from(error: UpdateError<std::convert::Infallible>) -> Self {
        match error {
            UpdateError::Document(error) => Self::Document(error),
            UpdateError::Refused(never) => match never {},
        }
    }
}

impl Exporting<'_> {
    /// Configures the export as the options say and starts a run of it.
    pub(super) async fn start(
        &mut self,
        installation: &Installation,
        link: &Link,
        engine: &Engine,
        export: &ExportId,
        conversation: &mut Conversation,
    ) -> Result<RunKey, Failure> {
        let stored = stored_export(installation, export).await?;
        let sample_segments = self.prepare_sample(conversation).await?;
        let inspector = Inspector {
            store: installation.segments.clone(),
            prefix: self.workplace.prefix().to_owned(),
            clock: installation.clock.clone(),
        };
        let inspected = inspector.inspect(&self.chosen_segments(sample_segments, stored.as_ref())).await?;
        let mapping = self.mapping(&inspected, stored.as_ref())?;
        check_columns(&inspected, &mapping)?;
        if self.workplace.service == Service::Real {
            inspector.refuse_examples(&inspected, &mapping).await?;
        }
        let (connection, list) = self.connected(link, stored.as_ref()).await?;
        let segments: Vec<SegmentName> = inspected.into_iter().map(|found| found.segment).collect();
        self.confirm(&connection, &list, &segments)?;
        self.workplace.data.remember_segments(self.workplace.source.clone())?;
        let name = if self.workplace.source == SegmentSource::Sample { SAMPLE_EXPORT } else { OWN_EXPORT };
        let wanted = Wanted { name, list: &list, segments, mapping };
        save_export(installation, link, export, &wanted).await?;
        console::note_segments(installation, &self.workplace).await?;
        let request = self.request(engine, export).await?;
        let key = engine.start_run(export, request).await?.active().clone();
        if self.workplace.source == SegmentSource::Sample {
            conversation.sample_exported().await?;
        }
        Ok(key)
    }

    /// The connection and the list, authorised anew where that is needed.
    async fn connected(
        &self,
        link: &Link,
        stored: Option<&Export>,
    ) -> Result<(Connection, ContactList), Failure> {
        if let Some(connection) = link.connection().await? {
            match self.list(link, &connection, stored).await {
                // Found out only now: withdrawn, or its tokens were lost.
                Err(Failure::Destination(error)) if error.needs_authorization() => {
                    self.screen.note("The connection must be authorised again; then the export goes on.");
                }
                list => return Ok((connection, list?)),
            }
        }
        let connection = link.authorize(self.screen).await?;
        let name = connection.organization_name();
        self.screen.note(&format!("Connected to {name:?}{}.", self.simulated()));
        let list = self.list(link, &connection, stored).await?;
        Ok((connection, list))
    }

    /// Makes the sample if it is what is exported; answers its segments.
    async fn prepare_sample(&self, conversation: &mut Conversation) -> Result<Vec<String>, Failure> {
        if self.workplace.source != SegmentSource::Sample {
            return Ok(Vec::new());
        }
        // What was approved is the sample as it is.
        let change = self.options.change.filter(|_| !self.options.approve);
        let request = SampleRequest { profiles: self.options.profiles, change };
        let SampleReport { segments, written, .. } = conversation.prepare_sample(request).await?;
        if let Some(written) = written {
            self.screen.note(&format!(
                "{} {} ({}) in the segments {}.{}",
                if written.changed { "Changed the sample: now" } else { "Made a sample of" },
                counted(written.rows, "row", "rows"),
                size(written.bytes),
                segments.join(", "),
                if written.opted_out == 0 {
                    String::new()
                } else {
                    format!(
                        " {} of its people have opted out at Constant Contact.",
                        grouped(written.opted_out)
                    )
                }
            ));
        }
        Ok(segments)
    }

    /// What the options name; else, of the sample, its own order, and of a person's segments those of the last export.
    fn chosen_segments(&self, sample: Vec<String>, stored: Option<&Export>) -> Vec<String> {
        let chosen = &self.options.chosen_segments;
        if !chosen.is_empty() {
            return chosen.clone();
        }
        match stored.filter(|_| {
            self.workplace.source != SegmentSource::Sample && self.options.installation.segments.is_none()
        }) {
            Some(stored) => stored.segments.iter().map(|segment| segment.as_str().to_owned()).collect(),
            None => sample,
        }
    }

    fn mapping(&self, inspected: &[Inspected], stored: Option<&Export>) -> Result<Mapping, Failure> {
        let columns = inspected.first().map(|first| first.columns.names()).unwrap_or_default();
        let sample = self.workplace.source == SegmentSource::Sample;
        Ok(mapping(self.options, stored.map(|stored| &stored.mapping), sample, columns)?)
    }

    async fn list(
        &self,
        link: &Link,
        connection: &Connection,
        stored: Option<&Export>,
    ) -> Result<ContactList, Failure> {
        let simulated = self.workplace.service == Service::Simulator;
        let before = stored.map(|stored| stored.list.as_str());
        let wanted = self.options.list.as_deref().or(before).or(simulated.then_some(SAMPLE_LIST));
        // An id that was stored is the id of a list that was deleted since: its name would be no help.
        let create = simulated && (self.options.list.is_some() || before.is_none());
        let destination = Destination { wanted, create, account: connection.organization_name() };
        Ok(destination.find(&link.client().await?).await?)
    }

    /// Names account and list and asks, before anybody real gets mail because of it.
    fn confirm(
        &self,
        connection: &Connection,
        list: &ContactList,
        segments: &[SegmentName],
    ) -> Result<(), Failure> {
        if self.workplace.service == Service::Simulator {
            return Ok(());
        }
        let names: Vec<&str> = segments.iter().map(SegmentName::as_str).collect();
        let members =
            list.membership_count.map(|count| format!(" ({})", counted(count, "member", "members")));
        let question = format!(
            "Export the segments {} to the list {:?}{} of the Constant Contact account {:?} ({}).",
            names.join(", "),
            list.name,
            members.unwrap_or_default(),
            connection.organization_name(),
            connection.authorization.as_ref().map_or("", |authorization| authorization.account.as_str())
        );
        if self.options.yes {
            self.screen.note(&question);
        } else if !self.screen.agrees(&question)? {
            return Err(ConfigureError::NotConfirmed.into());
        }
        Ok(())
    }

    async fn request(&self, engine: &Engine, export: &ExportId) -> Result<StartRequest, Failure> {
        let kind = match (self.options.full, self.options.retry_failed) {
            (true, _) => RunKind::Full,
            (_, true) => RunKind::RetryFailed,
            _ => RunKind::Changes,
        };
        let mut request =
            StartRequest { trigger: Trigger::OnDemand, requested_by: user().name, kind, approved: None };
        if self.options.approve {
            let latest = engine.occupation(export).await?.latest;
            match latest.filter(|latest| matches!(latest.end, End::Braked { .. })) {
                // What was planned is a plan of that kind, whatever the options say now.
                Some(braked) => (request.approved, request.kind) = (Some(braked.run), braked.kind),
                None => self.screen.note("Nothing waits for approval; this is an ordinary export."),
            }
        }
        Ok(request)
    }

    const fn simulated(&self) -> &'static str {
        match self.workplace.service {
            Service::Simulator => ", a simulated Constant Contact account",
            Service::Real => "",
        }
    }
}

async fn stored_export(
    installation: &Installation,
    export: &ExportId,
) -> Result<Option<Export>, ConfigureError> {
    let stored = installation.documents.load::<Export>(&export_key(export)).await?;
    Ok(stored.map(|stored| stored.content))
}

/// The export, as the options say.
struct Wanted<'a> {
    name: &'static str,
    list: &'a ContactList,
    segments: Vec<SegmentName>,
    mapping: Mapping,
}

/// Keeps what was changed in the console and has no option here: name and schedule.
async fn save_export(
    installation: &Installation,
    link: &Link,
    id: &ExportId,
    wanted: &Wanted<'_>,
) -> Result<(), ConfigureError> {
    let now = installation.clock.now();
    installation
        .documents
        .update(&export_key(id), |current: Option<&Export>| {
            let export = Export {
                id: id.clone(),
                name: current.map_or_else(|| wanted.name.to_owned(), |known| known.name.clone()),
                connection: Some(link.id.clone()),
                list: wanted.list.list_id.clone(),
                list_name: wanted.list.name.clone(),
                segments: wanted.segments.clone(),
                mapping: wanted.mapping.clone(),
                schedule: current.map(|known| known.schedule.clone()).unwrap_or_default(),
                created_by: Some(current.and_then(|known| known.created_by.clone()).unwrap_or_else(user)),
                updated_by: Some(user()),
                updated_at: now,
                removed_at: None,
            };
            let unchanged = current.is_some_and(|current| {
                let (updated_by, updated_at) = (current.updated_by.clone(), current.updated_at);
                *current == Export { updated_by, updated_at, ..export.clone() }
            });
            Ok::<_, std::convert::Infallible>(if unchanged {
                Change::Keep(())
            } else {
                Change::Write(export, ())
            })
        })
        .await?;
    Ok(())
}

/// The names of the list and of the account's organisation, as stored.
pub(super) async fn names(
    installation: &Installation,
    link: &Link,
    export: &ExportId,
) -> Result<(String, String), ConfigureError> {
    let stored = stored_export(installation, export).await?;
    let connection = installation.documents.load::<Connection>(&connection_key(&link.id)).await?;
    Ok((
        stored.map(|stored| stored.list_name).unwrap_or_default(),
        connection.map(|connection| connection.content.organization_name().to_owned()).unwrap_or_default(),
    ))
}
