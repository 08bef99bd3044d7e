//! What the page of a run that the safety brake stopped says once its plan was approved.

use identity::Role;

use super::workshop::{key_of, workshop};

#[tokio::test]
async fn an_approved_plan_says_by_whom_and_when_and_leads_to_its_run() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let stopped = workshop.stopped(&id).await;
    let approve = format!("{stopped}/approve");
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open(&stopped).await;
    assert!(page.links_to(&approve) && !page.says("approved this plan"), "{}", page.text());
    let question = browser.open(&approve).await;
    let run = browser.submit(&question, &approve, &[]).await;
    // While it is under way, and after its end.
    for ended in [false, true] {
        if ended {
            workshop.finish(&run).await;
        }
        for role in [Role::Contributor, Role::Viewer] {
            let page = workshop.browser(role).open(&stopped).await;
            assert!(!page.links_to(&approve), "{role:?}, {ended}");
            assert!(page.says("Colin Clark approved this plan, "), "{}", page.text());
            assert!(page.links_to(run.path()), "{}", page.text());
            let export = workshop.browser(role).open(&format!("/exports/{id}")).await;
            assert!(!export.links_to(&approve), "{role:?}, {ended}");
        }
    }
}

#[tokio::test]
async fn a_plan_that_waits_for_the_run_under_way_leads_to_its_export() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let stopped = workshop.stopped(&id).await;
    let browser = workshop.browser(Role::Contributor);
    let approve = format!("{stopped}/approve");
    let page = browser.open(&approve).await;
    let question = browser.open(&format!("/exports/{id}/run")).await;
    let other = browser.submit(&question, &format!("/exports/{id}/runs"), &[]).await;
    browser.submit(&page, &approve, &[]).await;
    let page = browser.open(&stopped).await;
    assert!(page.says("It is sent when the run under way has ended"), "{}", page.text());
    let waiting = workshop.world.engine.occupation(&id).await.unwrap().approved_follow_up.unwrap().run;
    assert!(!page.links_to(&format!("/exports/{id}/runs/{waiting}")), "there is nothing to look at yet");
    // Canceling the one under way says that another one follows.
    let cancel = browser.open(&format!("{}/cancel", other.path())).await;
    assert!(cancel.says("Another run was asked for and begins afterwards"), "{}", cancel.text());
    workshop.world.finish(&key_of(other.path())).await;
    assert!(browser.open(&stopped).await.links_to(&format!("/exports/{id}/runs/{waiting}")));
}

#[tokio::test]
async fn a_plan_whose_connection_lost_its_authorization_is_not_asked_about() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let stopped = workshop.stopped(&id).await;
    let approve = format!("{stopped}/approve");
    workshop.world.control.disconnect().await.unwrap();
    let browser = workshop.browser(Role::Contributor);
    // Whoever asks the account learns it first.
    browser.open(&format!("/exports/{id}/run")).await;
    let page = browser.open(&approve).await;
    assert!(page.status == 409 && page.says("needs re-authentication"), "{}", page.text());
    assert!(!page.has_form(&approve));
}
