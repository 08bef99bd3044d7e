//! Nobody's data in any line, at the most talkative level and while everything goes wrong that makes a program talk.

use function_stage::{Function, Private, SamplePerson, Stage, talkative};
use rstest::rstest;
use serde_json::json;
use simulator::{AccountOptions, NewContact, Options};

use crate::BINARY;
use crate::driving::{TIME, drive};

const PEOPLE: usize = 50;

/// People of whom each is in another kind of row: sound, sent twice, without an address, with one that is none, too
/// many fields.
fn segment() -> String {
    let mut text = String::from("CustomerId,EMail,FirstName\n");
    for number in 0..PEOPLE {
        let SamplePerson { customer_id, email, first_name } = SamplePerson::number(number);
        text += &match number {
            0..40 => format!("{customer_id},{email},{first_name}\n"),
            40..43 => format!("{customer_id},,{first_name}\n"),
            43..46 => format!("{customer_id},{},{first_name}\n", email.replace('@', "@@")),
            _ => format!("{customer_id},{email},{first_name},{first_name}\n"),
        };
    }
    let SamplePerson { email, first_name, .. } = SamplePerson::number(7);
    text + &format!("somebody-else,{email},{first_name}\n")
}

/// Whatever of the account's own belongs to people.
fn account() -> AccountOptions {
    AccountOptions {
        contact_email: "owner.of.account@example.org".to_owned(),
        first_name: "Oswaldine".to_owned(),
        last_name: "Featherstone".to_owned(),
        ..AccountOptions::default()
    }
}

fn private(stage: &Stage) -> Private {
    stage
        .private(PEOPLE)
        .personal("an address that is none", "@@example.com")
        .personal("the account's own address", "owner.of.account@")
        .personal("a name of the account", "Oswaldine")
        .personal("a name of the account", "Featherstone")
        .personal("who has opted out", "opted.out@example.net")
}

async fn troubles(stage: &Stage) {
    stage
        .control
        .change_faults(|faults| {
            (faults.error_next, faults.error_status) = (1, 500);
            (faults.throttle_every, faults.error_path) = (4, Some("/v3/contacts".to_owned()));
            // An import that may have arrived would be waited for.
            (faults.drop_before_next, faults.drop_path) = (1, Some("/v3/contact_lists".to_owned()));
            (faults.unauthorized_next, faults.failed_import_next) = (1, 1);
            faults.refuse_containing = Some("person11".to_owned());
        })
        .await;
    let contact =
        NewContact { email: "opted.out@example.net".to_owned(), unsubscribed: true, ..NewContact::default() };
    stage.control.add_contacts(vec![contact]).await.unwrap();
}

#[rstest]
#[case::of_an_ordinary_day("INFO")]
#[case::for_finding_faults("DEBUG")]
#[case::at_all("TRACE")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_holds_anything_of_anybody(#[case] level: &str) {
    let options = Options { account: account(), ..Options::default() };
    let stage = Stage::of(segment(), options).await;
    troubles(&stage).await;
    let key = stage.start_run().await;
    let mut settings = stage.settings();
    settings.extend(talkative(level));
    let function = Function::start(BINARY, &settings).await;
    // What cannot be understood is not repeated either.
    for run in [json!(1), json!("person2@example.com")] {
        function.invoke(json!({ "export": "person1@example.com", "run": run }), TIME).await;
    }
    drive(&function, &key).await;
    let run = stage.run(&key).await;
    let counts = &run.ended().unwrap().counts;
    assert!(counts.is_balanced() && counts.added > 30 && counts.rejected > 5, "{counts:?}");
    let statistics = stage.control.statistics().await;
    let met = [statistics.tokens, statistics.failed, statistics.dropped, statistics.throttled];
    assert!(met.iter().all(|times| *times > 0), "{statistics:?}");

    let log = function.end().await;
    log.check(&private(&stage));
    // The same check finds what is there.
    let there = private(&stage).secret("the run's id", key.run.as_str());
    assert!(!log.problems(&there).is_empty());
    let debug = log.records().iter().any(|record| record["level"] == "DEBUG");
    assert_eq!(debug, level != "INFO", "the level is heard");
}
