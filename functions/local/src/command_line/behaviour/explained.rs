//! What each of the simulator's settings does, in a line of the help.

/// The explanation of a setting of `option` (`switch`, `fault` or `limit`); a test sees to it that each has one.
pub(super) fn explanation(option: &str, name: &str) -> Option<&'static str> {
    let explained = match option {
        "switch" => SWITCHES,
        "fault" => FAULTS,
        _ => LIMITS,
    };
    explained.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Where Constant Contact's behaviour is inferred or unknown.
pub(super) const SWITCHES: &[(&str, &str)] = &[
    ("account_opt_outs_can_be_added", "An import adds contacts that the account itself unsubscribed"),
    ("activities_oldest_first", "Activities are listed with the oldest first"),
    ("activity_seconds", "How long each activity takes; 0: it is done at the next look"),
    ("activity_variation_seconds", "Up to so much longer, different for each activity"),
    ("application_deactivated", "Everything is answered 403, as after a deactivation in the portal"),
    ("birthdays_must_exist", "A row with a birthday such as 30 February is refused"),
    ("blanks_clear", "A blank value in an import clears what the contact has"),
    ("custom_field_names", "How the name of a custom field is made from its label"),
    ("day_starts_late_seconds", "So long after 00:00 UTC the requests of a day are counted anew"),
    ("deleted_list_keeps_name", "The name of a deleted list stays taken"),
    ("deleted_lists_listed", "Deleted lists are listed, too"),
    ("deletion_moves_updated_at", "Deleting a contact moves the time of its last change"),
    ("duplicates", "Which of two rows with the same address counts"),
    ("held_cannot_be_added", "Contacts on hold or awaiting confirmation cannot be added"),
    ("import_address_length", "The longest address that an import takes, in characters"),
    ("import_phone_length", "The longest phone number that an import takes, in characters"),
    ("import_revives_deleted", "An import brings a deleted contact back; else the row is refused"),
    ("international_addresses", "Addresses with characters outside ASCII are taken"),
    ("last_page_without_links", "The last page of a list says nothing of further pages"),
    ("lengths_in_utf16", "Lengths of values are counted in UTF-16 units, not in characters"),
    ("list_limit_enforced", "A contact on too many lists is refused; else it joins all the same"),
    ("membership_moves_updated_at", "Joining or leaving a list moves the time of the last change"),
    ("naming", "Which of the refused rows an import names"),
    ("over_bytes", "What happens to an import of too many bytes: the rest, or all of it"),
    ("over_long", "Values over their length: the row is refused, or the value cut"),
    ("over_rows", "What happens to an import of too many rows: the rest, or all of it"),
    ("pages_repeat", "Rows of a page of contacts that the next page repeats"),
    ("pages_skip", "Rows that are left out between two pages of contacts"),
    ("person_count", "What an import's count of people counts"),
    ("rate_window", "How requests a second are counted"),
    ("refresh_grace_seconds", "How long a refresh token works after it was replaced"),
    ("refresh_tokens", "Whether each token refresh replaces the refresh token"),
    ("refused_calls_count", "Requests answered 429 count toward the day"),
    ("resubscribe_within_seconds", "An import subscribes people again who left so recently"),
    ("reuse_revokes_grant", "Using a replaced refresh token ends the whole authorization"),
    ("timestamps", "How times are written"),
    ("unknown_custom_field_refused", "A row with an unknown custom field is refused; else it is ignored"),
    ("unknown_list", "The answer to an import into a list that does not exist: 400 or 404"),
    ("unsubscribe_leaves_lists", "Whoever unsubscribes leaves all lists"),
    ("unsubscribed_are_updated", "An import updates what else is known of the unsubscribed"),
    ("user_without_contacts", "Whoever gave the permission may not manage contacts there"),
];

/// What can go wrong on the way or at the service.
pub(super) const FAULTS: &[(&str, &str)] = &[
    ("delay_milliseconds", "Every answer comes so much later"),
    ("drop_after_import_every", "After every Nth import the connection breaks instead of an answer"),
    ("drop_after_import_next", "After each of the next N imports the connection breaks"),
    ("drop_after_refresh_next", "After each of the next N token refreshes the connection breaks"),
    ("drop_before_every", "Every Nth request is dropped before it had any effect"),
    ("drop_before_next", "The next N requests are dropped before they had any effect"),
    ("drop_path", "Only requests whose path begins so are dropped"),
    ("error_body", "What every error answer looks like"),
    ("error_every", "Every Nth request is answered with the error below"),
    ("error_next", "The next N requests are answered with the error below"),
    ("error_path", "Only for requests whose path begins so, as /v3/activities"),
    ("error_status", "The error: 403, 500 or 503; 0 stands for 500"),
    ("failed_import_applies_percent", "Per cent of its rows that a failing import brings in all the same"),
    ("failed_import_ends", "How an import that fails ends"),
    ("failed_import_every", "Every Nth import fails"),
    ("failed_import_next", "The next N imports fail"),
    ("refuse_as", "As what the rows below are refused"),
    ("refuse_containing", "Rows whose address has this text before its @ are refused"),
    ("refuse_every_row", "Every Nth row of an import is refused"),
    ("throttle_every", "Every Nth request is answered 429"),
    ("unauthorized_next", "The next N requests are answered 401, whatever their token"),
];

/// Rates and sizes.
pub(super) const LIMITS: &[(&str, &str)] = &[
    ("access_token_seconds", "How long an access token lives"),
    ("activity_days", "How many days an activity can be read"),
    ("custom_fields", "Custom fields of an account"),
    ("import_bytes", "Bytes of an import that are read"),
    ("import_lines", "Lines of an import as CSV, the header included"),
    ("import_rows", "Contacts of an import as JSON"),
    ("lists", "Lists of an account"),
    ("lists_per_contact", "Lists of a contact, if the switch list_limit_enforced is on"),
    ("queued_activities", "Activities that may be unfinished at once"),
    ("requests_per_day", "Requests of an application per day (UTC)"),
    ("requests_per_second", "Requests of an application per second"),
    ("throttle", "Whether the two limits of requests apply"),
    ("token_requests_per_second", "Requests for tokens per second; 0 is no limit"),
];
