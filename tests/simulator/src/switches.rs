//! Choices for everything the vendor leaves open: a client must be safe under every setting.

use serde::{Deserialize, Serialize};

/// One setting per fact that is inferred or for which nothing was found. The defaults are the likeliest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Kind of refresh token the application is registered with.
    pub refresh_tokens: RefreshTokens,
    /// Seconds during which a refresh token that was just rotated still works (0: dies at once).
    pub refresh_grace_seconds: u32,
    /// Using a rotated refresh token again revokes the whole grant.
    pub reuse_revokes_grant: bool,
    /// The signed-in user may not manage contacts: 403 on everything but the account's own addresses.
    pub user_without_contacts: bool,
    /// The application was deactivated in the developer portal: 403 everywhere.
    pub application_deactivated: bool,
    /// Shape of the one-second limit.
    pub rate_window: RateWindow,
    /// Requests answered 429 count toward the day.
    pub refused_calls_count: bool,
    /// So many seconds after 00:00 UTC the day's count starts anew, as when the service's clock is behind.
    pub day_starts_late_seconds: u32,
    /// Seconds from an activity's creation to its end state (0: done at the next look).
    pub activity_seconds: u32,
    /// Up to so many further seconds per activity, different for each, so that they finish out of order.
    pub activity_variation_seconds: u32,
    /// An import larger than the limit of bytes.
    pub over_bytes: OverLimit,
    /// An import with more rows than the limit.
    pub over_rows: OverLimit,
    /// Longest address an import accepts (80 in the contact resource, 50 in the import's own model).
    pub import_address_length: usize,
    /// Longest phone number an import accepts (50 in the import's own model, 25 in the contact resource).
    pub import_phone_length: usize,
    /// Lengths of names and values are counted in UTF-16 units instead of characters.
    pub lengths_in_utf16: bool,
    /// A birthday that no month has, such as 30 February, makes the row a correctable error.
    pub birthdays_must_exist: bool,
    /// Addresses with characters outside ASCII are accepted.
    pub international_addresses: bool,
    /// Names, phones and values over their length.
    pub over_long: OverLong,
    /// Which refused rows `activity_errors` names. Rows that cannot be added are never named.
    pub naming: Naming,
    /// What `person_count` counts.
    pub person_count: PersonCount,
    /// Which of two rows with the same address counts.
    pub duplicates: Duplicates,
    /// A blank value in an import clears the property.
    pub blanks_clear: bool,
    /// A `cf:` column without such a custom field makes the row a correctable error instead of being ignored.
    pub unknown_custom_field_refused: bool,
    /// An import brings a deleted contact back; otherwise the row is an error.
    pub import_revives_deleted: bool,
    /// An import subscribes a contact again that opted out less than so many seconds ago (0: never).
    pub resubscribe_within_seconds: u32,
    /// Contacts that the account itself unsubscribed can be added by an import.
    pub account_opt_outs_can_be_added: bool,
    /// Contacts on temporary hold or with pending confirmation cannot be added by an import.
    pub held_cannot_be_added: bool,
    /// The other properties of an unsubscribed contact are updated by an import all the same.
    pub unsubscribed_are_updated: bool,
    /// A row whose contact would join one list too many is an error; otherwise the contact joins all the same.
    pub list_limit_enforced: bool,
    /// Unsubscribing takes a contact off its lists.
    pub unsubscribe_leaves_lists: bool,
    /// Adding to or removing from a list moves a contact's `updated_at`.
    pub membership_moves_updated_at: bool,
    /// Deleting a contact moves its `updated_at` (nothing is known of it).
    pub deletion_moves_updated_at: bool,
    /// What an import into an unknown or deleted list answers.
    pub unknown_list: UnknownList,
    /// The name of a deleted list stays taken.
    pub deleted_list_keeps_name: bool,
    /// The list of lists shows deleted ones when no status is asked for.
    pub deleted_lists_listed: bool,
    /// How a custom field's name is made from its label.
    pub custom_field_names: CustomFieldNames,
    /// Rows by which each page of contacts after the first reaches back into the previous one.
    pub pages_repeat: u32,
    /// Rows that are left out between two pages of contacts.
    pub pages_skip: u32,
    /// `GET /activities` lists the oldest first.
    pub activities_oldest_first: bool,
    /// How timestamps are written.
    pub timestamps: TimestampStyle,
    /// On the last page `_links` is left out instead of being `{}`.
    pub last_page_without_links: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            refresh_tokens: RefreshTokens::Rotating,
            refresh_grace_seconds: 0,
            reuse_revokes_grant: false,
            user_without_contacts: false,
            application_deactivated: false,
            rate_window: RateWindow::TokenBucket,
            refused_calls_count: true,
            day_starts_late_seconds: 0,
            activity_seconds: 0,
            activity_variation_seconds: 0,
            over_bytes: OverLimit::Drop,
            over_rows: OverLimit::Drop,
            import_address_length: 80,
            import_phone_length: 50,
            lengths_in_utf16: false,
            birthdays_must_exist: false,
            international_addresses: false,
            over_long: OverLong::Refuse,
            naming: Naming::All,
            person_count: PersonCount::InImport,
            duplicates: Duplicates::FirstWins,
            blanks_clear: false,
            unknown_custom_field_refused: false,
            import_revives_deleted: true,
            resubscribe_within_seconds: 0,
            account_opt_outs_can_be_added: false,
            held_cannot_be_added: false,
            unsubscribed_are_updated: false,
            list_limit_enforced: false,
            unsubscribe_leaves_lists: false,
            membership_moves_updated_at: false,
            deletion_moves_updated_at: true,
            unknown_list: UnknownList::BadRequest,
            deleted_list_keeps_name: false,
            deleted_lists_listed: false,
            custom_field_names: CustomFieldNames::LowerCase,
            pages_repeat: 0,
            pages_skip: 0,
            activities_oldest_first: false,
            timestamps: TimestampStyle::Seconds,
            last_page_without_links: false,
        }
    }
}

/// Kind of refresh token; chosen per application in the developer portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshTokens {
    /// Single use; each refresh returns a new one.
    Rotating,
    /// The same value is returned and stays usable.
    LongLived,
}

/// Shape of the one-second limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateWindow {
    /// As many tokens as requests a second, refilled evenly.
    TokenBucket,
    /// A count that starts anew with each second.
    FixedSecond,
}

/// What happens to data beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverLimit {
    /// It is dropped without a word.
    Drop,
    /// The request is refused with 400.
    Refuse,
}

/// What happens to a value over its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverLong {
    /// The row is a correctable error.
    Refuse,
    /// The value is cut.
    Cut,
}

/// Which refused rows an activity names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// Every one.
    All,
    /// Every second one.
    Some,
    /// None.
    None,
}

/// What `person_count` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonCount {
    /// The different people in the import, refused ones included (as in the vendor's example).
    InImport,
    /// Only those that were created or updated.
    Accepted,
}

/// Which of two rows with the same address counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// The first; later ones are dropped.
    FirstWins,
    /// The last; its values overwrite those of earlier ones.
    LastWins,
}

/// What an import into an unknown list answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownList {
    /// 400.
    BadRequest,
    /// 404.
    NotFound,
}

/// How a custom field's name is made from its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomFieldNames {
    /// Blanks become underscores, letters lower case (as recorded).
    LowerCase,
    /// Blanks become underscores, letters stay (as documented).
    AsLabel,
}

/// How timestamps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimestampStyle {
    /// `2024-10-30T18:56:35Z`, as recorded.
    Seconds,
    /// `2016-01-23T13:48:44.108Z`, as documented.
    Milliseconds,
    /// `2016-01-23T08:48:44-05:00`, as in some examples.
    Offset,
}
