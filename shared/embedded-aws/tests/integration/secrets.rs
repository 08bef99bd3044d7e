//! The real SDK against the embedded Secrets Manager.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::primitives::Blob;
use futures_util::future::join_all;

use crate::common;

const TOKENS: [&str; 3] = [
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
    "33333333-3333-4333-8333-333333333333",
];

async fn create(client: &Client, name: &str) {
    client
        .create_secret()
        .name(name)
        .client_request_token(TOKENS[0])
        .secret_string("first")
        .send()
        .await
        .unwrap();
}

async fn put(client: &Client, name: &str, token: &str, value: &str) -> Result<(), String> {
    let answer = client
        .put_secret_value()
        .secret_id(name)
        .client_request_token(token)
        .secret_string(value)
        .send()
        .await;
    answer.map(|_| ()).map_err(|error| error.code().unwrap_or_default().to_owned())
}

async fn staged(client: &Client, name: &str, stage: &str) -> Result<(String, String), String> {
    let answer = client.get_secret_value().secret_id(name).version_stage(stage).send().await;
    let answer = answer.map_err(|error| error.code().unwrap_or_default().to_owned())?;
    Ok((answer.version_id.unwrap(), answer.secret_string.unwrap()))
}

fn version(token: usize, value: &str) -> Result<(String, String), String> {
    Ok((TOKENS[token].to_owned(), value.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_and_stages_follow_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let client = common::secrets(&services);
    create(&client, "app/one").await;
    assert_eq!(staged(&client, "app/one", "AWSCURRENT").await, version(0, "first"));
    assert_eq!(staged(&client, "app/one", "AWSPREVIOUS").await, Err("ResourceNotFoundException".to_owned()));
    put(&client, "app/one", TOKENS[1], "second").await.unwrap();
    put(&client, "app/one", TOKENS[2], "third").await.unwrap();
    assert_eq!(staged(&client, "app/one", "AWSCURRENT").await, version(2, "third"));
    assert_eq!(staged(&client, "app/one", "AWSPREVIOUS").await, version(1, "second"));
    let by_id = client.get_secret_value().secret_id("app/one").version_id(TOKENS[0]).send().await.unwrap();
    assert_eq!(by_id.secret_string(), Some("first"));
    let both =
        client.get_secret_value().secret_id("app/one").version_id(TOKENS[0]).version_stage("AWSCURRENT");
    assert!(both.send().await.unwrap_err().into_service_error().is_resource_not_found_exception());
    client
        .update_secret_version_stage()
        .secret_id("app/one")
        .version_stage("AWSCURRENT")
        .remove_from_version_id(TOKENS[2])
        .move_to_version_id(TOKENS[0])
        .send()
        .await
        .unwrap();
    assert_eq!(staged(&client, "app/one", "AWSCURRENT").await, version(0, "first"));
    assert_eq!(staged(&client, "app/one", "AWSPREVIOUS").await, version(2, "third"));
    let wrong = client
        .update_secret_version_stage()
        .secret_id("app/one")
        .version_stage("AWSCURRENT")
        .remove_from_version_id(TOKENS[2])
        .move_to_version_id(TOKENS[1]);
    assert!(wrong.send().await.unwrap_err().into_service_error().is_invalid_parameter_exception());
    let described = client.describe_secret().secret_id(by_id.arn().unwrap()).send().await.unwrap();
    assert_eq!(described.name(), Some("app/one"));
    assert_eq!(described.version_ids_to_stages().unwrap().len(), 2);
    assert!(described.created_date().is_some());
    let listed = client.list_secrets().send().await.unwrap();
    assert_eq!(listed.secret_list()[0].name(), Some("app/one"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_stands_for_one_content() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let client = common::secrets(&services);
    create(&client, "one").await;
    create(&client, "one").await;
    put(&client, "one", TOKENS[1], "second").await.unwrap();
    put(&client, "one", TOKENS[1], "second").await.unwrap();
    let refused = put(&client, "one", TOKENS[1], "other").await;
    assert_eq!(refused, Err("ResourceExistsException".to_owned()));
    assert_eq!(
        staged(&client, "one", "AWSPREVIOUS").await,
        version(0, "first"),
        "a repetition moves no stage"
    );
    put(&client, "one", TOKENS[2], "third").await.unwrap();
    put(&client, "one", TOKENS[1], "second").await.unwrap();
    assert_eq!(staged(&client, "one", "AWSCURRENT").await, version(2, "third"));
    let again = client.create_secret().name("one").secret_string("x").send().await.unwrap_err();
    assert!(again.into_service_error().is_resource_exists_exception());
    assert_eq!(put(&client, "none", TOKENS[1], "x").await, Err("ResourceNotFoundException".to_owned()));
    assert_eq!(put(&client, "one", "short", "x").await, Err("InvalidParameterException".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_writers_with_one_token_one_wins() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let client = common::secrets(&services);
    create(&client, "one").await;
    let racers = (0..16).map(|number| {
        let client = client.clone();
        tokio::spawn(async move { put(&client, "one", TOKENS[1], &format!("value {number}")).await })
    });
    let answers: Vec<_> = join_all(racers).await.into_iter().map(|answer| answer.unwrap()).collect();
    let winners: Vec<usize> = (0..16).filter(|number| answers[*number].is_ok()).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    let losers =
        answers.iter().filter(|answer| *answer == &Err("ResourceExistsException".to_owned())).count();
    assert_eq!(losers, 15, "{answers:?}");
    assert_eq!(staged(&client, "one", "AWSCURRENT").await, version(1, &format!("value {}", winners[0])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_outlive_the_process_in_files_of_their_owner() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let client = common::secrets(&services);
    create(&client, "one").await;
    client.create_secret().name("two").secret_binary(Blob::new([0, 159, 146, 150])).send().await.unwrap();
    services.stop().await;
    let folder = directory.path().join("secrets");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::write(folder.join("half.written"), "{").unwrap();
    let services = common::start(directory.path()).await;
    let client = common::secrets(&services);
    assert_eq!(staged(&client, "one", "AWSCURRENT").await, version(0, "first"));
    let binary = client.get_secret_value().secret_id("two").send().await.unwrap();
    assert_eq!(binary.secret_binary().unwrap().as_ref(), [0, 159, 146, 150]);
    assert!(!folder.join("half.written").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_secrets_are_gone() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let client = common::secrets(&services);
    create(&client, "forced").await;
    client.delete_secret().secret_id("forced").force_delete_without_recovery(true).send().await.unwrap();
    assert_eq!(staged(&client, "forced", "AWSCURRENT").await, Err("ResourceNotFoundException".to_owned()));
    create(&client, "forced").await;
    create(&client, "marked").await;
    client.delete_secret().secret_id("marked").send().await.unwrap();
    assert_eq!(staged(&client, "marked", "AWSCURRENT").await, Err("InvalidRequestException".to_owned()));
    let again = client.create_secret().name("marked").secret_string("x").send().await.unwrap_err();
    assert!(again.into_service_error().is_invalid_request_exception());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_sign_learns_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    create(&common::secrets(&services), "one").await;
    let stranger = common::secrets_client(&services, "guessed");
    assert_eq!(staged(&stranger, "one", "AWSCURRENT").await, Err("InvalidSignatureException".to_owned()));
    assert_eq!(put(&stranger, "one", TOKENS[1], "x").await, Err("InvalidSignatureException".to_owned()));
}
