//! A process may die before or after every effect on the rarer paths, too: a plan made again, refused rows looked for,
//! opt-outs looked at again before sending goes on.

use engine::{Caller, Engine, Phase, RunKey, Status};
use jiff::SignedDuration;
use planner::RunKind;
use rstest::rstest;
use simulator::{Change, Naming, NewContact};
use virtual_time::{When, World, WorldOptions, counts, end, people};

use super::steps::until_imports;

const AFTER: [When; 2] = [When::Before, When::After];

/// A path of a run: how it is reached, and what must hold at the end.
struct Path {
    /// Leads a run to where its processes begin to die.
    reach: AsyncStep,
    /// Rows read, added, rejected and opted out at the end.
    counts: [u64; 4],
    /// How often each address was imported: the numbers that occur.
    imported: &'static [u64],
}

type AsyncStep =
    for<'a> fn(&'a World, &'a Engine, &'a RunKey) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

async fn plan_again(world: &World, engine: &Engine, key: &RunKey) {
    until_imports(world, engine, key, 1).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    world.upload("2", &people(0, 110)).await;
}

async fn identify(world: &World, engine: &Engine, key: &RunKey) {
    world.control.change_switches(|switches| switches.naming = Naming::None).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person9".into())).await;
    until_imports(world, engine, key, 3).await;
}

async fn refresh(world: &World, engine: &Engine, key: &RunKey) {
    until_imports(world, engine, key, 1).await;
    let waiting = |text: &String| {
        text.split("\"email\":\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let body = world.state.keys().into_iter().find(|key| key.ends_with("000003-0.json")).unwrap();
    let people = waiting(&world.state_file(&body).await);
    let person = people.into_iter().next().unwrap();
    let contact = NewContact { email: person.clone(), ..NewContact::default() };
    world.control.add_contacts(vec![contact]).await.unwrap();
    world.control.change_contact(person, Change::Unsubscribe).await.unwrap();
    world.sleep(SignedDuration::from_mins(61)).await;
}

/// Dies at one effect of the rest of a run, then checks everything. Answers whether the effect was reached.
async fn die_at(path: &Path, effect: u64, when: When) -> bool {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(|switches| switches.activity_seconds = 30).await;
    world.upload("1", &people(0, 100)).await;
    let engine = world.process();
    let key =
        engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap().active().clone();
    (path.reach)(&world, &engine, &key).await;
    world.crash.arm(Some((effect, when)));
    let died = tokio::select! {
        _ = world.drive(&engine, &key) => false,
        () = world.crash.died() => true,
    };
    world.crash.arm(None);
    let run = world.finish(&world.process(), &key).await;
    let context = format!("effect {effect}, {when:?}");
    assert_eq!(end(&run).0, Status::Successful, "{context}: {}", end(&run).1);
    let counts = counts(&run);
    let counted = [counts.read, counts.added, counts.rejected, counts.opted_out];
    assert_eq!(counted, path.counts, "{context}: {counts:?}");
    assert_eq!(counts.unsent, 0, "{context}");
    assert_eq!(world.times_imported().await, path.imported, "{context}");
    assert_eq!(world.members().await.len() as u64, counts.added, "{context}");
    assert!(world.process().active_runs().await.unwrap().is_empty(), "{context}");
    world.close().await;
    died
}

#[rstest]
#[case::plan_again(Path {
    reach: |world, engine, key| Box::pin(plan_again(world, engine, key)), counts: [110, 110, 0, 0], imported: &[1],
}, 40)]
#[case::identify(Path {
    reach: |world, engine, key| Box::pin(identify(world, engine, key)), counts: [100, 89, 11, 0], imported: &[1],
}, 10)]
#[case::refresh_opt_outs(Path {
    reach: |world, engine, key| Box::pin(refresh(world, engine, key)), counts: [100, 99, 0, 1], imported: &[1],
}, 20)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_changes_nothing(#[case] path: Path, #[case] least: u64) {
    for when in AFTER {
        let mut effect = 0;
        while die_at(&path, effect, when).await {
            effect += 1;
        }
        // Fewer would mean that the path is not taken any more.
        assert!(effect > least, "only {effect} effects");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_paths_are_those_they_say() {
    let world = World::new(WorldOptions::default()).await;
    world.upload("1", &people(0, 100)).await;
    let engine = world.process();
    let key =
        engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap().active().clone();
    identify(&world, &engine, &key).await;
    let mut exported = false;
    while !matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Ended(_)) {
        exported |= engine
            .run(&key)
            .await
            .unwrap()
            .unwrap()
            .sending()
            .is_some_and(|sending| sending.identification.is_some());
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
        world.sleep(SignedDuration::from_secs(5)).await;
    }
    assert!(exported);
    world.close().await;
}
