//! A request to save an export that comes more than once, as from a form that is sent twice.

use std::time::Duration;

use configuration::{ConfigurationError, ListChoice};
use engine::Started;
use futures_util::future;
use planner::RunKind;

use super::world::{World, problems, world};

async fn exports(world: &World) -> usize {
    let everything = configuration::ExportQuery::default();
    world.bench.configuration.exports(&world.bench.viewer(), &everything).await.unwrap().total
}

#[tokio::test]
async fn the_same_request_makes_one_export_and_one_run() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let mut draft = world.draft("News");
    draft.list = ListChoice::New("Offers".to_owned());
    let first = configuration.create_export(&carl, &draft, Some("form-1")).await.unwrap().export.value;
    let id = &first.standing.id;
    let run = configuration.run_export(&carl, id, RunKind::Changes, Some("form-1")).await.unwrap();
    assert!(matches!(run, Started::Created(_)));

    let again = configuration.create_export(&carl, &draft, Some("form-1")).await.unwrap().export.value;
    assert_eq!((&again.standing.id, &again.draft), (id, &first.draft), "its list is there by now");
    let second = configuration.run_export(&carl, id, RunKind::Changes, Some("form-1")).await.unwrap();
    assert_eq!(second, Started::Joined(run.active().clone()));
    assert_eq!(world.bench.engine.runs(id, 10).await.unwrap().len(), 1);
    assert_eq!(exports(&world).await, 1);
    let actions = world.bench.actions().await;
    for action in ["export.created", "run.started", "list.created"] {
        assert_eq!(actions.iter().filter(|known| *known == action).count(), 1, "{action} in {actions:?}");
    }

    // Another person's form is another one, whatever it calls itself; and so is another form.
    let ann = world.bench.administrator();
    let draft = world.draft("News");
    configuration.create_export(&ann, &draft, Some("form-1")).await.unwrap();
    configuration.create_export(&carl, &draft, Some("form-2")).await.unwrap();
    configuration.create_export(&carl, &draft, None).await.unwrap();
    assert_eq!(exports(&world).await, 4);
    for key in ["", "two words", "\u{fc}", &"k".repeat(201)] {
        let refused = problems(configuration.create_export(&carl, &draft, Some(key)).await);
        assert_eq!(refused, [("idempotency_key".to_owned(), "invalid")], "{key}");
    }
}

#[tokio::test]
async fn two_requests_at_the_same_moment_make_one_export_and_one_list() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let mut draft = world.draft("News");
    draft.list = ListChoice::New("Offers".to_owned());
    let before = configuration.lists(&carl, &world.connection).await.unwrap().len();
    let save = async || loop {
        match configuration.create_export(&carl, &draft, Some("form-1")).await {
            // Time stands still while both want a place among the requests.
            Err(ConfigurationError::Throttled { .. }) => tokio::time::sleep(Duration::from_millis(5)).await,
            saved => return saved.unwrap().export.value.standing.id,
        }
    };
    let (one, other) = future::join(save(), save()).await;
    assert_eq!(one, other);
    assert_eq!(exports(&world).await, 1);
    assert_eq!(configuration.lists(&carl, &world.connection).await.unwrap().len(), before + 1);
    let actions = world.bench.actions().await;
    assert_eq!(actions.iter().filter(|action| *action == "export.created").count(), 1, "{actions:?}");
}

#[tokio::test]
async fn what_differs_is_not_lost_in_silence() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let saved =
        configuration.create_export(&carl, &world.draft("News"), Some("form-1")).await.unwrap().export;
    let refused = configuration.create_export(&carl, &world.draft("Offers"), Some("form-1")).await;
    assert_eq!(problems(refused), [("idempotency_key".to_owned(), "used")]);
    configuration.remove_export(&carl, &saved.value.standing.id, &saved.tag).await.unwrap();
    let gone = configuration.create_export(&carl, &world.draft("News"), Some("form-1")).await.unwrap_err();
    assert_eq!(gone.code(), "nothing_to_do");
    assert_eq!(exports(&world).await, 0);
}
