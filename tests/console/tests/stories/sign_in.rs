//! Signing in: each role finds the console, and who signs out is out.

use console_tests::{Before, Role, Script, story};

#[test]
fn each_role_signs_in_and_out_and_is_told_as_whom() {
    story("sign-in", Before::Nothing, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.open("/exports").await;
        page.sees("Sign in as Administrator").await;
        page.sign_in(Role::Administrator).await;
        let person = page.texts(".person-name, .person-role").await;
        assert_eq!(person, ["Ada Amberg", "Administrator"]);
        page.offers("Connections").await;
        for (role, name) in [(Role::Contributor, "Colin Clark"), (Role::Viewer, "Vera Vance")] {
            page.sign_in_instead(role).await;
            assert_eq!(
                page.texts(".person-name, .person-role").await,
                [name.to_owned(), format!("{role:?}")]
            );
        }
        page.click("Sign out").await;
        page.sees("You have signed out of this product.").await;
        page.look_over("signed-out").await;
        page.open("/exports").await;
        page.sees("Sign in as Administrator").await;
    });
}
