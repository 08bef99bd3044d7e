//! The address of a request as its sender meant it.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use url::Url;

/// The stage without a name, which stands in no path.
const DEFAULT_STAGE: &str = "$default";

/// Gives the request the path that the routes know. API Gateway puts the name of a stage before the path, also behind a
/// domain name of one's own, where nobody has entered it; and it decodes the path of an HTTP API, so that a `#` in it
/// would end the address. Both were observed by many, and are not documented.
pub(crate) fn as_meant(mut request: Request) -> Request {
    if let Some(address) = meant(&request) {
        *request.uri_mut() = address;
    }
    request
}

fn meant(request: &Request) -> Option<Uri> {
    let RequestContext::ApiGatewayV2(context) = request.request_context_ref()? else { return None };
    let path = without_stage(request.raw_http_path(), context.stage.as_deref());
    let mut address = Url::parse("https://localhost/").ok()?;
    // Encodes what may not stand in a path, and nothing twice.
    address.set_path(path);
    let query = if request.raw_http_path().contains(['?', '#']) {
        // What the library took for the query has a part of the path in it.
        request.query_string_parameters_ref().map(|parameters| parameters.to_query_string())
    } else {
        request.uri().query().map(str::to_owned)
    };
    let query = query.filter(|query| !query.is_empty()).map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{}{query}", address.path())).ok()?);
    Uri::from_parts(parts).ok()
}

fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    let Some(stage) = stage.filter(|stage| *stage != DEFAULT_STAGE) else { return path };
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    match rest {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(without_stage(path, Some(stage)), expected, "{path} of {stage}");
        }
        assert_eq!(without_stage("/exports", None), "/exports");
    }

    fn addressed(path: &str, query: &str) -> String {
        let event = serde_json::json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": { "host": "exports.example.com" },
            "requestContext": { "stage": "prod", "http": { "method": "GET", "path": path } },
            "isBase64Encoded": false,
        });
        as_meant(lambda_http::request::from_str(&event.to_string()).unwrap()).uri().to_string()
    }

    #[test]
    fn whatever_the_path_holds_stays_in_it() {
        let origin = "https://exports.example.com";
        for (path, query, expected) in [
            ("/prod/segments/Größe M", "a=%20b", "/segments/Gr%C3%B6%C3%9Fe%20M?a=%20b"),
            ("/prod/segments/Gr%C3%B6%C3%9Fe%20M", "", "/segments/Gr%C3%B6%C3%9Fe%20M"),
            ("/prod/segments/#1", "a=1&b=2", "/segments/%231?a=1&b=2"),
            ("/prod/segments/one?two", "", "/segments/one%3Ftwo"),
        ] {
            assert_eq!(addressed(path, query), format!("{origin}{expected}"));
        }
    }
}
