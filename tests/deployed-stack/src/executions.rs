//! The executions of the state machine, as Step Functions shows them.

use std::time::Duration;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::{ExecutionListItem, HistoryEvent, HistoryEventType};
use serde_json::Value;

use crate::emulator::Emulator;

/// One invocation of the function that was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Seconds since 1970.
    pub begun: f64,
    /// Seconds since 1970.
    pub ended: f64,
    /// `wait`, `parked` or `done`.
    pub state: String,
}

/// What Step Functions knows of one state machine.
#[derive(Debug)]
pub struct Executions {
    client: Client,
    machine: String,
}

impl Executions {
    pub(crate) async fn of(emulator: &Emulator, machine: &str) -> Self {
        Self { client: Client::new(&emulator.sdk().await), machine: machine.to_owned() }
    }

    /// ARN and status of all executions.
    async fn all(&self) -> Vec<(String, String)> {
        let answer = self.client.list_executions().state_machine_arn(&self.machine).send().await;
        let pair =
            |execution: ExecutionListItem| (execution.execution_arn, execution.status.as_str().to_owned());
        answer.expect("executions").executions.into_iter().map(pair).collect()
    }

    /// How all executions have ended.
    ///
    /// # Panics
    /// When one has not, after so many seconds.
    pub async fn when_ended(&self, seconds: u32) -> Vec<String> {
        for _ in 0..seconds {
            let all = self.all().await;
            if all.iter().all(|(_, status)| status != "RUNNING") {
                return all.into_iter().map(|(_, status)| status).collect();
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("an execution is still running")
    }

    /// The answered invocations of all executions, in order.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn turns(&self) -> Vec<Turn> {
        let mut turns = Vec::new();
        for (execution, _) in self.all().await {
            let mut begun = 0.0;
            for event in self.history(&execution).await {
                let at = event.timestamp.as_secs_f64();
                match event.r#type {
                    HistoryEventType::TaskStateEntered => begun = at,
                    HistoryEventType::TaskStateExited => {
                        let output = event.state_exited_event_details.and_then(|details| details.output);
                        let output = serde_json::from_str::<Value>(&output.unwrap_or_default());
                        let state =
                            output.unwrap_or_default()["state"].as_str().unwrap_or_default().to_owned();
                        turns.push(Turn { begun, ended: at, state });
                    }
                    _ => {}
                }
            }
        }
        turns.sort_by(|one, other| one.begun.total_cmp(&other.begun));
        turns
    }

    async fn history(&self, execution: &str) -> Vec<HistoryEvent> {
        let (mut events, mut next) = (Vec::new(), None);
        loop {
            let question = self.client.get_execution_history().execution_arn(execution);
            let page = question.set_next_token(next).send().await.expect("a history");
            events.extend(page.events);
            next = page.next_token;
            if next.is_none() {
                return events;
            }
        }
    }
}
