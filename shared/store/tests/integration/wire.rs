//! What `S3Store` sends, and what it makes of S3's answers that the embedded server never gives.

use bytes::Bytes;
use domain::{Classified, FailureClass, Sensitive};
use std::time::Duration;
use store::{Condition, LinkTerms, ObjectStore, S3Settings, S3Store, StaticCredentials, StoreError, Tag};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Answers one request with these lines, and hands back the head of what was asked, in lower case.
async fn answering(answer: &'static str) -> (S3Store, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let (mut request, mut block) = (Vec::new(), [0; 65_536]);
        let head = loop {
            let length = connection.read(&mut block).await.unwrap();
            assert!(length > 0, "the request broke off");
            request.extend_from_slice(&block[..length]);
            let text = String::from_utf8_lossy(&request).to_lowercase();
            let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if request.len() >= head.len() + 4 + length {
                break head.to_owned();
            }
        };
        connection.write_all(answer.as_bytes()).await.unwrap();
        connection.shutdown().await.unwrap();
        head
    });
    (store_at(&endpoint).await, asked)
}

async fn store_at(endpoint: &str) -> S3Store {
    let settings = S3Settings {
        endpoint_url: Some(endpoint.parse().unwrap()),
        region: Some("us-east-1".to_owned()),
        bucket: "state-bucket".to_owned(),
        force_path_style: true,
        credentials: Some(StaticCredentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Sensitive::new("a secret access key of no account".to_owned()),
        }),
    };
    store::s3::connect(&settings).await
}

#[tokio::test]
async fn a_link_is_one_signed_read_of_a_file_for_a_while() {
    // Nobody listens there: a link is made without a request.
    let store = store_at("http://127.0.0.1:9").await;
    let terms = LinkTerms {
        file_name: "rejected-rows-r-1.csv".to_owned(),
        content_type: "text/csv; charset=utf-8",
        lifetime: Duration::from_secs(300),
    };
    assert_eq!(store.link("reports/a b.csv", &terms).await.unwrap(), None, "not unless it was asked for");
    let link = store.giving_links().link("reports/a b.csv", &terms).await.unwrap().unwrap();
    let shown = format!("{link:?}");
    let link = link.expose();
    assert_eq!(link.path(), "/state-bucket/reports/a%20b.csv");
    let query: std::collections::BTreeMap<_, _> = link.query_pairs().into_owned().collect();
    assert_eq!(query["X-Amz-Expires"], "300");
    assert_eq!(query["X-Amz-SignedHeaders"], "host", "whoever follows it sends nothing of their own");
    assert_eq!(query["response-content-disposition"], "attachment; filename=\"rejected-rows-r-1.csv\"");
    assert_eq!(query["response-content-type"], "text/csv; charset=utf-8");
    assert_eq!(query["response-cache-control"], "no-store");
    let signature = &query["X-Amz-Signature"];
    assert!(signature.len() == 64 && !shown.contains(signature.as_str()), "{shown}");
}

#[tokio::test]
async fn bodies_are_neither_hashed_nor_copied_into_chunks() {
    let answer = "HTTP/1.1 200 OK\r\nETag: \"t\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (store, asked) = answering(answer).await;
    let tag = store.put("a b+c", Bytes::from(vec![b'x'; 100_000]), Condition::Absent).await.unwrap();
    assert_eq!(tag, Tag::new("\"t\""));
    let head = asked.await.unwrap();
    assert!(head.starts_with("put /state-bucket/a%20b%2bc?"), "{head}");
    for expected in ["x-amz-content-sha256: unsigned-payload", "if-none-match: *", "content-length: 100000"] {
        assert!(head.contains(expected), "{expected} is not in {head}");
    }
    for unwanted in ["x-amz-checksum", "aws-chunked", "x-amz-trailer", "content-md5"] {
        assert!(!head.contains(unwanted), "{unwanted} is in {head}");
    }
}

#[tokio::test]
async fn reads_ask_for_no_checksum() {
    let answer = "HTTP/1.1 200 OK\r\nETag: \"t\"\r\nLast-Modified: Sun, 22 Nov 2026 06:00:00 GMT\r\n\
                  Content-Length: 2\r\nConnection: close\r\n\r\nok";
    let (store, asked) = answering(answer).await;
    let object = store.get("key").await.unwrap();
    assert_eq!((object.bytes.as_ref(), object.info.size), (&b"ok"[..], 2));
    assert_eq!(object.info.last_modified.to_string(), "2026-11-22T06:00:00Z");
    assert!(!asked.await.unwrap().contains("x-amz-checksum-mode"));
}

macro_rules! refusal {
    ($status:literal, $code:literal) => {
        concat!(
            "HTTP/1.1 ",
            $status,
            "\r\nConnection: close\r\nContent-Type: application/xml\r\n\r\n",
            "<?xml version=\"1.0\"?><Error><Code>",
            $code,
            "</Code><Message>why</Message></Error>"
        )
    };
}

#[tokio::test]
async fn refusals_of_a_conditional_write_are_told_apart() {
    let matches = || Condition::Matches(Tag::new("\"t\""));
    let put = async |answer, condition| {
        let (store, asked) = answering(answer).await;
        let error = store.put("key", Bytes::from_static(b"x"), condition).await.unwrap_err();
        asked.await.unwrap();
        error
    };
    let error = put(refusal!("412 Precondition Failed", "PreconditionFailed"), Condition::Absent).await;
    assert!(matches!(error, StoreError::AlreadyExists { .. }), "{error:?}");
    let error = put(refusal!("412 Precondition Failed", "PreconditionFailed"), matches()).await;
    assert!(matches!(error, StoreError::Conflict { .. }), "{error:?}");
    for condition in [Condition::Absent, matches()] {
        let error = put(refusal!("409 Conflict", "ConditionalRequestConflict"), condition).await;
        assert!(matches!(error, StoreError::Conflict { .. }), "{error:?}");
    }
    let error = put(refusal!("404 Not Found", "NoSuchKey"), matches()).await;
    assert!(matches!(error, StoreError::Gone { .. }), "{error:?}");
    let error = put(refusal!("404 Not Found", "NoSuchBucket"), matches()).await;
    assert!(matches!(error, StoreError::Other { .. }), "{error:?}");
}

#[tokio::test]
async fn refusals_of_any_request_say_who_must_act() {
    let get = async |answer| {
        let (store, asked) = answering(answer).await;
        let error = store.get("key").await.unwrap_err();
        asked.await.unwrap();
        error
    };
    let error = get(refusal!("403 Forbidden", "AccessDenied")).await;
    assert!(matches!(&error, StoreError::AccessDenied { bucket } if bucket == "state-bucket"), "{error:?}");
    assert_eq!(error.class(), FailureClass::NeedsPerson);
    let error = get(refusal!("403 Forbidden", "RequestTimeTooSkewed")).await;
    assert!(matches!(error, StoreError::Other { .. }), "{error:?}");
    let error = get(refusal!("507 Insufficient Storage", "InsufficientStorage")).await;
    assert!(matches!(error, StoreError::NoSpace { .. }), "{error:?}");
    let error = get(refusal!("400 Bad Request", "InvalidArgument")).await;
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("400 InvalidArgument: why") && cause.contains("\"key\""), "{cause}");
}
