//! What the form of an export offers to choose from.

use configuration::{
    ConfigurationError, ConnectionName, CustomFieldItem, ListItem, SegmentItem, SegmentsAtHand,
    propose_mapping,
};
use domain::identifier::ConnectionId;
use futures_util::future;
use identity::Person;

use super::common_columns::CommonColumns;
use super::entered::Entered;
use crate::app::App;
use crate::web::sentence;

/// What there is to choose from whatever stands in the form: it can be read beside what is to stand there.
#[derive(Debug)]
pub(super) struct Ground {
    connections: Vec<ConnectionName>,
    segments: SegmentsAtHand,
    /// The system refresh in words.
    refresh: String,
}

impl Ground {
    /// Reads it, two round trips deep.
    pub(super) async fn load(app: &App, person: &Person) -> Result<Self, ConfigurationError> {
        let configuration = app.configuration();
        let (connections, segments, refresh) = future::try_join3(
            configuration.connections_to_choose(person),
            configuration.segments_at_hand(person),
            configuration.refresh(person),
        )
        .await?;
        Ok(Self { connections, segments, refresh: refresh.value.schedule_text })
    }
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
    pub(super) columns: CommonColumns,
    /// The system refresh in words.
    pub(super) refresh: String,
}

impl Offer {
    /// What is there for what was entered so far; fills in what there is only one choice of. Constant Contact is asked
    /// while the columns of the chosen segments are read, unless they were read lately.
    pub(super) async fn of(
        app: &App,
        person: &Person,
        ground: Ground,
        entered: &mut Entered,
    ) -> Result<Self, ConfigurationError> {
        let configuration = app.configuration();
        let Ground { connections, segments, refresh } = ground;
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
        let columns = configuration.columns_at_hand(&segments, &entered.segments);
        let (columns, account) = future::join(columns, account).await;
        let (lists, custom_fields, account_problem) = match account {
            Ok((lists, fields)) => (lists, fields, None),
            Err(error) => (Vec::new(), Vec::new(), Some(sentence(&error.to_string()))),
        };
        let known = |name: &&String| segments.items.iter().any(|segment| segment.name.as_str() == *name);
        let columns = CommonColumns::of(entered.segments.iter().filter(known).cloned(), columns?);
        let names: Vec<String> = columns.offered.iter().map(|column| column.name.clone()).collect();
        entered.propose(propose_mapping(&names));
        prefer_picking(entered, &lists, account_problem.is_some());
        let segments = segments.items;
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
