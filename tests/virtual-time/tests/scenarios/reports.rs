//! Every rejected row stands in the report, however the run ended.

use domain::outcome::Reason;
use planner::RunKind;
use rstest::rstest;
use simulator::PersonCount;
use virtual_time::{Person, When, World, WorldOptions, counts, end, people};

use super::steps::world_of;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rejected_row_is_in_the_report_parked_ones_too() {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person7".into())).await;
    world.upload("1", &people(0, 20)).await;
    for _ in 0..5 {
        world.run(RunKind::Changes).await;
    }
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).reasons.get(&Reason::Parked), Some(&1));
    let report = world.state_file(run.ended().unwrap().files.report.as_ref().unwrap()).await;
    assert_eq!(report.lines().count(), 2, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_braked_run_has_a_report_and_an_outcome_file() {
    let world = world_of(200).await;
    world.run(RunKind::Changes).await;
    let mut rows = people(0, 310);
    rows.push(Person { id: "C-x".into(), email: "broken".into(), first_name: "Bo".into() });
    world.upload("2", &rows).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).1.code(), "brake_additions");
    assert_eq!(counts(&run).rejected, 1);
    let files = &run.ended().unwrap().files;
    assert!(files.report.is_some() && files.outcomes.is_some(), "{files:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_unreadable_rows_are_counted_as_the_report_has_them() {
    let world = World::new(WorldOptions::default()).await;
    world.upload_bytes("3", b"CustomerId,EMail,FirstName\n1,a@example.com\n".to_vec()).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).1.code(), "too_many_unreadable_rows");
    assert_eq!((counts(&run).read, counts(&run).rejected), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_of_unreadable_rows_survives_a_crash() {
    for effect in 0..40 {
        let world = World::new(WorldOptions::default()).await;
        world.upload_bytes("3", b"CustomerId,EMail,FirstName\n1,a@example.com\n".to_vec()).await;
        let (run, died) = world.run_with_crash(RunKind::Changes, effect, When::After).await;
        assert!(run.ended().unwrap().files.report.is_some(), "effect {effect}");
        if !died {
            return;
        }
    }
}

#[rstest]
#[case::many(25, PersonCount::InImport)]
#[case::one_of_each_chunk(39, PersonCount::InImport)]
#[case::many_where_only_the_accepted_are_counted(25, PersonCount::Accepted)]
#[case::one_of_each_chunk_where_only_the_accepted_are_counted(39, PersonCount::Accepted)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_the_service_drops_without_a_word_are_reported_and_tried_again(
    #[case] import_rows: usize,
    #[case] person_count: PersonCount,
) {
    let world = world_of(200).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person19".into())).await;
    world.control.change_switches(move |switches| switches.person_count = person_count).await;
    world.control.change_limits(move |limits| limits.import_rows = import_rows).await;
    let run = world.run(RunKind::Changes).await;
    let first = counts(&run);
    let members = world.members().await.len() as u64;
    assert!(members <= 5 * import_rows as u64);
    assert_eq!((first.added, first.rejected), (members, 200 - members), "{first:?}");
    assert_eq!(first.reasons.get(&Reason::RejectedUnidentified), None);
    let report = world.state_file(run.ended().unwrap().files.report.as_ref().unwrap()).await;
    assert_eq!(report.lines().count() as u64, first.rejected + 1);
    world.control.change_limits(|limits| limits.import_rows = 40_000).await;
    world.control.change_faults(|faults| faults.refuse_containing = None).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).added, counts(&run).unchanged), (200 - members, members));
    assert_eq!(world.members().await.len(), 200);
    world.close().await;
}
