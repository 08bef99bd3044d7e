//! An export or a connection whose document is damaged: it has a row that says so, and the others are as always.

use company::PEOPLE;
use identity::Role;
use store::{Condition, ObjectStore};

use super::workshop::workshop;

#[tokio::test]
async fn what_is_damaged_is_a_row_of_its_own_and_the_others_go_on() {
    let workshop = workshop().await;
    let (friends, offers) = (workshop.export("Friends").await, workshop.export("Offers").await);
    let key = format!("exports/{friends}/export.json");
    workshop.world.memory.get(&key).await.unwrap();
    workshop.world.memory.put(&key, "{".into(), Condition::None).await.unwrap();
    for (role, path) in [(Role::Viewer, "/exports"), (Role::Contributor, "/exports?search=Offers")] {
        let page = workshop.browser(role).open(path).await;
        for words in
            [friends.as_str(), "Cannot be read", key.as_str(), "An export that cannot be read", "Offers"]
        {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        assert!(page.links_to(&format!("/exports/{offers}")));
        assert!(!page.links_to(&format!("/exports/{friends}")), "nothing can be done with it here");
    }
    let browser = workshop.browser(Role::Contributor);
    let edit = browser.open(&format!("/exports/{offers}/edit")).await;
    let saved = browser
        .submit(&edit, &format!("/exports/{offers}/edit"), &[("name", "Best offers"), ("then", "save")])
        .await;
    assert!(saved.says("Best offers"), "{}", saved.text());
    workshop.upload("customers", PEOPLE).await;
    let segment = browser.open("/segments/customers").await;
    assert!(segment.says("Exports of which it cannot be told"), "{}", segment.text());

    // A connection is a row of its own, too.
    let key = catalog::connection_key(&workshop.connection);
    let whole = workshop.world.memory.get(&key).await.unwrap().bytes;
    workshop.world.memory.put(&key, "{".into(), Condition::None).await.unwrap();
    let list = workshop.browser(Role::Administrator).open("/connections").await;
    for words in
        [workshop.connection.as_str(), "Cannot be read", key.as_str(), "A connection that cannot be read"]
    {
        assert!(list.says(words), "{words}: {}", list.text());
    }
    assert!(
        !list.links_to(&format!("/connections/{}", workshop.connection)),
        "nothing can be done with it here"
    );
    let list = workshop.browser(Role::Contributor).open("/connections").await;
    assert!(!list.says(workshop.connection.as_str()), "{}", list.text());
    workshop.world.memory.put(&key, whole, Condition::None).await.unwrap();

    let connection = format!("/connections/{}", workshop.connection);
    let administrator = workshop.browser(Role::Administrator);
    let page = administrator.open(&connection).await;
    assert!(page.says("Exports that may use it, too") && page.says("Best offers"), "{}", page.text());
    let itself = administrator.open(&format!("/exports/{friends}")).await;
    assert_eq!(itself.status, 503, "{}", itself.text());
}
