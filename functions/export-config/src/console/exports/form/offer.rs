//! What the form of an export offers to choose from.

use configuration::{
    ConfigurationError, ConnectionName, CustomFieldItem, ListItem, SegmentDetails, SegmentItem,
    SegmentSample, propose_mapping,
};
use domain::identifier::{ConnectionId, SegmentName};
use futures_util::{StreamExt, TryStreamExt, future, stream};
use identity::Person;

use super::entered::Entered;
use crate::app::App;
use crate::web::sentence;

/// So many segments are read side by side.
const AT_ONCE: usize = 8;

/// Longer values are cut: a sample shows what a column holds.
const LONGEST_SAMPLE: usize = 40;

/// A column of all chosen segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ColumnOffer {
    pub(super) name: String,
    /// A value of it, for people who may see one.
    pub(super) sample: Option<String>,
}

/// Everything to choose from.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) connections: Vec<ConnectionName>,
    pub(super) lists: Vec<ListItem>,
    pub(super) custom_fields: Vec<CustomFieldItem>,
    /// Why the account could not be asked for its lists and fields.
    pub(super) account_problem: Option<String>,
    pub(super) segments: Vec<SegmentItem>,
    /// The columns that all chosen segments have.
    pub(super) columns: Vec<ColumnOffer>,
    /// The system refresh in words.
    pub(super) refresh: String,
}

impl Offer {
    /// What is there for what was entered so far; fills in what there is only one choice of.
    pub(super) async fn load(
        app: &App,
        person: &Person,
        entered: &mut Entered,
    ) -> Result<Self, ConfigurationError> {
        let configuration = app.configuration();
        let connections = configuration.connections_to_choose(person).await?;
        if let [only] = connections.as_slice()
            && entered.connection.is_empty()
        {
            entered.connection = only.id.to_string();
        }
        if entered.connection_changed() {
            entered.list = Default::default();
        }
        entered.shown_connection = entered.connection.clone();
        let chosen = ConnectionId::new(entered.connection.as_str()).ok();
        let account = async {
            match chosen.filter(|chosen| connections.iter().any(|connection| connection.id == *chosen)) {
                // One after the other: requests have their moments a quarter of a second apart anyway.
                Some(id) => {
                    let lists = configuration.lists(person, &id).await?;
                    Ok::<_, ConfigurationError>((lists, configuration.custom_fields(person, &id).await?))
                }
                None => Ok((Vec::new(), Vec::new())),
            }
        };
        let segments = configuration.segments(person);
        let details = details(app, person, &entered.segments);
        let refresh = configuration.refresh(person);
        let ((segments, details, refresh), account) =
            future::try_join(future::try_join3(segments, details, refresh), async { Ok(account.await) })
                .await?;
        let (lists, custom_fields, account_problem) = match account {
            Ok((lists, fields)) => (lists, fields, None),
            Err(error) => (Vec::new(), Vec::new(), Some(sentence(&error.to_string()))),
        };
        let columns = common_columns(&details);
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        entered.propose(propose_mapping(&names));
        prefer_picking(entered, &lists, account_problem.is_some());
        let refresh = refresh.value.schedule_text;
        Ok(Self { connections, lists, custom_fields, account_problem, segments, columns, refresh })
    }

    /// Whether the account's lists can be chosen from.
    pub(super) fn has_account(&self, entered: &Entered) -> bool {
        self.connections.iter().any(|connection| connection.id.as_str() == entered.connection)
    }
}

/// A list that the account is known to have is shown by its name.
fn prefer_picking(entered: &mut Entered, lists: &[ListItem], account_failed: bool) {
    let list = &mut entered.list;
    let known = lists.iter().any(|item| item.id.as_str() == list.id);
    if list.way == "id" && list.id == list.picked && known {
        list.way = "pick".to_owned();
        list.id.clear();
    } else if list.way.is_empty() || (list.way == "pick" && account_failed) {
        let way = if account_failed { "id" } else { "pick" };
        if account_failed && list.id.is_empty() {
            list.id = list.picked.clone();
        }
        list.way = way.to_owned();
    }
}

async fn details(
    app: &App,
    person: &Person,
    segments: &[String],
) -> Result<Vec<SegmentDetails>, ConfigurationError> {
    let names: Vec<SegmentName> =
        segments.iter().filter_map(|name| SegmentName::new(name.clone()).ok()).collect();
    stream::iter(names)
        .map(|name| async move {
            match app.configuration().segment(person, &name).await {
                Ok(details) => Ok(Some(details)),
                // Removed meanwhile: Save says so.
                Err(ConfigurationError::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .buffered(AT_ONCE)
        .try_filter_map(|found| async move { Ok(found) })
        .try_collect()
        .await
}

/// A column can be mapped when each segment has it, in whatever case.
fn common_columns(segments: &[SegmentDetails]) -> Vec<ColumnOffer> {
    let mut known = segments.iter().filter(|segment| !segment.columns.is_empty());
    let Some(first) = known.next() else { return Vec::new() };
    let others: Vec<_> = known.collect();
    let everywhere = |name: &String| {
        others.iter().all(|segment| segment.columns.iter().any(|column| column.eq_ignore_ascii_case(name)))
    };
    let columns = first.columns.iter().enumerate().filter(|(_, name)| everywhere(name));
    columns
        .map(|(place, name)| ColumnOffer { name: name.clone(), sample: sample(&first.sample, place) })
        .collect()
}

fn sample(sample: &SegmentSample, column: usize) -> Option<String> {
    let SegmentSample::Rows(rows) = sample else { return None };
    let mut values = rows.expose().iter().filter_map(|row| row.get(column));
    let value = values.find(|value| !value.is_empty())?;
    let mut shown: String = value.chars().take(LONGEST_SAMPLE).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    Some(shown)
}
