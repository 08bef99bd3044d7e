//! An AWS that is not AWS, as a process of its own.

use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;

use aws_config::SdkConfig;
use domain::Sensitive;
use end_to_end::{Answer, Browser, free_port};
use store::{AwsServer, S3Settings, S3Store, StaticCredentials};
use tempfile::TempDir;

use crate::process::{Service, signal, with_environment};
use crate::tools::Tools;
use crate::waiting::until;

pub(crate) const REGION: &str = "us-east-1";
const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_ACCESS_KEY: &str = "a secret access key of no account";

/// A running emulator. Nothing of it is left when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    // Ends before its folder is removed.
    service: Service,
    port: u16,
    folder: TempDir,
}

impl Emulator {
    /// The whole of AWS that the deployment needs, with the functions as processes of this machine.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn ministack(tools: &Tools) -> Self {
        let (port, folder) = (free_port(), folder());
        let mut command = tools.command("ministack");
        command.env("GATEWAY_PORT", port.to_string());
        // Its own default is every address of this machine.
        command.env("BIND_HOST", "127.0.0.1");
        // A part of the host names of its APIs; lambda_http takes no number for one.
        command.env("MINISTACK_HOST", "localhost");
        command.env("LAMBDA_EXECUTOR", "local");
        // The functions inherit its environment: that is how they find it.
        command.env("AWS_ENDPOINT_URL", format!("http://localhost:{port}"));
        command.env("SFTP_ENABLED", "0").env("IOT_MTLS_ENABLED", "0");
        // Asks nobody outside this machine for a newer one or for credentials.
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("PYTHONUNBUFFERED", "1");
        Self::start(command, port, folder)
    }

    /// S3 and Secrets Manager of another hand, for a second opinion.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn moto(tools: &Tools) -> Self {
        let (port, folder) = (free_port(), folder());
        let mut command = tools.command("moto_server");
        command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        Self::start(command, port, folder)
    }

    fn start(mut command: std::process::Command, port: u16, folder: TempDir) -> Self {
        // What it unpacks and forgets goes with the folder.
        command.env("TMPDIR", folder.path()).current_dir(folder.path());
        let mut service = Service::start(command, &folder.path().join("log.txt"));
        until(60, "an emulator that answers", || {
            assert!(service.is_alive(), "{}", service.said());
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()
        });
        Self { service, port, folder }
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Host and port.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// What it has said so far, for the message of a test that failed.
    #[must_use]
    pub fn said(&self) -> String {
        self.service.said()
    }

    /// What clients of the real SDK are made from.
    pub async fn sdk(&self) -> SdkConfig {
        let server = AwsServer {
            endpoint_url: Some(self.address().parse().expect("an address")),
            region: Some(REGION.to_owned()),
            credentials: Some(credentials()),
        };
        server.configuration().await
    }

    /// The product's own view of a bucket, which is made if it does not exist.
    ///
    /// # Panics
    /// When there is no such bucket afterwards.
    pub async fn bucket(&self, name: &str) -> S3Store {
        let settings = S3Settings {
            endpoint_url: Some(self.address().parse().expect("an address")),
            region: Some(REGION.to_owned()),
            bucket: name.to_owned(),
            force_path_style: true,
            credentials: Some(credentials()),
        };
        let client = store::s3::client(&settings, &self.sdk().await);
        // An error means that there is one.
        let _ = client.create_bucket().bucket(name).send().await;
        client.head_bucket().bucket(name).send().await.expect("a bucket");
        S3Store::new(client, name)
    }

    /// A request as the AWS command line sends it, for what the SDK is not in this workspace. Not signed: it does not
    /// look at signatures, only at whom they are for.
    #[must_use]
    pub fn ask(&self, service: &str, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let scope = format!(
            "Authorization: AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20260101/{REGION}/{service}/aws4_request, \
             SignedHeaders=host, Signature=none"
        );
        let answer =
            Browser::new(self.authority()).send(method, path, &[headers, &[scope.as_str()]].concat(), body);
        assert!((200..300).contains(&answer.status), "{service} {path}: {answer:?}");
        answer
    }

    /// The processes of functions that it has started; of one of them, or of all.
    pub(crate) fn function_processes(&self, function: Option<&str>) -> Vec<u32> {
        let mut variables = vec![format!("TMPDIR={}", self.folder().display())];
        match function {
            Some(name) => variables.push(format!("AWS_LAMBDA_FUNCTION_NAME={name}")),
            None => variables.push("_HANDLER=bootstrap".to_owned()),
        }
        with_environment(&variables)
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a program needs that speaks to it with Amazon's own tools.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.address()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ]
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // First, so that it starts no further ones. Asked to end it ends its functions, too, but not if it was killed.
        self.service.end();
        for process in self.function_processes(None) {
            signal(process, "KILL");
        }
    }
}

fn credentials() -> StaticCredentials {
    StaticCredentials {
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: Sensitive::new(SECRET_ACCESS_KEY.to_owned()),
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}
