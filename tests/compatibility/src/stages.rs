//! The moments in which an installation is recorded, and how each comes about.

use std::fs;
use std::path::Path;

use configuration::RefreshChange;
use domain::Clock;
use domain::identifier::{ConnectionId, ExportId, SegmentName};
use engine::{Caller, RunKey};
use jiff::{SignedDuration, Timestamp};
use schedule::RefreshForm;
use serde_json::Value;
use simulator::{Change, NewContact};

use crate::process::{Effect, Watch};
use crate::recording::{Moment, Stage, Then, go_on, keep_stage, outcome};
use crate::scene::{Beginning, REFUSED, Scene};

/// When every recording begins: a Friday.
const START: &str = "2026-11-20T08:00:00Z";

/// An installation with one export that has run once.
struct Installation {
    scene: Scene,
    connection: ConnectionId,
    export: ExportId,
    list: String,
}

fn rows(people: impl IntoIterator<Item = (usize, &'static str)>) -> String {
    let mut text = String::from("CustomerId,EMail,FirstName\n");
    for (number, name) in people {
        text += &format!("C{number:03},person{number}@example.com,{name}\n");
    }
    text
}

/// Thirty people, and rows of every other kind: a profile twice, no address, an address that is none, somebody whom the
/// service refuses, and somebody who has opted out.
fn first_snapshot() -> String {
    rows((1..=30).map(|number| (number, "Ann")))
        + "C001,person1@example.com,Twice\nC901,,Missing\nC902,not an address,Invalid\n"
        + &format!("C903,{REFUSED}@example.net,Refused\nC904,opted.out@example.org,Opted\n")
}

/// Four have left, twelve have another name, twelve are new; the rest is as it was.
fn second_snapshot() -> String {
    rows((5..=42).map(|number| (number, if (10..22).contains(&number) { "Bea" } else { "Ann" })))
        + "C005,person5@example.com,Twice\nC901,,Missing\nC902,not an address,Invalid\n"
        + &format!("C903,{REFUSED}@example.net,Refused\nC904,opted.out@example.org,Opted\n")
}

/// So many new people that the brake stops the run.
fn braking_snapshot() -> String {
    rows((1..=140).map(|number| (number, "Ann")))
}

impl Installation {
    /// Connected and configured by people, with the first snapshot exported.
    async fn new() -> Self {
        let now: Timestamp = START.parse().unwrap();
        let beginning = Beginning { now, seed: 7, account: None, secrets: Default::default() };
        let scene = Scene::begin(beginning).await;
        let registered = simulator::Application::default();
        let secret = domain::Sensitive::new(registered.client_secret);
        let administrator = scene.administrator();
        let stored = scene.configuration.store_application(&administrator, &registered.client_id, &secret);
        stored.await.unwrap();
        let connection = scene.connect("Newsletter account").await;
        let list = scene.control.create_list("Newsletter").await.unwrap();
        let opted_out = NewContact {
            email: "opted.out@example.org".to_owned(),
            unsubscribed: true,
            ..NewContact::default()
        };
        scene.control.add_contacts(vec![opted_out]).await.unwrap();
        scene.upload("people/2026-11-20.csv", &first_snapshot()).await;
        let export = scene.add_export("Newsletter", &connection, &list).await;
        scene.start(&export).await;
        scene.work().await;
        scene.pass(SignedDuration::from_hours(24)).await;
        Self { scene, connection, export, list }
    }

    /// The same with the second snapshot uploaded, and somebody gone from the account meanwhile.
    async fn of_the_second_day() -> Self {
        let installation = Self::new().await;
        let scene = &installation.scene;
        scene.control.change_contact("person25@example.com", Change::Unsubscribe).await.unwrap();
        scene.upload("people/2026-11-21.csv", &second_snapshot()).await;
        installation
    }

    /// The second run of the second day, whose process dies at what `watch` says.
    async fn dead_at(watch: Watch) -> Self {
        let installation = Self::of_the_second_day().await;
        let scene = &installation.scene;
        scene.start(&installation.export).await;
        scene.process.die_after(watch);
        scene.work_until_death().await;
        installation
    }

    /// The same, and another process has taken its place.
    async fn sending() -> Self {
        let installation = Self::dead_at(saved(|run| states(run, "sent") == 1)).await;
        installation.scene.process.revive();
        installation
    }
}

/// Right after a save of a run that looks so.
fn saved(looks_so: fn(&Value) -> bool) -> Watch {
    Box::new(move |effect| {
        let Effect::Written { key, body } = effect else { return false };
        let run = key.starts_with("runs/").then(|| serde_json::from_slice::<Value>(body).unwrap());
        run.is_some_and(|run| looks_so(&run["content"]))
    })
}

fn is(run: &Value, phase: &str) -> bool {
    run["phase"]["phase"] == phase
}

/// How many chunks of a run are in a state.
fn states(run: &Value, state: &str) -> usize {
    let chunks = run["phase"]["chunks"].as_array().map(Vec::as_slice).unwrap_or_default();
    chunks.iter().filter(|chunk| chunk["state"]["state"] == state).count()
}

/// Records every stage of `release` below `folder`. Takes some seconds.
pub async fn record_all(release: &str, folder: &Path) {
    let kept = |name: &str| {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    };
    let keep = |name: &'static str, about: &'static str, installation: Installation, then: Then| {
        let folder = kept(name);
        async move { record(release, about, installation, then, &folder).await }
    };
    let dying: [(&'static str, &'static str, Watch); 9] = [
        (
            "02-looking",
            "the list is taken and has been found in order",
            saved(|run| is(run, "looking") && run["phase"]["checked"] == true),
        ),
        ("03-planning", "the snapshots are pinned", saved(|run| is(run, "planning"))),
        (
            "04-planned",
            "the chunks are stored and none was sent",
            saved(|run| is(run, "sending") && states(run, "waiting") == 3),
        ),
        ("05-intended", "a chunk was announced, and not sent", saved(|run| states(run, "intended") == 1)),
        ("06-answer-lost", "a chunk was announced and sent, and its activity was not written down", {
            Box::new(|effect| matches!(effect, Effect::Answered(constant_contact::RequestKind::Import)))
        }),
        (
            "07-activities",
            "all chunks were sent, and no activity has ended",
            saved(|run| states(run, "sent") == 3),
        ),
        (
            "08-identifying",
            "a contact export is to tell who was refused",
            saved(|run| is(run, "sending") && !run["phase"]["identification"].is_null()),
        ),
        (
            "09-finishing",
            "everything has settled, and nothing of the end is written",
            saved(|run| is(run, "finishing")),
        ),
        (
            "10-ledger-written",
            "the new ledger is written, and not pointed to",
            Box::new(|effect| matches!(effect, Effect::Written { key, .. } if key.starts_with("ledgers/"))),
        ),
    ];
    let queued = Installation::of_the_second_day().await;
    queued.scene.start(&queued.export).await;
    keep("01-queued", "a run was asked for, and nobody has worked on it", queued, Then::GoOn).await;
    for (name, about, watch) in dying {
        keep(name, about, Installation::dead_at(watch).await, Then::GoOn).await;
    }
    let ended = Installation::dead_at(saved(|run| is(run, "ended"))).await;
    keep("11-ended", "the run has ended, and nobody has cleaned up after it", ended, Then::GoOn).await;
    let installation = second_part().await;
    keep("12-second-part", "a run that waited for a day looks and plans again", installation, Then::GoOn)
        .await;
    let installation = parked().await;
    let about = "the run waits for the connection to be authenticated again";
    keep("13-parked", about, installation, Then::Authenticate).await;
    let braked = Installation::new().await;
    braked.scene.upload("people/2026-11-21.csv", &braking_snapshot()).await;
    braked.scene.start(&braked.export).await;
    braked.scene.work().await;
    keep("14-braked", "the brake has stopped the run, which waits for approval", braked, Then::Approve).await;
    let installation = Installation::sending().await;
    let run = installation.active().await;
    let administrator = installation.scene.administrator();
    installation.scene.configuration.cancel_run(&administrator, &run).await.unwrap();
    keep("15-cancelling", "a run that had sent something is to stop", installation, Then::GoOn).await;
    let installation = Installation::sending().await;
    installation.scene.start(&installation.export).await;
    keep("16-followed", "a run is sending, and another one follows it", installation, Then::GoOn).await;
    let installation = another_export_waits().await;
    keep(
        "17-list-in-use",
        "a run waits for the list, to which another one is sending",
        installation,
        Then::GoOn,
    )
    .await;
    keep(
        "18-at-rest",
        "nothing runs; everything that is ever written down is there",
        at_rest().await,
        Then::GoOn,
    )
    .await;
}

impl Installation {
    async fn active(&self) -> RunKey {
        self.scene.engine.active_runs().await.unwrap().remove(0)
    }
}

/// Keeps an installation as it is, and goes on with it to know what comes of it.
async fn record(release: &str, about: &str, installation: Installation, then: Then, folder: &Path) {
    let Installation { scene, connection, export, list } = installation;
    let moment = Moment::keep(&scene, folder);
    let (now, secrets) = (moment.now(), scene.secrets());
    let account = scene.account();
    scene.end().await;
    let beginning = Beginning { now, seed: 507, account: Some(account.clone()), secrets };
    let scene = Scene::begin(beginning).await;
    moment.take_over(&scene, folder);
    moment.complete(&account, folder);
    go_on(&scene, then, &connection, &export).await;
    let (ends, members) = outcome(&scene, &list).await;
    let stage = Stage {
        release: release.to_owned(),
        about: about.to_owned(),
        now,
        connection,
        export,
        list,
        then,
        ends,
        members,
    };
    keep_stage(&stage, folder);
    scene.end().await;
}

/// A chunk was sent, then nobody worked for a day; what was sent is settled, and the rest is looked at anew.
async fn second_part() -> Installation {
    let installation = Installation::sending().await;
    let scene = &installation.scene;
    scene.pass(SignedDuration::from_hours(25)).await;
    scene.process.die_after(saved(|run| is(run, "looking") && !run["phase"]["earlier"].is_null()));
    scene.work_until_death().await;
    installation
}

/// In the middle of sending Constant Contact no longer accepts the connection.
async fn parked() -> Installation {
    let installation = Installation::sending().await;
    let scene = &installation.scene;
    scene.control.disconnect().await.unwrap();
    scene.work().await;
    scene.notifications.look_at_everything().await.unwrap();
    installation
}

/// Another export to the same list.
async fn another_export_waits() -> Installation {
    let installation = Installation::sending().await;
    let Installation { scene, connection, list, .. } = &installation;
    let other = scene.add_export("Newsletter once more", connection, list).await;
    let waiting = scene.start(&other).await;
    let deadline = scene.clock.now() + SignedDuration::from_mins(5);
    scene.engine.advance(&waiting, deadline, Caller::Shared).await.unwrap();
    installation
}

/// Every kind of document that is written without a run: a schedule and its watermark, an upload under way, an
/// authorization under way, members counted.
async fn at_rest() -> Installation {
    let installation = Installation::of_the_second_day().await;
    let Installation { scene, connection, .. } = &installation;
    let (administrator, configuration) = (scene.administrator(), &scene.configuration);
    let tag = configuration.refresh(&administrator).await.unwrap().tag;
    let schedule = RefreshForm {
        kind: "daily".to_owned(),
        times: vec!["06:00".to_owned()],
        time_zone: "Europe/Berlin".to_owned(),
        ..RefreshForm::default()
    };
    let change = RefreshChange { schedule, upload_trigger: true };
    configuration.update_refresh(&administrator, &tag, &change).await.unwrap();
    configuration.maintenance(scene.clock.now()).await;
    scene.notifications.look_at_everything().await.unwrap();
    // From a marker on, a segment needs one.
    scene.upload("marked/2026-11-21/part-1.csv", &rows([(1, "Ann")])).await;
    scene.upload("marked/2026-11-21/_SUCCESS", "").await;
    configuration.snapshot_uploaded(&SegmentName::new("marked").unwrap()).await.unwrap();
    scene.upload("loyalty/2026-11-21/part-1.csv", &rows([(1, "Ann")])).await;
    configuration.snapshot_uploaded(&SegmentName::new("loyalty").unwrap()).await.unwrap();
    configuration.start_due(scene.clock.now()).await.unwrap();
    configuration.test_connection(&administrator, connection).await.unwrap();
    let other = scene.add_connection("Another account").await;
    configuration.begin_authorization(&administrator, &other).await.unwrap();
    installation
}
