//! Options in the tool's own words, presets, and pasted command lines.

use mysqler_tests::sandbox::Server;
use mysqler_tests::table;
use serde_json::Value;

use crate::program::{Desk, contains};

fn argv(plan: &Value) -> String {
    let words = plan["launch"]["argv"].as_array().cloned().unwrap_or_default();
    words
        .iter()
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn presets_are_kept_used_and_removed() {
    let desk = Desk::connected();
    let names = |desk: &Desk| -> Vec<String> {
        let list = desk.json(&["preset", "list"]).done().objects();
        list.iter()
            .map(|preset| preset["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(names(&desk), ["gentle", "standard", "fast"]);
    desk.ctl(&[
        "preset",
        "save",
        "夜间",
        "--pt-option",
        "chunk-time=0.8",
        "--pt-option=no-check-plan",
    ])
    .done();
    assert_eq!(names(&desk), ["gentle", "standard", "fast", "夜间"]);
    let shown = desk.ctl(&["preset", "show", "夜间"]).done().out;
    assert!(
        shown.contains("--chunk-time 0.8") && shown.contains("--no-check-plan"),
        "{shown}"
    );

    assert_eq!(
        desk.json(&["preset", "save", "FAST", "--pt-option", "sleep=1"])
            .ends(1)
            .error_code(),
        "NAME_TAKEN"
    );
    for refused in [
        "password=hunter2",
        "made-up=1",
        "host=db1",
        "sleep=often",
        "alter-foreign-keys-method=none",
    ] {
        let said = desk
            .json(&["preset", "save", "x", "--pt-option", refused])
            .ends(2);
        assert_eq!(said.error_code(), "INVALID_INPUT", "{refused}");
        assert!(!said.out.contains("hunter2"), "{}", said.out);
    }

    let begins = |desk: &Desk| desk.json(&["preset", "default", "Sandbox"]).done().object()["preset"].clone();
    assert_eq!(begins(&desk), "standard", "by the environment");
    desk.ctl(&["preset", "default", "Sandbox", "fast"]).done();
    assert_eq!(begins(&desk), "fast");
    desk.ctl(&["preset", "rename", "夜间", "big tables"]).done();
    desk.ctl(&["preset", "default", "Sandbox", "Big Tables"]).done();
    desk.ctl(&["preset", "remove", "big tables"]).done();
    assert_eq!(begins(&desk), "standard", "the choice went with the preset");
    assert_eq!(
        desk.json(&["preset", "remove", "gentle"]).ends(2).error_code(),
        "INVALID_INPUT"
    );
}

#[tokio::test]
async fn a_plan_takes_presets_and_any_option_of_the_tool() {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, "ctl_options").await;
    table::filled(&schema, "orders", 40).await;
    let name = format!("{}.orders", schema.name());
    let plan = |extra: &[&str]| {
        let base = [
            "plan",
            "Sandbox",
            "--table",
            &name,
            "--alter",
            "ADD COLUMN extra INT",
        ];
        let line: Vec<&str> = base.iter().chain(extra).copied().collect();
        desk.json(&line)
    };
    assert!(
        argv(&plan(&[]).done().object()).contains("--chunk-time 0.500"),
        "development is treated as standard"
    );
    assert!(argv(&plan(&["--preset", "gentle"]).done().object()).contains("--chunk-time 0.100"));
    let both = plan(&[
        "--preset",
        "fast",
        "--pt-option",
        "chunk-index=PRIMARY",
        "--max-lag=3",
    ])
    .done()
    .object();
    let line = argv(&both);
    for part in ["--chunk-time 1.000", "--max-lag 3s", "--chunk-index PRIMARY"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let guard = plan(&["--pt-option", "no-check-plan"]).done().object();
    assert_eq!(guard["confirmation"]["accept"][0], "OPTION_NO_CHECK_PLAN");
    assert_eq!(
        plan(&["--pt-option", "no-check-unique-key-change"])
            .ends(3)
            .object()["findings"][0]["code"],
        "OPTION_NO_CHECK_UNIQUE_KEY_CHANGE"
    );
    assert_eq!(
        plan(&["--pt-option", "quiet"]).ends(2).error_code(),
        "INVALID_INPUT"
    );
}

#[tokio::test]
async fn a_pasted_command_becomes_the_change_and_its_password_nothing() {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, "ctl_pasted").await;
    table::filled(&schema, "orders", 40).await;
    let command = format!(
        "pt-online-schema-change --user=x --password='hunter2-canary' --alter \"ADD COLUMN \\`a b\\` INT\" \\\n  --max-lag 7 --chunk-index PRIMARY --made-up=1 D={},t=orders,p=hunter2-canary --execute\n",
        schema.name()
    );
    let said = desk
        .with_input(&["plan", "Sandbox", "--from-command", "-", "--json"], &command)
        .done();
    let objects = said.objects();
    let (pasted, plan) = (&objects[0]["pasted"], &objects[1]);
    assert_eq!(pasted["clause"], "ADD COLUMN `a b` INT");
    assert_eq!(plan["request"]["kind"]["clause"], "ADD COLUMN `a b` INT");
    assert_eq!(plan["request"]["table"]["table"], "orders");
    let line = argv(plan);
    assert!(
        line.contains("--max-lag 7s") && line.contains("--chunk-index PRIMARY"),
        "{line}"
    );
    assert!(!said.out.contains("hunter2-canary"), "{}", said.out);
    assert!(!contains(&desk.kept_bytes(), "hunter2-canary"));

    let text = desk
        .with_input(&["plan", "Sandbox", "--from-command=-"], &command)
        .done();
    assert!(
        text.err
            .contains("dropped  --password: passwords come from the vault"),
        "{}",
        text.err
    );
    assert!(text.err.contains("taken  --max-lag 7"), "{}", text.err);
    let not = desk
        .with_input(
            &["plan", "Sandbox", "--from-command", "-", "--json"],
            "mysql -h db1",
        )
        .ends(2);
    assert_eq!(not.error_code(), "INVALID_INPUT");
}
