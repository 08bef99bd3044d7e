//! `/account/summary` and `/account/user/privileges`.

use serde_json::json;

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::world::World;

pub(crate) fn summary(world: &mut World, _call: &Call) -> Result<Answer, Refusal> {
    let account = &world.account;
    Ok(Answer::json(
        200,
        &json!({
            "contact_email": account.contact_email,
            "contact_phone": "",
            "country_code": account.country_code,
            "encoded_account_id": account.encoded_account_id,
            "first_name": account.first_name,
            "last_name": account.last_name,
            "organization_name": account.organization_name,
            "organization_phone": "",
            "state_code": "",
            "time_zone_id": account.time_zone_id,
            "website": "",
        }),
    ))
}

pub(crate) fn privileges(world: &mut World, _call: &Call) -> Result<Answer, Refusal> {
    let mut privileges = vec![json!({ "privilege_id": 1, "privilege_name": "campaign:create" })];
    if !world.switches.user_without_contacts {
        for (id, name) in [(2, "contacts:read"), (3, "contacts:write"), (4, "contacts:lists:write")] {
            privileges.push(json!({ "privilege_id": id, "privilege_name": name }));
        }
    }
    Ok(Answer::json(200, &privileges))
}
