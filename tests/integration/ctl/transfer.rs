//! Connections in bulk, from one workstation to another.

use mysqler_tests::sandbox::Account;
use serde_json::Value;

use crate::program::{Desk, contains};

#[test]
fn a_clear_export_holds_no_password_and_its_import_is_shown_before_it_is_done() {
    let from = Desk::connected();
    let file = from.path("export.json");
    let path = file.to_str().unwrap();
    from.ctl(&["connection", "export", path]).done();
    let bytes = std::fs::read(&file).unwrap();
    assert!(contains(&bytes, "Sandbox"));
    assert!(
        !contains(&bytes, from.sandbox.password(Account::Mysqler)),
        "the password left in clear"
    );

    let to = Desk::new();
    let shown = to.ctl(&["connection", "import", path]).ends(3);
    assert!(
        shown.out.contains("add") && shown.out.contains("Sandbox"),
        "{}",
        shown.out
    );
    assert!(shown.err.contains("--yes"), "{}", shown.err);
    assert_eq!(
        to.json(&["connection", "list"]).done().out,
        "",
        "a preview changes nothing"
    );

    to.ctl(&["connection", "import", path, "--yes"]).done();
    assert_eq!(
        to.json(&["connection", "show", "Sandbox"]).done().object()["password"],
        "missing"
    );
    assert_eq!(
        to.json(&["connection", "test", "Sandbox"]).ends(1).error_code(),
        "PASSWORD_MISSING"
    );
    let again = to.json(&["connection", "import", path, "--yes"]).done().objects();
    assert_eq!(again[0]["entries"][0]["action"]["kind"], "skip");
    assert_eq!(
        (&again[1]["added"], &again[1]["skipped"]),
        (&Value::from(0), &Value::from(1))
    );
}

#[test]
fn an_encrypted_export_carries_the_passwords_to_whoever_knows_its_passphrase() {
    let from = Desk::connected();
    from.add("tricky", Account::Tricky).done();
    let file = from.path("export.age");
    let path = file.to_str().unwrap();
    std::fs::write(from.path("phrase"), "carry me over\n").unwrap();
    std::fs::write(from.path("other"), "something else").unwrap();
    let (phrase, other) = (from.path("phrase"), from.path("other"));
    let (phrase, other) = (phrase.to_str().unwrap(), other.to_str().unwrap());

    from.ctl(&["connection", "export", path, "--with-secrets"])
        .ends(2);
    from.ctl(&[
        "connection",
        "export",
        path,
        "--with-secrets",
        "--export-passphrase-file",
        phrase,
    ])
    .done();
    let bytes = std::fs::read(&file).unwrap();
    assert!(
        bytes.starts_with(b"age-encryption.org/"),
        "the public tool would not know this file"
    );
    assert!(!contains(&bytes, "Sandbox"), "names are encrypted as well");

    let to = Desk::new();
    let import = |file: &str| {
        to.json(&[
            "connection",
            "import",
            path,
            "--yes",
            "--export-passphrase-file",
            file,
        ])
    };
    assert_eq!(import(other).ends(1).error_code(), "PASSPHRASE_WRONG");
    assert_eq!(
        to.json(&["connection", "import", path, "--yes"])
            .ends(1)
            .error_code(),
        "PASSPHRASE_WRONG"
    );
    let result = import(phrase).done().objects();
    assert_eq!(result[1]["added"], 2, "{result:?}");
    to.ctl(&["connection", "test", "tricky"]).done();
    to.ctl(&["databases", "Sandbox"]).done();
    assert!(!contains(&to.kept_bytes(), to.sandbox.password(Account::Tricky)));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let desk = Desk::new();
    let file = desk.path("other.json");
    std::fs::write(&file, "{\"hello\": 1}").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(
        desk.json(&["connection", "import", path, "--yes"])
            .ends(1)
            .error_code(),
        "FILE_FORMAT"
    );
    let missing = desk.path("nowhere.json");
    let said = desk
        .json(&["connection", "import", missing.to_str().unwrap()])
        .ends(1);
    assert_eq!(said.error_code(), "FILE_UNREADABLE");
}
