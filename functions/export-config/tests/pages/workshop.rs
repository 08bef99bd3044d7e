//! A shared connection, a list, the segment `customers`, and somebody who works on runs.

use catalog::ConnectionAccess;
use company::PEOPLE;
use domain::Clock;
use domain::identifier::{ConnectionId, ExportId, SegmentName};
use engine::RunKey;
use export_config::router;
use identity::Role;

use crate::support::World;
use crate::support::browser::{Browser, Visit};

pub(crate) struct Workshop {
    pub(crate) world: World,
    pub(crate) connection: ConnectionId,
    pub(crate) list: String,
}

pub(crate) async fn workshop() -> Workshop {
    open(World::start(router).await).await
}

/// One on AWS, where files are downloaded by links.
pub(crate) async fn workshop_giving_links() -> Workshop {
    open(World::giving_links(router).await).await
}

async fn open(world: World) -> Workshop {
    let connection = world.connection("Newsletter", ConnectionAccess::Contributors).await;
    let list = world.control.create_list("Friends of the house").await.unwrap();
    let workshop = Workshop { world, connection, list };
    workshop.upload("customers", PEOPLE).await;
    workshop
}

impl Workshop {
    pub(crate) fn browser(&self, role: Role) -> Browser {
        self.world.browser(role)
    }

    /// A new snapshot of a segment, counted.
    pub(crate) async fn upload(&self, segment: &str, text: &str) {
        let day = self.world.clock.now().strftime("%Y-%m-%dT%H%M%S").to_string();
        self.world.upload(&format!("{segment}/{day}.csv"), text).await;
        self.world.configuration.count_segment(&SegmentName::new(segment).unwrap()).await.unwrap();
    }

    /// An export as a person has saved it through the form.
    pub(crate) async fn export(&self, name: &str) -> ExportId {
        let browser = self.browser(Role::Administrator);
        let page = browser.open("/exports/new?segment=customers").await;
        let saved = browser
            .submit(
                &page,
                "/exports",
                &[("name", name), ("list", "pick"), ("list_picked", &self.list), ("then", "save")],
            )
            .await;
        let id = saved.path().strip_prefix("/exports/").unwrap_or_else(|| panic!("{}", saved.text()));
        ExportId::new(id).unwrap()
    }

    /// Starts a run as a person does, and works on it until its end; the path of its page.
    pub(crate) async fn run(&self, export: &ExportId) -> String {
        let browser = self.browser(Role::Administrator);
        let question = browser.open(&format!("/exports/{export}/run")).await;
        let run = browser.submit(&question, &format!("/exports/{export}/runs"), &[]).await;
        self.finish(&run).await;
        run.path().to_owned()
    }

    /// Runs an export, and once more with so many more people that the safety brake stops it; the path of that run's page.
    pub(crate) async fn stopped(&self, export: &ExportId) -> String {
        self.run(export).await;
        let many: String = (10..400).map(|number| format!("{number},p{number}@example.com,Ann,\n")).collect();
        self.upload("customers", &format!("{PEOPLE}{many}")).await;
        self.run(export).await
    }

    /// Works on the run whose page this is until its end.
    pub(crate) async fn finish(&self, page: &Visit) {
        self.world.finish(&key_of(page.path())).await;
    }
}

/// The run that a page is about.
pub(crate) fn key_of(path: &str) -> RunKey {
    let parts: Vec<&str> = path.split('/').collect();
    let &["", "exports", export, "runs", run] = parts.as_slice() else { panic!("{path} is no run") };
    RunKey { export: ExportId::new(export).unwrap(), run: domain::identifier::RunId::new(run).unwrap() }
}
