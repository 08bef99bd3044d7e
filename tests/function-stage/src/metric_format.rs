//! The embedded metric format of CloudWatch, as far as its specification says what must be so ("Specification: Embedded
//! metric format").

use serde_json::{Map, Value};

/// Of one directive.
const MOST_METRICS: usize = 100;
/// Of one set.
const MOST_DIMENSIONS: usize = 30;
/// Of a namespace, of a metric's name, and of a dimension's value.
const LONGEST: usize = 1_024;

const UNITS: [&str; 8] =
    ["Count", "Seconds", "Milliseconds", "Microseconds", "Bytes", "Kilobytes", "Percent", "None"];

/// What is wrong with a line that has the member `_aws`.
pub(crate) fn problem(line: &Value) -> Option<String> {
    let problem = of_line(line).err()?;
    Some(format!("CloudWatch makes no metrics of it, because {problem}"))
}

fn of_line(line: &Value) -> Result<(), String> {
    let root = line.as_object().ok_or("it is no object")?;
    let metadata = line["_aws"].as_object().ok_or("_aws is no object")?;
    only(metadata, &["Timestamp", "CloudWatchMetrics"])?;
    if !metadata.get("Timestamp").is_some_and(Value::is_u64) {
        return Err("its Timestamp is no number of milliseconds".to_owned());
    }
    let directives = metadata.get("CloudWatchMetrics").and_then(Value::as_array);
    let directives = directives.filter(|directives| !directives.is_empty());
    for directive in directives.ok_or("it has no CloudWatchMetrics")? {
        of_directive(root, directive)?;
    }
    Ok(())
}

fn of_directive(root: &Map<String, Value>, directive: &Value) -> Result<(), String> {
    only(directive.as_object().ok_or("a directive is no object")?, &["Namespace", "Dimensions", "Metrics"])?;
    text("the Namespace", &directive["Namespace"])?;
    for set in directive["Dimensions"].as_array().ok_or("it has no Dimensions")? {
        let set = set.as_array().ok_or("a set of dimensions is no list")?;
        if set.len() > MOST_DIMENSIONS {
            return Err("a set has too many dimensions".to_owned());
        }
        for dimension in set {
            let name = text("a dimension", dimension)?;
            text(name, root.get(name).unwrap_or(&Value::Null))?;
        }
    }
    let metrics = directive["Metrics"].as_array().ok_or("it has no Metrics")?;
    if metrics.is_empty() || metrics.len() > MOST_METRICS {
        return Err(format!("it has {} metrics", metrics.len()));
    }
    metrics.iter().try_for_each(|metric| of_metric(root, metric))
}

fn of_metric(root: &Map<String, Value>, metric: &Value) -> Result<(), String> {
    only(metric.as_object().ok_or("a metric is no object")?, &["Name", "Unit", "StorageResolution"])?;
    let name = text("a metric's Name", &metric["Name"])?;
    let unit = text("a metric's Unit", &metric["Unit"])?;
    if !UNITS.contains(&unit) {
        return Err(format!("{unit} is no unit"));
    }
    match root.get(name) {
        Some(Value::Number(_)) => Ok(()),
        other => Err(format!("the value of {name} is {other:?}")),
    }
}

fn text<'a>(what: &str, value: &'a Value) -> Result<&'a str, String> {
    let text = value.as_str().filter(|text| !text.trim().is_empty() && text.len() <= LONGEST);
    text.ok_or_else(|| format!("{what} is {value}"))
}

fn only(object: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("{name} is no member of the specification")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line() -> Value {
        json!({
            "_aws": {
                "Timestamp": 1_795_334_400_125_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "SegmentExport",
                    "Dimensions": [["Function"], ["Function", "Status"]],
                    "Metrics": [{ "Name": "RowsRead", "Unit": "Count" }],
                }],
            },
            "Function": "export-run",
            "Status": "Successful",
            "RowsRead": 60,
            "request_id": "what else is there is no problem",
        })
    }

    #[test]
    fn a_line_as_specified_is_accepted() {
        assert_eq!(problem(&line()), None);
    }

    #[test]
    fn each_fault_is_found() {
        let changes: [fn(&mut Value); 13] = [
            |line| line["_aws"] = json!([]),
            |line| line["_aws"]["Timestamp"] = json!("2026-11-22"),
            |line| line["_aws"]["CloudWatchMetrics"] = json!([]),
            |line| line["_aws"]["Other"] = json!(1),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Namespace"] = json!(""),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] = json!(["Function"]),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0][0] = json!("Absent"),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0] = json!(vec!["Function"; 31]),
            |line| line["Status"] = json!(""),
            |line| line["RowsRead"] = json!("60"),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] = json!("Rows"),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"] = json!([]),
            |line| {
                let metric = json!({ "Name": "RowsRead", "Unit": "Count" });
                line["_aws"]["CloudWatchMetrics"][0]["Metrics"] = json!(vec![metric; 101]);
            },
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut line = line();
            change(&mut line);
            assert!(problem(&line).is_some(), "change {number} goes unnoticed: {line}");
        }
    }
}
