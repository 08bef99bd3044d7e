//! The application's credentials.

use configuration::ConfigurationError;
use domain::Sensitive;

use crate::support::{bare_bench, bench};

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

#[tokio::test]
async fn runs_that_wait_for_a_person_go_on_with_new_credentials() {
    let bench = bench().await;
    let id = bench.connected(catalog::ConnectionAccess::Administrators).await;
    let export = bench.export("News", Some(&id)).await;
    let parked = bench.run(&export).await;
    let document = format!("runs/{}/{}.json", parked.export, parked.run);
    bench
        .documents
        .update::<engine::Run, (), std::convert::Infallible, _>(&document, |run| {
            let problem = "the client secret is refused".to_owned();
            let parked = Some(engine::ParkReason::NeedsPerson { problem });
            Ok(store::Change::Write(engine::Run { parked, due_at: None, ..run.unwrap().clone() }, ()))
        })
        .await
        .unwrap();
    let application = simulator::Application::default();
    let secret = Sensitive::new(application.client_secret);
    let person = bench.administrator();
    bench.configuration.store_application(&person, &application.client_id, &secret).await.unwrap();
    assert_eq!(bench.driver.take(), [parked]);
}
