//! The deployment without an identity provider of its own: people sign in with the template's Cognito user pool.

use deployed_stack::{Api, Deployment, Emulator, Gateway, Tools};
use end_to_end::{Answer, Browser, Visitor};
use serde_json::{Value, json};

const ADDRESS: &str = "ada@example.com";
const PASSWORD: &str = "a long enough password";
/// The same challenge and verifier as in RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn cognito(emulator: &Emulator, action: &str, question: &Value) -> Value {
    let target = format!("X-Amz-Target: AWSCognitoIdentityProviderService.{action}");
    let headers = [target.as_str(), "Content-Type: application/x-amz-json-1.1"];
    emulator.ask("cognito-idp", "POST", "/", &headers, &question.to_string()).json()
}

/// Signs in on Cognito's page, as the console would send the browser there, and answers the identity token.
fn sign_in(emulator: &Emulator, client: &str, redirect: &str) -> String {
    let mut visitor = Visitor::new(emulator.address());
    let page = visitor.open(&format!(
        "/oauth2/authorize?response_type=code&client_id={client}&redirect_uri={redirect}&scope=openid+email+profile\
         &state=a-state&nonce=a-nonce&code_challenge={CHALLENGE}&code_challenge_method=S256"
    ));
    let back = visitor.submit(&page, "/login", &[("username", ADDRESS), ("password", PASSWORD)]);
    // The console has not asked for this sign-in, and does not take it.
    assert!(back.address.starts_with(redirect) && back.answer.status == 400, "{back:?}");
    let came_back = Answer { headers: vec![("location".to_owned(), back.address.clone())], ..back.answer };
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", came_back.sent_back("code").expect("a code")),
        ("redirect_uri", redirect),
        ("code_verifier", VERIFIER),
    ];
    let answer = Browser::new(emulator.authority()).post_form("/oauth2/token", &[], &fields).json();
    answer["id_token"].as_str().expect("an identity token").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_the_templates_own_user_pool_are_who_their_group_says() {
    let Some(tools) = Tools::find("the user pool of a deployed stack") else { return };
    let (emulator, gateway) = (Emulator::ministack(&tools), Gateway::open());
    let deployment = Deployment::build(&tools);
    // ministack (1.5) does not know these as resources; the test makes the person itself.
    deployment.take_out(&[
        "AWS::Cognito::UserPoolUser",
        "AWS::Cognito::UserPoolUserToGroupAttachment",
        "AWS::Cognito::ManagedLoginBranding",
    ]);
    let mut parameters =
        vec![("PublicAddress", gateway.address()), ("AdministratorEmail", ADDRESS.to_owned())];
    let pool = deployment.deploy(&emulator, &parameters)["UserPool"].clone();
    // Its issuer is an address in AWS, which nobody reaches from here: so the function is told where its keys are.
    let keys = format!("{}/{pool}/.well-known/jwks.json", emulator.address());
    parameters.push(("IdentityKeysAddress", keys));
    let outputs = deployment.deploy(&emulator, &parameters);
    assert_eq!(outputs["UserPool"], pool);
    gateway.leads_to(&emulator.authority(), &outputs["ApiEndpoint"]);

    let clients = cognito(&emulator, "ListUserPoolClients", &json!({ "UserPoolId": pool, "MaxResults": 10 }));
    let client = clients["UserPoolClients"][0]["ClientId"].as_str().expect("the console's client");
    let person = json!({ "UserPoolId": pool, "Username": ADDRESS });
    let with = |name: &str, value: Value| {
        let mut person = person.clone();
        person[name] = value;
        person
    };
    let attributes =
        json!([{ "Name": "email", "Value": ADDRESS }, { "Name": "email_verified", "Value": "true" }]);
    let mut created = with("UserAttributes", attributes);
    // Cognito makes one up by the pool's rules; ministack makes up one that is too short for them.
    created["TemporaryPassword"] = "a password for once".into();
    let _ = cognito(&emulator, "AdminCreateUser", &created);
    let mut password = with("Password", PASSWORD.into());
    password["Permanent"] = true.into();
    let _ = cognito(&emulator, "AdminSetUserPassword", &password);

    let redirect = format!("{}/signed-in", gateway.address());
    let token = sign_in(&emulator, client, &redirect);
    let nobody = Api::new(&gateway.address(), token).send("GET", "/me", &[], "");
    assert_eq!(nobody.status, 403, "without a group there is no role: {nobody:?}");
    let _ = cognito(&emulator, "AdminAddUserToGroup", &with("GroupName", "administrators".into()));
    let token = sign_in(&emulator, client, &redirect);
    assert_eq!(Api::new(&gateway.address(), token).get("/me")["role"], "administrator");
}
