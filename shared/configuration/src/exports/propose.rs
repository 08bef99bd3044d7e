//! A mapping proposed from the names of a segment's columns.

use serde::Serialize;

/// A field and the column that most likely holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposedAttribute {
    /// The field's name.
    pub field: &'static str,
    /// The column's name, as the segment has it.
    pub column: String,
}

/// What a form is filled in with, for a person to confirm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MappingProposal {
    /// The column with the address.
    pub email_column: Option<String>,
    /// The column with the identity, where it is not `CustomerId`, which needs no choosing.
    pub identity_column: Option<String>,
    /// Other fields, in the usual order of a form.
    pub attributes: Vec<ProposedAttribute>,
}

/// What a column that is called so, in small letters and without punctuation, most likely holds; the most telling names
/// first. English, German, French and Spanish.
const EMAIL: &[&str] = &[
    "email",
    "emailaddress",
    "emailaddress1",
    "primaryemail",
    "contactemail",
    "emailprimary",
    "mail",
    "mailaddress",
    "emailadresse",
    "mailadresse",
    "courriel",
    "adressemail",
    "adresseemail",
    "adressecourriel",
    "correo",
    "correoelectronico",
    "correoelectrónico",
];

/// `CustomerId` is found by itself.
const IDENTITY: &[&str] = &[
    "customerid",
    "profileid",
    "personid",
    "contactid",
    "kundennummer",
    "kundenid",
    "kundennr",
    "numeroclient",
    "idclient",
    "idcliente",
    "numerocliente",
];

const FIELDS: &[(&str, &[&str])] = &[
    (
        "first_name",
        &[
            "firstname",
            "givenname",
            "forename",
            "fname",
            "vorname",
            "prenom",
            "prénom",
            "nombre",
            "primernombre",
        ],
    ),
    (
        "last_name",
        &[
            "lastname",
            "surname",
            "familyname",
            "lname",
            "nachname",
            "familienname",
            "nomdefamille",
            "nom",
            "apellido",
            "apellidos",
        ],
    ),
    ("job_title", &["jobtitle", "position", "berufsbezeichnung", "fonction", "poste", "cargo", "puesto"]),
    (
        "company_name",
        &[
            "companyname",
            "company",
            "organization",
            "organisation",
            "firma",
            "unternehmen",
            "entreprise",
            "societe",
            "société",
            "empresa",
        ],
    ),
    (
        "phone",
        &[
            "phone",
            "telephone",
            "phonenumber",
            "telephonenumber",
            "telefon",
            "telefonnummer",
            "téléphone",
            "telefono",
            "teléfono",
        ],
    ),
    (
        "mobile_phone",
        &[
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cellphone",
            "cell",
            "handy",
            "mobiltelefon",
            "portable",
            "movil",
            "móvil",
        ],
    ),
    (
        "street",
        &[
            "street",
            "address",
            "address1",
            "addressline1",
            "streetaddress",
            "strasse",
            "straße",
            "rue",
            "adresse",
            "calle",
            "direccion",
            "dirección",
        ],
    ),
    ("city", &["city", "town", "ort", "stadt", "ville", "ciudad"]),
    (
        "state",
        &[
            "state",
            "province",
            "region",
            "stateprovince",
            "bundesland",
            "département",
            "departement",
            "provincia",
            "estado",
        ],
    ),
    (
        "zip",
        &[
            "zip",
            "zipcode",
            "postalcode",
            "postcode",
            "plz",
            "postleitzahl",
            "codepostal",
            "codigopostal",
            "códigopostal",
        ],
    ),
    ("country", &["country", "countryname", "land", "pays", "pais", "país"]),
];

/// Letters and digits of a name, in small letters: `E-Mail_Address` and `emailAddress` are one.
fn plain(column: &str) -> String {
    column.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Proposes a mapping. A column is proposed once, and only columns whose name says what they hold.
#[must_use]
pub fn propose_mapping(columns: &[String]) -> MappingProposal {
    let plain: Vec<(String, &String)> = columns.iter().map(|column| (plain(column), column)).collect();
    let find = |names: &[&str]| {
        let mut found = names.iter().filter_map(|name| plain.iter().find(|(plain, _)| plain == name));
        found.next().map(|(_, column)| (*column).clone())
    };
    let email_column = find(EMAIL);
    let identity_column = find(IDENTITY).filter(|column| !column.trim().eq_ignore_ascii_case("CustomerId"));
    let attributes = FIELDS.iter().filter_map(|(field, names)| {
        let column = find(names)?;
        Some(ProposedAttribute { field, column })
    });
    MappingProposal { email_column, identity_column, attributes: attributes.collect() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn proposed(columns: &[&str]) -> (Option<String>, Option<String>, Vec<(&'static str, String)>) {
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        let MappingProposal { email_column, identity_column, attributes } = propose_mapping(&columns);
        let attributes = attributes.into_iter().map(|attribute| (attribute.field, attribute.column));
        (email_column, identity_column, attributes.collect())
    }

    #[rstest]
    #[case(&["CustomerId", "EMail", "FirstName", "LastName"], "EMail", None, &[("first_name", "FirstName"), ("last_name", "LastName")])]
    #[case(&["profile_id", "email_address", "given_name", "Shoe"], "email_address", Some("profile_id"), &[("first_name", "given_name")])]
    #[case(&["Kundennummer", "E-Mail-Adresse", "Vorname", "Nachname", "PLZ"], "E-Mail-Adresse", Some("Kundennummer"), &[("first_name", "Vorname"), ("last_name", "Nachname"), ("zip", "PLZ")])]
    #[case(&["Courriel", "Prénom", "Nom", "Ville"], "Courriel", None, &[("first_name", "Prénom"), ("last_name", "Nom"), ("city", "Ville")])]
    #[case(&["Correo electrónico", "Nombre", "Apellidos", "País"], "Correo electrónico", None, &[("first_name", "Nombre"), ("last_name", "Apellidos"), ("country", "País")])]
    // The more telling name wins, wherever it stands.
    #[case(&["mail", "Email"], "Email", None, &[])]
    fn names_say_what_columns_hold(
        #[case] columns: &[&str],
        #[case] email: &str,
        #[case] identity: Option<&str>,
        #[case] attributes: &[(&'static str, &str)],
    ) {
        let attributes = attributes.iter().map(|(field, column)| (*field, (*column).to_owned())).collect();
        assert_eq!(proposed(columns), (Some(email.to_owned()), identity.map(str::to_owned), attributes));
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(proposed(&["a", "Mailing", "FullName", "Emailed"]), (None, None, Vec::new()));
    }

    #[test]
    fn every_proposed_field_exists_and_every_name_is_plain() {
        for (field, names) in FIELDS {
            assert!(domain::field::Field::parse(field).is_ok(), "{field}");
            assert!(names.iter().all(|name| plain(name) == **name), "{field}");
        }
        assert!(EMAIL.iter().chain(IDENTITY).all(|name| plain(name) == **name));
    }
}
