//! The list of exports: what its rows say, searching, filtering, sorting, and why something will not run by itself.

use company::PEOPLE;
use configuration::{ConnectionUse, ExportDraft, ExportListItem, ExportQuery, ExportSort, StatusFilter};
use engine::{EngineSettings, Status};
use jiff::SignedDuration;
use planner::RunKind;

use super::world::{daily, world};

fn names(items: &[ExportListItem]) -> Vec<&str> {
    items.iter().map(|item| item.name.as_str()).collect()
}

#[tokio::test]
async fn a_row_says_how_an_export_stands() {
    let world = world().await;
    let (viewer, configuration) = (world.bench.viewer(), &world.bench.configuration);
    let id = world.export("News").await;
    let row = |page: configuration::ExportPage| page.items.into_iter().next().unwrap();
    let all = ExportQuery::default();
    let item = row(configuration.exports(&viewer, &all).await.unwrap());
    assert_eq!((item.status, item.refreshed_at, item.kind), (None, None, "Constant Contact"));
    assert_eq!(item.connection.label(), "Newsletter");
    assert_eq!((item.updated_by.as_deref(), item.active_run.as_ref()), (Some("Carl"), None));
    assert_eq!((item.schedule.as_str(), item.next_due), ("With every system refresh", None));
    assert!(item.will_not_run.unwrap().starts_with("Will not run by itself."));

    let started = configuration.run_export(&world.bench.contributor(), &id, RunKind::Changes, None).await;
    let run = started.unwrap().active().clone();
    let item = row(configuration.exports(&viewer, &all).await.unwrap());
    assert_eq!((item.status, item.active_run.as_ref()), (Some(Status::Queued), Some(&run)));
    let ended = world.bench.finish(&run).await;
    let item = row(configuration.exports(&viewer, &all).await.unwrap());
    assert_eq!((item.status, item.active_run), (Some(Status::Successful), None));
    assert_eq!(item.refreshed_at, ended.ended().map(|ended| ended.at), "the end of the latest run");
    assert_eq!(item.note.unwrap().code, "completed");
    let details = configuration.export(&viewer, &id).await.unwrap().value;
    assert_eq!(details.latest.unwrap().run, run.run);
}

#[tokio::test]
async fn a_feed_that_died_and_a_lost_authorization_are_told() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    world.bench.time_passes(SignedDuration::from_hours(8 * 24));
    let started = configuration.run_export(&person, &id, RunKind::Changes, None).await.unwrap();
    world.bench.finish(started.active()).await;
    let warnings = configuration.export(&person, &id).await.unwrap().value.standing.warnings;
    assert!(
        warnings.len() == 1 && warnings[0].contains("look whether it is still refreshed"),
        "{warnings:?}"
    );
    world.bench.control.disconnect().await.unwrap();
    assert!(configuration.lists(&person, &world.connection).await.is_err());
    let warnings = configuration.export(&person, &id).await.unwrap().value.standing.warnings;
    assert!(warnings.len() == 2 && warnings[1].contains("authenticated it again"), "{warnings:?}");
    let refused = configuration.run_export(&person, &id, RunKind::Changes, None).await;
    assert_eq!(refused.unwrap_err().code(), "needs_reauthentication");
    assert_eq!(
        configuration.run_all(&person, None).await.unwrap().left_out[0].code,
        "needs_reauthentication"
    );
}

#[tokio::test]
async fn what_was_exported_last_grows_old_although_nothing_runs() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let started = configuration.run_export(&person, &id, RunKind::Changes, None).await.unwrap();
    world.bench.finish(started.active()).await;
    let told = || async {
        let listed = configuration.exports(&person, &ExportQuery::default()).await.unwrap();
        let shown = configuration.export(&person, &id).await.unwrap().value.standing;
        assert_eq!(listed.items[0].warnings, shown.warnings);
        shown.warnings
    };
    world.bench.time_passes(EngineSettings::default().snapshot_age - SignedDuration::from_hours(1));
    assert_eq!(told().await, [""; 0], "as old as a run would accept");
    world.bench.time_passes(SignedDuration::from_hours(2));
    let warnings = told().await;
    assert!(
        warnings.len() == 1 && warnings[0].contains("look whether the segment is still refreshed"),
        "{warnings:?}"
    );
    // A run that meets the same snapshot says so itself, and that is enough.
    let started = configuration.run_export(&person, &id, RunKind::Changes, None).await.unwrap();
    world.bench.finish(started.active()).await;
    let warnings = told().await;
    assert!(warnings.len() == 1 && warnings[0].starts_with("The newest snapshot of"), "{warnings:?}");
    // Of a segment that the export no longer has nobody expects anything.
    for segment in ["customers", "visitors"] {
        world.bench.upload(&format!("{segment}/2026-11-30.csv"), PEOPLE).await;
    }
    let started = configuration.run_export(&person, &id, RunKind::Changes, None).await.unwrap();
    world.bench.finish(started.active()).await;
    let draft = ExportDraft { segments: vec!["visitors".to_owned()], ..world.draft("News") };
    let tag = configuration.export(&person, &id).await.unwrap().tag;
    configuration.update_export(&person, &id, &tag, &draft).await.unwrap();
    world.bench.time_passes(EngineSettings::default().snapshot_age * 2);
    assert_eq!(told().await, [""; 0]);
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_sorted() {
    let world = world().await;
    let (viewer, configuration) = (world.bench.viewer(), &world.bench.configuration);
    world.export("beta").await;
    let mut draft = world.draft("Alpha");
    draft.schedule = daily("2026-12-01T06:30");
    world.save(&draft).await;
    world.bench.export("Gamma", None).await;
    let find = |query: ExportQuery| {
        let viewer = viewer.clone();
        async move { configuration.exports(&viewer, &query).await.unwrap() }
    };
    let all = find(ExportQuery::default()).await;
    assert_eq!((names(&all.items), all.total, all.pages), (vec!["Alpha", "beta", "Gamma"], 3, 1));
    assert_eq!(all.connections.len(), 1);
    let search = |text: &str| ExportQuery { search: text.to_owned(), ..Default::default() };
    assert_eq!(names(&find(search("ALP")).await.items), ["Alpha"], "by name");
    assert_eq!(names(&find(search("newslett")).await.items), ["Alpha", "beta"], "by the connection's name");
    assert_eq!(find(search("constant")).await.total, 3, "by type");
    assert_eq!(find(search("nothing")).await.total, 0);
    let of_connection = ExportQuery { connection: Some(world.connection.clone()), ..Default::default() };
    assert_eq!(find(of_connection).await.total, 2);
    let never = ExportQuery { status: Some(StatusFilter::NeverRun), ..Default::default() };
    assert_eq!(find(never).await.total, 3);
    let failed = ExportQuery { status: Some(StatusFilter::Failure), ..Default::default() };
    assert_eq!(find(failed).await.total, 0);
    for (sort, first, last) in [
        (ExportSort::Name, "Alpha", "Gamma"),
        (ExportSort::Kind, "Alpha", "Gamma"),
        (ExportSort::Connection, "Alpha", "Gamma"),
        (ExportSort::Status, "Alpha", "Gamma"),
        (ExportSort::Refreshed, "Alpha", "Gamma"),
        (ExportSort::Schedule, "Alpha", "Gamma"),
        (ExportSort::NextDue, "Alpha", "Gamma"),
        (ExportSort::YourPermissions, "Alpha", "Gamma"),
        (ExportSort::UpdatedAt, "beta", "Gamma"),
        (ExportSort::UpdatedBy, "Gamma", "beta"),
    ] {
        let items = find(ExportQuery { sort, ..Default::default() }).await.items;
        assert_eq!((names(&items)[0], names(&items)[2]), (first, last), "{sort:?}");
    }
    let newest = ExportQuery { sort: ExportSort::UpdatedAt, descending: true, ..Default::default() };
    assert_eq!(names(&find(newest).await.items)[2], "beta");
    let second = ExportQuery { page: 2, page_size: 2, ..Default::default() };
    let second = find(second).await;
    assert_eq!((names(&second.items), second.page, second.pages, second.total), (vec!["Gamma"], 2, 2, 3));
}

#[tokio::test]
async fn what_will_not_run_by_itself_says_why() {
    let world = world().await;
    let (viewer, configuration) = (world.bench.viewer(), &world.bench.configuration);
    let mut draft = world.draft("Own");
    draft.schedule = daily("2026-12-01T06:30");
    let own = world.save(&draft).await.export.value.standing;
    assert_eq!(own.next_due, Some("2026-12-01T06:30:00Z".parse().unwrap()));
    assert_eq!(own.will_not_run, None);
    world.bench.time_passes(SignedDuration::from_secs(1));
    configuration.pause_everything(&world.bench.administrator(), true).await.unwrap();
    let paused = configuration.export(&viewer, &own.id).await.unwrap().value.standing;
    assert!(paused.next_due.is_none() && paused.will_not_run.unwrap().contains("paused"));
    let detached = world.bench.export("Detached", None).await;
    let detached = configuration.export(&viewer, &detached).await.unwrap().value.standing;
    assert_eq!(detached.connection, ConnectionUse::NoConnection);
    assert!(detached.will_not_run.unwrap().contains("It has no connection"));
}
