//! The address of a request as its sender meant it.

use axum::http::header::HOST;
use lambda_http::LambdaEvent;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;
use url::Url;

/// The stage without a name, which stands in no path.
const DEFAULT_STAGE: &str = "$default";

/// Gives an event of API Gateway the path and query that the routes know.
///
/// API Gateway puts the name of a stage before the path, also behind a domain name of one's own, where nobody has
/// entered it; and it decodes the path of an HTTP API, so that a `#` in it would end the address. Both were observed by
/// many, and are not documented. What a client has not encoded comes as it was sent, and would be no address at all.
/// The name of the host is left out: where people reach the product is a setting, and the library needs none.
pub(crate) fn as_meant(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        let context = &mut request.request_context;
        context.domain_name = None;
        let stage = context.stage.take();
        request.headers.remove(HOST);
        encode(request, stage.as_deref());
    }
    event
}

fn encode(request: &mut ApiGatewayV2httpRequest, stage: Option<&str>) {
    let Ok(mut address) = Url::parse("https://localhost/") else { return };
    // Both encode what may not stand there, and nothing twice.
    address.set_path(without_stage(request.raw_path.as_deref().unwrap_or_default(), stage));
    address.set_query(request.raw_query_string.as_deref().filter(|query| !query.is_empty()));
    request.raw_path = Some(address.path().to_owned());
    request.raw_query_string = address.query().map(str::to_owned);
}

fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    let Some(stage) = stage.filter(|stage| *stage != DEFAULT_STAGE) else { return path };
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    rest.filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use lambda_http::{Body, Context};
    use serde_json::json;

    use super::*;

    fn addressed(path: &str, query: &str, stage: &str) -> String {
        let event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": { "host": "no host", "x-forwarded-proto": "no protocol" },
            "requestContext": { "stage": stage, "domainName": "[", "http": { "method": "GET", "path": path } },
            "isBase64Encoded": false,
        });
        let payload: LambdaRequest = serde_json::from_str(&event.to_string()).unwrap();
        let event = as_meant(LambdaEvent::new(payload, Context::default()));
        Request::<Body>::from(event.payload).uri().to_string()
    }

    #[test]
    fn the_name_of_a_stage_is_taken_off_once() {
        for (path, stage, expected) in [
            ("/exports", "$default", "/exports"),
            ("/prod/exports", "prod", "/exports"),
            ("/prod", "prod", "/"),
            ("/prod/", "prod", "/"),
            ("/exports/exports", "exports", "/exports"),
            ("/production/exports", "prod", "/production/exports"),
            ("/exports", "prod", "/exports"),
        ] {
            assert_eq!(addressed(path, "", stage), expected, "{path} of {stage}");
        }
    }

    #[test]
    fn whatever_a_path_and_a_query_hold_stays_in_them() {
        for (path, query, expected) in [
            ("/segments/Größe M", "a=%20b", "/segments/Gr%C3%B6%C3%9Fe%20M?a=%20b"),
            ("/segments/Gr%C3%B6%C3%9Fe%20M", "", "/segments/Gr%C3%B6%C3%9Fe%20M"),
            ("/segments/#1", "a=1&b=2", "/segments/%231?a=1&b=2"),
            ("/segments/one?two", "", "/segments/one%3Ftwo"),
            ("//elsewhere.example.net/", "", "//elsewhere.example.net/"),
            ("/exports", "a=<b> \"c\" ä|#", "/exports?a=%3Cb%3E%20%22c%22%20%C3%A4|%23"),
        ] {
            assert_eq!(addressed(path, query, "$default"), expected);
        }
    }
}
