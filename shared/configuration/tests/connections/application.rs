//! The application's credentials.

use company::Company;
use configuration::ConfigurationError;
use domain::Sensitive;
use store::{Condition, ObjectStore};

use crate::{bare_bench, bench};

#[tokio::test]
async fn the_application_is_set_up_once_and_never_shown() {
    let bench = bare_bench().await;
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    let state = configuration.application(&ann).await.unwrap();
    assert!(!state.configured);
    assert_eq!(state.redirect_uri, "http://127.0.0.1:8080/oauth/constant-contact/callback");
    assert_eq!(configuration.quota(&ann).await.unwrap_err().code(), "set_up_needed");

    let secret = |text: &str| Sensitive::new(text.to_owned());
    let error = configuration.store_application(&ann, " ", &secret("with a blank")).await.unwrap_err();
    let ConfigurationError::Invalid(problems) = error else { panic!("{error:?}") };
    let found: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.code)).collect();
    assert_eq!(found, [("client_id", "required"), ("client_secret", "invalid")]);

    let state = configuration.store_application(&ann, " the-client ", &secret("the-secret\n")).await.unwrap();
    assert!(state.configured && configuration.application(&ann).await.unwrap().configured);
    let stored = bench.vault.application().await.unwrap();
    assert_eq!(
        (stored.client_id.as_str(), stored.client_secret.expose().as_str()),
        ("the-client", "the-secret")
    );
    let record = serde_json::to_string(&configuration.audit(&ann, None).await.unwrap()).unwrap();
    assert!(record.contains("application.changed") && record.contains("the-client"), "{record}");
    assert!(!record.contains("the-secret"));
}

/// Marks a run as the engine does when it waits for a person.
async fn park(bench: &Company, run: &engine::RunKey) {
    bench
        .documents
        .update::<engine::Run, (), std::convert::Infallible, _>(&document(run), |run| {
            let problem = "the client secret is refused".to_owned();
            let parked = Some(engine::ParkReason::NeedsPerson { problem });
            Ok(store::Change::Write(engine::Run { parked, due_at: None, ..run.unwrap().clone() }, ()))
        })
        .await
        .unwrap();
}

fn document(run: &engine::RunKey) -> String {
    format!("runs/{}/{}.json", run.export, run.run)
}

async fn enter_credentials(bench: &Company) {
    let application = simulator::Application::default();
    let secret = Sensitive::new(application.client_secret);
    let person = bench.administrator();
    bench.configuration.store_application(&person, &application.client_id, &secret).await.unwrap();
}

#[tokio::test]
async fn runs_that_wait_for_a_person_go_on_with_new_credentials() {
    let bench = bench().await;
    let id = bench.connected(catalog::ConnectionAccess::Administrators).await;
    let export = bench.export("News", Some(&id)).await;
    let parked = bench.run(&export).await;
    park(&bench, &parked).await;
    enter_credentials(&bench).await;
    assert_eq!(bench.driver.take(), [parked]);
}

#[tokio::test]
async fn a_run_that_cannot_be_read_keeps_no_other_waiting() {
    let bench = bench().await;
    let id = bench.connected(catalog::ConnectionAccess::Administrators).await;
    for name in ["News", "Offers", "Events"] {
        let export = bench.export(name, Some(&id)).await;
        let run = bench.run(&export).await;
        park(&bench, &run).await;
    }
    // The one that is met first.
    let mut runs = bench.engine.active_runs().await.unwrap();
    let damaged = runs.remove(0);
    bench.memory.put(&document(&damaged), "{}".into(), Condition::None).await.unwrap();
    enter_credentials(&bench).await;
    assert_eq!(bench.driver.take(), runs);
}
