//! Who may do what with exports: a table over roles and over the sharing of the connection.

use catalog::ConnectionAccess;
use configuration::{BulkSchedule, Configuration, ConfigurationError, SegmentSample};
use domain::identifier::{ConnectionId, ExportId};
use engine::RunKey;
use identity::{Person, Role};
use planner::RunKind;
use store::Tag;

use super::world::{World, segment, world};

/// What each action came to for the person: forbidden or not, whatever else keeps it from being done.
async fn forbidden(world: &World, person: &Person, id: &ExportId, run: &RunKey) -> Vec<(&'static str, bool)> {
    let configuration: &Configuration = &world.bench.configuration;
    // Nothing is changed: the version is another one, and the run has ended.
    let stale = Tag::new("\"older\"");
    let is = |error: Option<ConfigurationError>| error.is_some_and(|error| error.code() == "forbidden");
    let draft = world.draft("News");
    let off = BulkSchedule::Switch(true);
    let unseen = [(id.clone(), stale.clone())];
    vec![
        ("update", is(configuration.update_export(person, id, &stale, &draft).await.err())),
        ("review", is(configuration.review_export(person, Some(id), &draft).await.err())),
        ("duplicate", is(configuration.duplicate_export(person, id).await.err())),
        ("remove", is(configuration.remove_export(person, id, &stale).await.err())),
        ("schedules", is(configuration.set_schedules(person, &unseen, &off).await.err())),
        ("segment", is(configuration.add_segment(person, id, &stale, &segment("customers")).await.err())),
        ("run", is(configuration.run_export(person, id, RunKind::Changes, Some("key 1")).await.err())),
        ("cancel", is(configuration.cancel_run(person, run).await.err())),
        ("approve", is(configuration.approve_run(person, run).await.err())),
        ("report", is(configuration.report(person, run).await.err())),
        ("outcomes", is(configuration.outcomes(person, run).await.err())),
    ]
}

async fn share(world: &World, connection: &ConnectionId, access: ConnectionAccess) {
    let key = catalog::connection_key(connection);
    let current = world.bench.documents.load::<catalog::Connection>(&key).await.unwrap().unwrap();
    let content = catalog::Connection { access, ..current.content.clone() };
    world.bench.documents.replace(&current, content).await.unwrap();
}

#[tokio::test]
async fn each_role_does_what_the_connection_allows() {
    let world = world().await;
    let configuration = &world.bench.configuration;
    let id = world.export("News").await;
    let started = configuration.run_export(&world.bench.contributor(), &id, RunKind::Changes, None).await;
    let run = started.unwrap().active().clone();
    world.bench.finish(&run).await;
    let detached = world.bench.export("Detached", None).await;
    let table = [
        (Role::Administrator, Some(ConnectionAccess::Administrators), true),
        (Role::Administrator, Some(ConnectionAccess::Contributors), true),
        (Role::Administrator, None, true),
        (Role::Contributor, Some(ConnectionAccess::Administrators), false),
        (Role::Contributor, Some(ConnectionAccess::Contributors), true),
        (Role::Contributor, None, false),
        (Role::Viewer, Some(ConnectionAccess::Administrators), false),
        (Role::Viewer, Some(ConnectionAccess::Contributors), false),
        (Role::Viewer, None, false),
    ];
    for (role, access, allowed) in table {
        let person = world.bench.person(role, "Pat");
        let id = if access.is_some() { &id } else { &detached };
        share(&world, &world.connection, access.unwrap_or(ConnectionAccess::Contributors)).await;
        let key = RunKey { export: id.clone(), run: run.run.clone() };
        for (action, forbidden) in forbidden(&world, &person, id, &key).await {
            let review_needs_a_connection = action == "review" && access.is_none() && allowed;
            assert_eq!(forbidden, !allowed && !review_needs_a_connection, "{action} {role:?} {access:?}");
        }
        // Everybody looks.
        let seen = configuration.export(&person, id).await.unwrap().value.standing;
        assert_eq!(seen.your_permissions == configuration::access::Permission::Edit, allowed);
        let runs = configuration.runs(&person, id, 10).await.unwrap();
        if access.is_some() {
            assert_eq!(
                (runs.items[0].report, runs.items[0].outcomes),
                (allowed, allowed),
                "{role:?} {access:?}"
            );
            let details = configuration.run(&person, &key).await.unwrap();
            assert_eq!((details.you_may.download, details.you_may.cancel), (allowed, false));
            assert_eq!(details.ended.unwrap().counts.read, 3, "counts are for everybody");
        }
    }
}

#[tokio::test]
async fn only_who_could_edit_one_starts_an_export() {
    let world = world().await;
    let (viewer, configuration) = (world.bench.viewer(), &world.bench.configuration);
    let draft = world.draft("News");
    assert_eq!(configuration.create_export(&viewer, &draft, None).await.unwrap_err().code(), "forbidden");
    assert_eq!(configuration.review_export(&viewer, None, &draft).await.unwrap_err().code(), "forbidden");
    assert_eq!(configuration.run_all(&viewer, None).await.unwrap_err().code(), "forbidden");
}

#[tokio::test]
async fn withdrawn_sharing_leaves_exports_running_and_contributors_looking() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    share(&world, &world.connection, ConnectionAccess::Administrators).await;
    let seen = configuration.export(&carl, &id).await.unwrap().value;
    assert_eq!(seen.standing.your_permissions, configuration::access::Permission::View);
    assert_eq!(seen.standing.connection, configuration::ConnectionUse::NotShared, "not even its name");
    assert_eq!(seen.draft.connection, None);
    let refresh = configuration::RefreshChange {
        schedule: schedule::RefreshForm {
            kind: "daily".to_owned(),
            times: vec!["06:00".to_owned()],
            time_zone: "Etc/UTC".to_owned(),
            ..Default::default()
        },
        upload_trigger: false,
    };
    let ann = world.bench.administrator();
    let tag = configuration.refresh(&ann).await.unwrap().tag;
    configuration.update_refresh(&ann, &tag, &refresh).await.unwrap();
    world.bench.time_passes(jiff::SignedDuration::from_hours(4));
    let report = configuration.start_due(domain::Clock::now(&*world.bench.clock)).await.unwrap();
    assert_eq!(report.started[0].export.id, id, "it runs on");
}

#[tokio::test]
async fn sample_rows_are_for_who_may_use_a_connection() {
    let world = world().await;
    let configuration = &world.bench.configuration;
    let table = [
        (Role::Administrator, ConnectionAccess::Administrators, true),
        (Role::Contributor, ConnectionAccess::Administrators, false),
        (Role::Contributor, ConnectionAccess::Contributors, true),
        (Role::Viewer, ConnectionAccess::Contributors, false),
    ];
    for (role, access, allowed) in table {
        share(&world, &world.connection, access).await;
        let person = world.bench.person(role, "Pat");
        let details = configuration.segment(&person, &segment("customers")).await.unwrap();
        assert_eq!(details.columns, ["CustomerId", "EMail", "FirstName", "Hobby"]);
        match details.sample {
            SegmentSample::Rows(rows) => {
                assert!(allowed, "{role:?}");
                assert_eq!(rows.expose()[0], ["1", "ann@example.com", "Ann", "Chess"]);
                assert!(!format!("{rows:?}").contains("ann@"), "not in logs");
            }
            SegmentSample::NotAllowed => assert!(!allowed, "{role:?}"),
        }
    }
}
