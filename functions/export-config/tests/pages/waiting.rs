//! What an export's page says of a run that waits, and of one that has ended and is not cleaned up after yet.

use std::convert::Infallible;

use engine::{Occupation, ParkReason, Run};
use identity::Role;
use store::Change;

use super::workshop::{key_of, workshop};

#[tokio::test]
async fn only_a_run_that_waits_for_a_person_is_said_to() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Contributor);
    let here = format!("/exports/{id}");
    let question = browser.open(&format!("{here}/run")).await;
    let run = browser.submit(&question, &format!("{here}/runs"), &[]).await;
    let key = key_of(run.path());
    let waits = "The run waits for a person";
    assert!(!browser.open(&here).await.says(waits));

    let documents = &workshop.world.documents;
    let document = format!("runs/{id}/{}.json", key.run);
    let park = |parked: Option<ParkReason>| {
        let document = document.clone();
        async move {
            documents
                .update::<Run, (), Infallible, _>(&document, |run| {
                    Ok(Change::Write(Run { parked: parked.clone(), ..run.unwrap().clone() }, ()))
                })
                .await
                .unwrap();
        }
    };
    park(Some(ParkReason::NeedsReauthentication)).await;
    assert!(browser.open(&here).await.says(waits));
    park(None).await;

    let active = workshop.world.engine.occupation(&id).await.unwrap().active;
    workshop.finish(&run).await;
    // As in the moment before its cleaning up.
    documents
        .update::<Occupation, (), Infallible, _>(&format!("exports/{id}/occupation.json"), |occupation| {
            let mut occupation = occupation.unwrap().clone();
            occupation.active = active.clone();
            Ok(Change::Write(occupation, ()))
        })
        .await
        .unwrap();
    let page = browser.open(&here).await;
    assert!(page.says("Successful") && !page.says(waits), "{}", page.text());
}
