//! `doctor`: what it shows, what it removes on whose word, and what it ends with.

use mysqler_tests::sandbox::Server;

use crate::program::Desk;

#[tokio::test]
async fn leftovers_are_shown_with_their_statements_and_removed_only_when_accepted() {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, "ctl_doctor").await;
    let name = schema.name();
    let look = ["doctor", "Sandbox", "--database", name];
    let mut client = schema.client().await;
    client
        .run("CREATE TABLE x (id INT PRIMARY KEY); CREATE TABLE _x_old LIKE x")
        .await;
    let said = desk.ctl(&look).done();
    assert!(
        said.out.contains("_x_old") && said.out.contains("Only its name"),
        "{}",
        said.out
    );

    client
        .run(&format!(
            "CREATE TABLE _x_new LIKE x; CREATE TRIGGER `pt_osc_{name}_x_ins` AFTER INSERT ON x FOR EACH ROW \
             REPLACE INTO `{name}`.`_x_new` (`id`) VALUES (NEW.`id`)"
        ))
        .await;
    let said = desk.ctl(&look).ends(4);
    for part in [
        format!("  DROP TRIGGER IF EXISTS `{name}`.`pt_osc_{name}_x_ins`;"),
        format!("  DROP TABLE IF EXISTS `{name}`.`_x_new`;"),
        "Left by another hand".to_owned(),
    ] {
        assert!(said.out.contains(&part), "{part}\n{}", said.out);
    }
    assert!(
        !said
            .out
            .contains(&format!("DROP TABLE IF EXISTS `{name}`.`_x_old`"))
    );

    // Without a pick nothing of another hand goes.
    desk.ctl(&["doctor", "Sandbox", "--database", name, "--fix"])
        .done();
    let report = desk.json(&look).ends(4).object();
    let ids: Vec<String> = report["found"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|found| found["verdict"] == "foreign")
        .map(|found| found["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 2, "{report}");
    let accepted = ids.join(",");
    let cleanup = desk
        .json(&[
            "doctor",
            "Sandbox",
            "--database",
            name,
            "--fix",
            "--accept",
            &accepted,
        ])
        .done()
        .object();
    assert_eq!(cleanup["removals"].as_array().unwrap().len(), 2, "{cleanup}");
    client.run("INSERT INTO x VALUES (1)").await;
    let tables = client.rows("SHOW TABLES").await.concat();
    assert_eq!(tables, ["_x_old", "x"]);
    // What is no longer there as it was shown is told, and is no success.
    desk.json(&[
        "doctor",
        "Sandbox",
        "--database",
        name,
        "--fix",
        "--accept",
        &accepted,
    ])
    .ends(4);
    desk.ctl(&look).done();

    desk.ctl(&["doctor", "Sandbox", "--accept-all"]).ends(2);
    let missing = desk
        .json(&["doctor", "Sandbox", "--database", "mysqler_test_no_such"])
        .ends(1);
    assert_eq!(missing.error_code(), "DATABASE_MISSING");
}
