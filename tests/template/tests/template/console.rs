//! The way in: which routes ask for a token, where people come back to, and that every function is told what it needs.

use serde_json::json;
use template_tests::{Stack, Template};

#[test]
fn the_api_asks_for_a_token_and_the_rest_signs_people_in_itself() {
    let template = Template::read();
    let mut routes = Vec::new();
    for route in template.resources("AWS::ApiGatewayV2::Route") {
        let text = |name: &str| route.property(name).as_str().unwrap_or_default().to_owned();
        if text("AuthorizationType") == "JWT" {
            assert_eq!(*route.property("AuthorizerId"), json!({ "Ref": "Authorizer" }));
        }
        routes.push((text("RouteKey"), text("AuthorizationType")));
    }
    routes.sort();
    let expected = [
        ("$default", "NONE"),
        ("ANY /api/{proxy+}", "JWT"),
        ("GET /oauth/constant-contact/callback", "NONE"),
        ("POST /oauth/constant-contact/start", "NONE"),
    ];
    assert_eq!(routes, expected.map(|(route, kind)| (route.to_owned(), kind.to_owned())));
}

#[test]
fn the_routes_of_the_authorization_are_those_of_the_function() {
    let template = Template::read();
    for (route, path) in [
        ("AuthorizationStartRoute", oauth_callback::START_PATH),
        ("AuthorizationCallbackRoute", configuration::CALLBACK_PATH),
    ] {
        let key = template.resource(route).property("RouteKey").as_str().unwrap().to_owned();
        assert_eq!(key.split_once(' ').unwrap().1, path);
    }
    let stack =
        Stack::new("test", &[("DomainName", "exports.example.com"), ("CertificateArn", "arn:aws:acm:a")]);
    let output = stack.resolve(&template.section("Outputs")["RedirectAddress"]["Value"]);
    assert_eq!(output, format!("https://exports.example.com{}", configuration::CALLBACK_PATH));
}

#[test]
fn people_come_back_to_the_public_address() {
    let certificate = ("CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/a");
    for (parameters, address) in [
        (vec![], "https://Api.execute-api.us-east-1.amazonaws.com"),
        (vec![("DomainName", "exports.example.com"), certificate], "https://exports.example.com"),
        (vec![("PublicAddress", "https://cdn.example.com")], "https://cdn.example.com"),
    ] {
        let stack = Stack::new("test", &parameters);
        let client = stack.template().resource("UserPoolClient");
        assert_eq!(stack.resolve(client.property("CallbackURLs")), json!([format!("{address}/signed-in")]));
        assert_eq!(stack.resolve(client.property("LogoutURLs")), json!([format!("{address}/signed-out")]));
        let outputs = stack.template().section("Outputs");
        for (output, path) in [
            ("ConsoleAddress", ""),
            ("SignInRedirectAddress", "/signed-in"),
            ("SignedOutAddress", "/signed-out"),
        ] {
            assert_eq!(stack.resolve(&outputs[output]["Value"]), format!("{address}{path}"), "{output}");
        }
        for function in stack.template().resources("AWS::Serverless::Function") {
            assert_eq!(stack.environment(function.name)["PUBLIC_ADDRESS"], address, "{}", function.name);
        }
    }
}

#[test]
fn the_wall_before_the_api_and_the_functions_trust_the_same_issuer() {
    for (parameters, issuer, client) in [
        (vec![], "https://cognito-idp.us-east-1.amazonaws.com/UserPool", "UserPoolClient"),
        (
            vec![("IdentityIssuer", "https://issuer.example.com"), ("IdentityClientId", "exports")],
            "https://issuer.example.com",
            "exports",
        ),
    ] {
        let stack = Stack::new("test", &parameters);
        let jwt = stack.resolve(stack.template().resource("Authorizer").property("JwtConfiguration"));
        assert_eq!(jwt, json!({ "Issuer": issuer, "Audience": [client] }));
        for function in ["ExportConfig", "OauthCallback"] {
            let environment = stack.environment(function);
            assert_eq!(
                (&*environment["IDENTITY_ISSUER"], &*environment["IDENTITY_CLIENT_ID"]),
                (issuer, client)
            );
        }
    }
}

#[test]
fn only_administrators_make_accounts_and_the_first_one_is_there() {
    let template = Template::read();
    let pool = template.resource("UserPool");
    assert_eq!(pool.property("AdminCreateUserConfig")["AllowAdminCreateUserOnly"], true);
    let membership = template.resource("FirstAdministratorMembership");
    assert_eq!(*membership.property("GroupName"), json!({ "Ref": "Administrators" }));
    let stack = Stack::new("test", &[]);
    let groups = ["Administrators", "Contributors", "Viewers"].map(|name| {
        stack.resolve(template.resource(name).property("GroupName")).as_str().unwrap().to_owned()
    });
    let environment = stack.environment("ExportConfig");
    let expected =
        ["GROUP_ADMINISTRATORS", "GROUP_CONTRIBUTORS", "GROUP_VIEWERS"].map(|name| environment[name].clone());
    assert_eq!(groups, expected);
}

#[test]
fn a_session_ends_long_before_that_of_the_sign_in_pages_and_can_be_renewed() {
    let template = Template::read();
    let client = template.resource("UserPoolClient");
    assert_eq!(client.property("TokenValidityUnits")["IdToken"], "minutes");
    // Cognito signs in in silence for an hour from the last sign-in.
    let minutes = client.property("IdTokenValidity").as_u64().unwrap();
    assert!(minutes * 2 < 60, "{minutes}");
    assert_eq!(client.property("AccessTokenValidity"), client.property("IdTokenValidity"));
}
