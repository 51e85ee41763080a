//! Databases and tables.

use mysqler_tests::sandbox::Server;

use crate::program::Desk;

#[test]
fn databases_and_tables_are_told_as_a_table_and_as_objects() {
    let desk = Desk::connected();
    let databases = desk.json(&["databases", "Sandbox"]).done().objects();
    let shop = databases
        .iter()
        .find(|database| database["name"] == "shop")
        .expect("the sample database is listed");
    // Sizes are left out on a server with very many tables, so only their shape is sure.
    assert!(
        shop["tables"].as_u64().unwrap() >= 5 && shop["bytes"].is_u64(),
        "{shop}"
    );

    let tables = desk.json(&["tables", "Sandbox", "shop"]).done().objects();
    let orders = tables
        .iter()
        .find(|table| table["name"] == "orders")
        .expect("the big table is listed");
    assert_eq!(
        (orders["kind"].as_str(), orders["engine"].as_str()),
        (Some("base"), Some("InnoDB"))
    );
    assert!(orders["rows"].as_u64().unwrap() > 1_000_000, "{orders}");
    assert!(
        tables.iter().any(|table| table["kind"] == "view"),
        "views are told as such"
    );

    let text = desk.ctl(&["tables", "Sandbox", "shop"]).done().out;
    let title = text.lines().next().unwrap();
    let line = text.lines().find(|line| line.starts_with("orders ")).unwrap();
    let end_of_rows = title.find("Rows (est.)").unwrap() + "Rows (est.)".len();
    assert!(
        line[..end_of_rows].ends_with(|c: char| c.is_ascii_digit()),
        "numbers stand under the title's end:\n{text}"
    );
    assert!(text.contains("(view)"), "{text}");
}

#[test]
fn what_is_not_there_is_said() {
    let desk = Desk::connected();
    assert_eq!(
        desk.json(&["tables", "Sandbox", "no_such_db"])
            .ends(1)
            .error_code(),
        "DATABASE_MISSING"
    );
    assert_eq!(
        desk.json(&["databases", "nobody"]).ends(1).error_code(),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn odd_names_of_tables_are_listed_as_they_are() {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, "ctl_names").await;
    let mut client = schema.client().await;
    client
        .run("CREATE TABLE `订单 a.b'c` (id INT PRIMARY KEY) ENGINE=InnoDB")
        .await;
    let tables = desk.json(&["tables", "Sandbox", schema.name()]).done().objects();
    assert_eq!(tables[0]["name"], "订单 a.b'c");
}
