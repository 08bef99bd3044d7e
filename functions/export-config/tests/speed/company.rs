//! A company at work, far from its buckets: exports that have run and one that runs, segments of every layout.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use company::{PEOPLE, Product, ProductParts};
use constant_contact::ClientSettings;
use domain::identifier::{ExportId, SegmentName};
use domain::{Clock, ManualRandom, Random};
use engine::RunKey;
use export_config::{App, AppParts, router, sign_in_settings};
use identity::{Cookies, FormSecret, PublicAddress, Role, SignIn, Verifier};
use reqwest::Method;
use serde_json::{Value, json};
use store::{Condition, ObjectStore};
use tokens::{MemorySecretStore, TokenVault};

use super::distant::{DistantStore, Trips};
use super::measure::Case;
use crate::pages::workshop::{Workshop, key_of, workshop};

pub(crate) struct Company {
    pub(crate) workshop: Workshop,
    pub(crate) trips: Arc<Trips>,
    /// The product over distant buckets.
    pub(crate) router: Router,
    /// The same before anybody has entered the application's credentials, so that nothing is asked of the service.
    pub(crate) without_credentials: Router,
    export: ExportId,
    ended: RunKey,
    active: RunKey,
}

const GOLD: &str = r#"{"entities":[{"name":"Gold","attributes":[{"name":"CustomerId"},{"name":"EMail"}],"partitions":[
    {"location":"https://store.example.com/box/Gold/2026/11/20/0600/Gold_0.csv"}]}]}"#;

impl Company {
    pub(crate) async fn open() -> Self {
        let workshop = workshop().await;
        workshop.upload("visitors", PEOPLE).await;
        let put = async |key: &str, text: &str| {
            let key = format!("segments/{key}");
            workshop.world.segments.put(&key, text.to_owned().into(), Condition::None).await.unwrap();
        };
        put("model.json", GOLD).await;
        put("Gold/2026/11/20/0600/Gold_0.csv", "1,ann@example.com\n").await;
        workshop.world.configuration.count_segment(&SegmentName::new("Gold").unwrap()).await.unwrap();
        let export = workshop.export("Friends").await;
        workshop.export("Foes").await;
        let ended = key_of(&workshop.run(&export).await);
        let active = workshop.world.run(&export).await;
        let trips = Arc::<Trips>::default();
        let router = distant_router(&workshop, &trips, workshop.world.vault.clone());
        let empty = TokenVault::new(Arc::new(MemorySecretStore::new()), "test/");
        let without_credentials = distant_router(&workshop, &trips, empty);
        Self { workshop, trips, router, without_credentials, export, ended, active }
    }

    /// Many of everything.
    pub(crate) async fn grows(&self) {
        for number in 0..100 {
            self.workshop.upload(&format!("segment-{number}"), PEOPLE).await;
        }
        let connection = &self.workshop.connection;
        for number in 0..40 {
            self.workshop.world.export(&format!("export-{number}"), Some(connection)).await;
        }
    }

    /// Asks for what a process asks for once: the identity provider's keys.
    pub(crate) async fn warm_up(&self) {
        for asks_the_service in [false, true] {
            let case = Case::read("/me");
            let case = if asks_the_service { case.asks_the_service() } else { case };
            assert_eq!(self.ask(&case).await.status, 200);
        }
    }

    /// The cookies of a person who has signed in.
    pub(crate) fn cookies(&self, role: Role) -> String {
        let address = PublicAddress::parse(&self.workshop.world.address).unwrap();
        let secret = FormSecret::new(&ManualRandom::new(5));
        let cookies = Cookies::of(&address).set_session(&self.workshop.world.token(role), &secret).unwrap();
        cookies.each_ref().map(|cookie| cookie.name_and_value().to_owned()).join("; ")
    }

    /// Every page that can be opened.
    pub(crate) fn pages(&self) -> Vec<Case> {
        let Self { export, ended, active, .. } = self;
        let connection = &self.workshop.connection;
        let of_export = |rest: &str| format!("/exports/{export}{rest}");
        let of_run = |run: &RunKey, rest: &str| format!("/exports/{export}/runs/{}{rest}", run.run);
        let of_connection = |rest: &str| format!("/connections/{connection}{rest}");
        let page = |path: String| Case::page(Role::Administrator, path);
        let mut pages: Vec<Case> = [
            "/exports",
            "/exports?search=friends&status=Queued",
            "/exports/run-all",
            "/segments",
            "/segments/customers",
            "/connections",
            "/connections/new",
            "/schedule",
            "/audit",
            "/set-up",
        ]
        .map(|path| page(path.to_owned()))
        .into();
        pages.extend([
            page(of_export("")),
            page(of_export("/status")),
            page(of_export("/remove")),
            page(format!("/exports/schedules?export={export}")),
            page(of_run(ended, "")),
            page(of_run(active, "")),
            page(of_run(active, "/progress")),
            page(of_run(active, "/cancel")),
            page(of_connection("")),
            page(of_connection("/edit")),
            page(of_connection("/export-user")),
            page(of_connection("/calls")),
            page(of_connection("/remove")),
            page(of_connection("/detach-and-remove")),
        ]);
        // What people may see depends on the connections, which are read, too.
        for path in ["/exports", "/segments", "/segments/customers", "/connections"] {
            pages.push(page(path.to_owned()).role(Role::Contributor));
            pages.push(page(path.to_owned()).role(Role::Viewer));
        }
        // Then Constant Contact is asked for lists and fields. Right before, the connection is read once more, so that no
        // request is made with one that was withdrawn or removed meanwhile; what the requests take is another matter.
        for path in [
            "/exports/new".to_owned(),
            "/exports/new?segment=customers&segment=visitors".to_owned(),
            of_export("/edit"),
            of_export("/duplicate"),
            of_export("/run"),
            of_export("/run?kind=full"),
        ] {
            pages.push(page(path).deeper(3).asks_the_service());
        }
        // Where a snapshot lies says `model.json`, whether it is complete the folders that it names; the rows come third.
        // Once they were read they are remembered for a while.
        pages.push(page("/segments/Gold".to_owned()));
        // A file is given when it is on record that it was, and that can be written when it is known who may have it.
        pages.extend([
            page(of_run(ended, "/rejected.csv")).deeper(3),
            page(of_run(ended, "/outcomes.csv")).deeper(3),
        ]);
        pages
    }

    /// Every read of the API.
    pub(crate) fn reads(&self) -> Vec<Case> {
        let Self { export, ended, active, .. } = self;
        let connection = &self.workshop.connection;
        let mut reads: Vec<Case> = [
            "/openapi.json",
            "/me",
            "/consent",
            "/quota",
            "/schedule",
            "/application",
            "/connections",
            "/segments",
            "/segments/customers",
            "/segments/customers/exports",
            "/exports",
            "/audit",
        ]
        .map(Case::read)
        .into();
        reads.extend([
            Case::read(&format!("/connections/{connection}")),
            Case::read(&format!("/connections/{connection}/calls")),
            Case::read(&format!("/exports/{export}")),
            Case::read(&format!("/exports/{export}/runs")),
            Case::read(&format!("/exports/{export}/runs/{}", ended.run)),
            Case::read(&format!("/exports/{export}/runs/{}", active.run)),
            Case::read("/segments/customers").role(Role::Contributor),
            // As for the pages.
            Case::read(&format!("/exports/{export}/runs/{}/report", ended.run)).deeper(3),
            Case::read(&format!("/exports/{export}/runs/{}/outcomes", ended.run)).deeper(3),
        ]);
        let draft = json!({
            "name": "Another", "connection": connection, "list": { "id": self.workshop.list },
            "segments": ["customers", "visitors"], "email_column": "EMail",
        });
        let review = |path: &str| Case::read(path).posts(draft.clone()).answers(409).asks_the_service();
        // As for the pages: before Constant Contact is asked, who asks must be known to be allowed to.
        reads.extend([review("/exports/review"), review(&format!("/exports/{export}/review")).deeper(3)]);
        reads
    }

    /// The paths of all reads that the API describes.
    pub(crate) async fn described_reads(&self) -> BTreeSet<String> {
        let world = &self.workshop.world;
        let answer = world.request(Method::GET, "/openapi.json").send().await.unwrap();
        let document: Value = answer.json().await.unwrap();
        let paths = document["paths"].as_object().unwrap().iter();
        paths.filter(|(_, methods)| methods.get("get").is_some()).map(|(path, _)| path.clone()).collect()
    }

    /// Whether a described read is measured, or is nothing but a request to Constant Contact.
    pub(crate) fn covers(&self, template: &str) -> bool {
        let of_the_service = ["/lists", "/custom-fields", "/counts"];
        let fits = |path: &str| {
            let (template, path): (Vec<_>, Vec<_>) =
                (template.split('/').collect(), path.split('/').collect());
            let same = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
            template.len() == path.len() && template.iter().zip(&path).all(same)
        };
        of_the_service.iter().any(|end| template.ends_with(end))
            || self.reads().iter().any(|case| fits(case.path.trim_start_matches("/api/v1")))
    }
}

/// The product over the buckets of `workshop`, which are far away, with `vault`.
fn distant_router(workshop: &Workshop, trips: &Arc<Trips>, vault: TokenVault) -> Router {
    let world = &workshop.world;
    let (clock, random): (Arc<dyn Clock>, Arc<dyn Random>) =
        (world.clock.clone(), Arc::new(ManualRandom::new(12)));
    let distant = |inner: Arc<dyn ObjectStore>| Arc::new(DistantStore { inner, trips: trips.clone() });
    let product = Product::new(ProductParts {
        // Nobody listens there, and nobody may be asked.
        service: ClientSettings::at("http://127.0.0.1:9/v3", "http://127.0.0.1:9/oauth2").unwrap(),
        state: distant(Arc::new(world.memory.clone())),
        segments: distant(Arc::new(world.segments.clone())),
        vault,
        driver: world.driver.clone(),
        clock: clock.clone(),
        random: random.clone(),
        public_address: world.address.clone(),
    });
    let public_address = PublicAddress::parse(&world.address).unwrap();
    let verifier = Arc::new(Verifier::new(world.issuer_settings.clone(), clock.clone()).unwrap());
    let sign_in = SignIn::new(verifier.clone(), sign_in_settings(public_address, None), random);
    router(App::new(AppParts { configuration: product.configuration, verifier, sign_in, clock }))
}
