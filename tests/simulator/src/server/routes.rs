//! Which address is served by what.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, RawPathParams, State};
use axum::http::{Request, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::json;

use super::{Core, DropSwitch};
use crate::activities;
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::gate::{Endpoint, Needs, RequestKind, Served, Work};
use crate::oauth::{authorize, token};
use crate::world::World;
use crate::{account, contacts, control, custom_fields, import, lists, page};

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const PUT: MethodFilter = MethodFilter::PUT;
const DELETE: MethodFilter = MethodFilter::DELETE;

pub(super) fn router(core: Core) -> Router {
    Router::new()
        .merge(oauth_routes())
        .merge(account_routes())
        .merge(contact_routes())
        .merge(activity_routes())
        .merge(control::routes())
        .route("/", on(GET, page::home))
        .fallback(outside)
        // The limits are the simulator's own; a documented one drops data instead of refusing it.
        .layer(DefaultBodyLimit::disable())
        .with_state(core)
}

fn oauth_routes() -> Router<Core> {
    let base = "/oauth2/default/v1";
    let answered: fn(&mut World, &Call) -> _ = |world, call| authorize::show(world, call).map(Served::Answer);
    let decided: fn(&mut World, &Call) -> _ =
        |world, call| authorize::decide(world, call).map(Served::Answer);
    Router::new()
        .route(&format!("{base}/authorize"), oauth(GET, answered).merge(oauth(POST, decided)))
        .route(&format!("{base}/token"), oauth(POST, token::token))
        .route(&format!("{base}/revoke"), oauth(POST, token::revoke))
}

fn account_routes() -> Router<Core> {
    use RequestKind::Other;
    Router::new()
        .route("/v3/account/summary", api(GET, Other, Needs::AccountRead, account::summary))
        .route("/v3/account/user/privileges", api(GET, Other, Needs::Token, account::privileges))
}

fn contact_routes() -> Router<Core> {
    use RequestKind::{Contact, List, Other};
    let data = Needs::ContactData;
    Router::new()
        .route(
            "/v3/contact_lists",
            api(GET, List, data, lists::index).merge(api(POST, List, data, lists::create)),
        )
        .route(
            "/v3/contact_lists/{id}",
            api(GET, List, data, lists::read).merge(api(PUT, List, data, lists::change)).merge(api(
                DELETE,
                List,
                Needs::Activity,
                lists::delete,
            )),
        )
        .route(
            "/v3/contact_custom_fields",
            api(GET, Other, data, custom_fields::index).merge(api(POST, Other, data, custom_fields::create)),
        )
        .route(
            "/v3/contact_custom_fields/{id}",
            api(GET, Other, data, custom_fields::read)
                .merge(api(PUT, Other, data, custom_fields::change))
                .merge(api(DELETE, Other, data, custom_fields::delete)),
        )
        .route("/v3/contacts/counts", api(GET, Contact, data, contacts::counts))
        .route(
            "/v3/contacts",
            api(GET, Contact, data, contacts::index).merge(api(POST, Contact, data, contacts::create)),
        )
        .route(
            "/v3/contacts/{id}",
            api(GET, Contact, data, contacts::read)
                .merge(api(PUT, Contact, data, contacts::replace))
                .merge(api(DELETE, Contact, data, contacts::delete)),
        )
}

fn activity_routes() -> Router<Core> {
    use RequestKind::{Import, Membership, Other, Poll};
    let start = |kind, work: Work| api(POST, kind, Needs::Activity, work);
    Router::new()
        .route("/v3/activities", api(GET, Poll, Needs::ContactData, activities::index))
        .route("/v3/activities/{id}", api(GET, Poll, Needs::ContactData, activities::read))
        .route("/v3/activities/contacts_json_import", start(Import, import::json))
        .route("/v3/activities/contacts_file_import", start(Import, import::file))
        .route("/v3/activities/add_list_memberships", start(Membership, activities::add_memberships))
        .route("/v3/activities/remove_list_memberships", start(Membership, activities::remove_memberships))
        .route("/v3/activities/contact_delete", start(Other, activities::delete_contacts))
        .route("/v3/activities/list_delete", start(Other, activities::delete_lists))
        .route("/v3/activities/contact_exports", start(Other, activities::exports::start))
        .route("/v3/contact_exports/{id}", api(GET, Other, Needs::Activity, activities::exports::download))
}

/// A route of the API.
fn api(method: MethodFilter, kind: RequestKind, needs: Needs, work: Work) -> MethodRouter<Core> {
    let endpoint = Endpoint { kind, needs, work };
    on(
        method,
        move |State(core): State<Core>,
              ConnectInfo(switch): ConnectInfo<DropSwitch>,
              parameters: RawPathParams,
              request: Request<Body>| async move {
            let delay = core.world.lock().await.faults.delay_milliseconds;
            if delay > 0 {
                tokio::time::sleep(Duration::from_millis(delay)).await;
            }
            let id = parameters.iter().next().map(|(_, value)| value.to_owned()).unwrap_or_default();
            let served = match Call::read(request, id).await {
                Some(call) => core.run(move |world| world.serve(endpoint, &call)).await,
                None => Served::Answer(unreadable()),
            };
            respond(served, &switch)
        },
    )
}

/// A route of the authorization server, which has its own errors.
fn oauth(
    method: MethodFilter,
    work: fn(&mut World, &Call) -> Result<Served, rusqlite::Error>,
) -> MethodRouter<Core> {
    on(
        method,
        move |State(core): State<Core>,
              ConnectInfo(switch): ConnectInfo<DropSwitch>,
              request: Request<Body>| async move {
            let served = match Call::read(request, String::new()).await {
                Some(call) => {
                    core.run(move |world| {
                        let served = work(world, &call).and_then(|served| {
                            world.save_statistics()?;
                            Ok(served)
                        });
                        served.unwrap_or_else(|error| {
                            Served::Answer(Refusal::from(error).into_answer(world.faults.error_body))
                        })
                    })
                    .await
                }
                None => Served::Answer(unreadable()),
            };
            respond(served, &switch)
        },
    )
}

fn respond(served: Served, switch: &DropSwitch) -> Response<Body> {
    match served {
        Served::Answer(answer) => answer.into_response(),
        Served::Dropped => {
            switch.drop_connection();
            Response::new(Body::empty())
        }
    }
}

fn unreadable() -> Answer {
    Refusal::validation("The request could not be read").into_answer(crate::ErrorBody::Documented)
}

/// Below `/v3` an unknown address is not found; elsewhere the gateway in front forbids it, as observed.
async fn outside(request: Request<Body>) -> Response<Body> {
    if request.uri().path().starts_with("/v3/") {
        return Refusal::not_found("The resource was not found.")
            .into_answer(crate::ErrorBody::Documented)
            .into_response();
    }
    Answer::json(403, &json!({ "message": "Forbidden" })).into_response()
}
