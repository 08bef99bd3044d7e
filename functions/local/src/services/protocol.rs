//! What the exporting process and the services process say to each other, one JSON object a line.

use std::path::PathBuf;

use domain::Sensitive;
use serde::{Deserialize, Serialize};
use simulator::{Faults, Limits, Switches};

use crate::sample::{SampleReport, SampleRequest};

/// The bucket of the product's own state.
pub const STATE_BUCKET: &str = "segment-export-state";

/// The bucket with the segments.
pub const SEGMENTS_BUCKET: &str = "segments";

/// What the services process is told first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Setup {
    /// The data directory.
    pub data: PathBuf,
    /// The folder that is served as [`SEGMENTS_BUCKET`].
    pub bucket_folder: PathBuf,
    /// How the simulator behaves; none is started without.
    pub simulator: Option<SimulatorSetup>,
    /// Filter of the log.
    pub log: Option<String>,
}

/// How the simulator behaves.
#[derive(Debug, Serialize, Deserialize)]
pub struct SimulatorSetup {
    /// Choices where the vendor's behaviour is unknown.
    pub switches: Switches,
    /// Faults to inject.
    pub faults: Faults,
    /// Rates and sizes.
    pub limits: Limits,
}

/// What the services process is asked afterwards.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Make the sample what it should be.
    PrepareSample(SampleRequest),
    /// An export has read the sample.
    SampleExported,
    /// Is anybody there?
    Ping,
}

/// What the services process says: once about [`Setup`], and once to each [`Request`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Everything answers.
    Ready(Ready),
    /// The sample is what it should be.
    Sample(SampleReport),
    /// Done.
    Done,
    /// It could not be done.
    Failed(FailureReport),
}

/// Where the services answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    /// Endpoint of S3 and Secrets Manager.
    pub aws_endpoint: String,
    /// Names the key; not secret.
    pub access_key_id: String,
    /// Signs the requests; made anew with each start.
    pub secret_access_key: Sensitive<String>,
    /// Address of the simulator.
    pub simulator: Option<String>,
}

/// A failure with its causes, each in the words of its own error.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailureReport {
    /// What happened and what to do.
    pub message: String,
    /// Why, the nearest first.
    pub causes: Vec<String>,
}

impl FailureReport {
    /// Takes an error apart.
    #[must_use]
    pub fn of(error: &dyn std::error::Error) -> Self {
        Self { message: error.to_string(), causes: crate::failure::causes(error) }
    }
}
