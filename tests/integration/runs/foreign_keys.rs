//! Foreign keys that a run drops: under the name that the copy carries, which one click writes.

use mysqler_contract::{ChangeKind, EngineChoice, Fix, TableRef};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::remains;

#[tokio::test(flavor = "multi_thread")]
async fn one_click_on_the_finding_lets_the_copy_drop_the_constraint_and_only_that() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "foreign_drop").await;
    let mut client = schema.client().await;
    client
        .run("CREATE TABLE parent (id INT NOT NULL PRIMARY KEY)")
        .await;
    client
        .run(
            "CREATE TABLE items (id INT NOT NULL PRIMARY KEY AUTO_INCREMENT, a INT, b INT, \
             CONSTRAINT fk_a FOREIGN KEY (a) REFERENCES parent (id), \
             CONSTRAINT _fk_b FOREIGN KEY (b) REFERENCES parent (id))",
        )
        .await;
    client.run("INSERT INTO parent VALUES (1), (2)").await;
    client
        .run("INSERT INTO items (a, b) VALUES (1, 2), (2, 1), (1, NULL)")
        .await;
    let connection = desk.primary().await;
    let table = TableRef::new(schema.name(), "items");
    let mut request = desk.request(
        &connection,
        &table,
        "ADD COLUMN fk_a INT /* fk_a */, DROP FOREIGN KEY fk_a",
    );
    request.engine = EngineChoice::PtOsc;
    let refused = desk.core.plan(request.clone(), None).await.expect("a plan");
    let told = refused
        .findings
        .iter()
        .find(|finding| finding.code == "FOREIGN_KEY_DROP_NAME")
        .expect("the name is told");
    let [Fix::ReplaceClause { clause }] = told.fixes.as_slice() else {
        panic!("{:?}", told.fixes)
    };
    assert_eq!(clause, "ADD COLUMN fk_a INT /* fk_a */, DROP FOREIGN KEY `_fk_a`");

    request.kind = ChangeKind::Alter {
        clause: clause.clone(),
    };
    let plan = desk.plan(request).await;
    let renamed = plan
        .findings
        .iter()
        .find(|finding| finding.code == "FOREIGN_KEYS_OWN")
        .expect("the other one is told");
    assert_eq!(renamed.params["renames"], "_fk_b → __fk_b");
    let id = desk.start(&plan).await.id;
    desk.completed(&id).await;
    let left = client
        .rows(
            "SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS \
             WHERE TABLE_SCHEMA = DATABASE() AND CONSTRAINT_TYPE = 'FOREIGN KEY'",
        )
        .await;
    assert_eq!(left, [["__fk_b"]]);
    assert_eq!(client.rows("SELECT a, b FROM items ORDER BY id").await.len(), 3);
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}
