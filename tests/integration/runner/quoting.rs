//! Names and passwords that break careless quoting, carried to the real server.

use mysqler_contract::{ErrorCode, ProbeReport, Secret, TableRef};
use mysqler_core::ports::{Runner, Signal};
use mysqler_tests::sandbox::{Account, Server, quoted};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::bench::{Bench, signals};

fn orders() -> TableRef {
    TableRef {
        database: "shop".into(),
        table: "orders".into(),
    }
}

fn text_literal(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_password_arrives_as_it_was_typed() {
    let bench = Bench::new().await;
    let mut admin = bench.sandbox.client(Server::Primary, Account::Root).await;
    let user = format!("mysqler_test_{}", super::bench::unique().replace('-', "_"));
    let account = format!("'{user}'@'%'");
    let awkward = [
        "a,b'c\"d $e\\f`g#h;i=j ü",
        "\\",
        "\"",
        "'",
        "#x",
        "tail\\",
        "\\n\\t",
        "two\nlines",
        "tab\there",
        " spaces ",
        "密码🔑",
        "[x]=%",
        "a\\\"b",
    ];
    let mut passwords: Vec<String> = awkward.map(str::to_owned).to_vec();
    let mut random = TestRunner::deterministic();
    for _ in 0..12 {
        passwords.push(
            "[ -~é中🐬\\\\\"'#;]{1,40}"
                .new_tree(&mut random)
                .unwrap()
                .current(),
        );
    }
    admin
        .run(&format!("CREATE USER {account} IDENTIFIED BY 'first'"))
        .await;
    admin.run(&format!("GRANT SELECT ON shop.* TO {account}")).await;
    let mut wish = bench.wish(orders());
    wish.user = Some(user.clone());
    let launch = bench.launch(&wish).expect("a launch");
    let mut refused = Vec::new();
    for password in &passwords {
        admin
            .run(&format!(
                "ALTER USER {account} IDENTIFIED BY {}",
                text_literal(password)
            ))
            .await;
        let report = bench
            .runner
            .probe(&launch, (&Secret::new(password.as_str())).into())
            .await
            .expect("a probe");
        if !matches!(report, ProbeReport::Connected { .. }) {
            refused.push(format!("{password:?}: {report:?}"));
        }
    }
    admin.run(&format!("DROP USER {account}")).await;
    assert!(refused.is_empty(), "{refused:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_in_the_servers_words() {
    let bench = Bench::new().await;
    let launch = bench.launch(&bench.wish(orders())).expect("a launch");
    let report = bench
        .runner
        .probe(&launch, (&Secret::new("not the password")).into())
        .await
        .expect("a probe");
    let ProbeReport::Refused { message } = report else {
        panic!("{report:?}")
    };
    assert!(
        message.contains("Access denied") && !message.contains("not the password"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_of_tables_are_changed_and_the_account_is_told() {
    let bench = Bench::new().await;
    let schema = bench
        .sandbox
        .fresh_schema(Server::Primary, "runner ,na=me 库")
        .await;
    let within = TableRef {
        database: schema.name().into(),
        table: "x".into(),
    };
    let launch = bench.launch(&bench.wish(within)).expect("a launch");
    let password = Secret::new(bench.sandbox.password(Account::Mysqler));
    let report = bench
        .runner
        .probe(&launch, (&password).into())
        .await
        .expect("a probe");
    assert!(
        matches!(report, ProbeReport::Connected { ref account, .. } if account == "mysqler@%"),
        "{report:?}"
    );
    let mut client = schema.client().await;
    for name in [
        "with space",
        "a.b",
        "com,ma",
        "=eq%",
        "$d",
        "UPPER",
        "back`tick",
        "say \"x\"",
        "订单",
        "semi;colon:x",
        "-dash",
        "x,",
    ] {
        let table = TableRef {
            database: schema.name().into(),
            table: name.into(),
        };
        client
            .run(&format!(
                "CREATE TABLE {} (id INT PRIMARY KEY, v INT)",
                quoted(name)
            ))
            .await;
        client
            .run(&format!("INSERT INTO {} VALUES (1, 1), (2, 2)", quoted(name)))
            .await;
        let mut wish = bench.wish(table);
        wish.account = Account::Tricky;
        let (code, lines) = bench.run(&wish).await;
        assert_eq!(code, 0, "{name}: {lines:#?}");
        let told = signals(&bench.runner, &wish, &lines);
        assert!(told.contains(&Signal::Success), "{name}: no success line");
        assert_eq!(
            client
                .value(&format!("SELECT COUNT(added) + COUNT(*) FROM {}", quoted(name)))
                .await,
            "2",
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_cannot_be_carried_are_refused_before_anything_starts() {
    let bench = Bench::new().await;
    for (database, table) in [
        ("shop", "it's"),
        ("shop", "back\\slash"),
        ("shop", "0"),
        ("shop", "new\nline"),
        ("it's", "t"),
        ("semi;colon", "t"),
        ("co:lon", "t"),
        ("[x]", "t"),
    ] {
        let wish = bench.wish(TableRef {
            database: database.into(),
            table: table.into(),
        });
        let error = bench.launch(&wish).expect_err("a name that cannot be carried");
        assert_eq!(error.code, ErrorCode::LaunchImpossible);
        assert!(
            error.params.get("what").is_some_and(|what| what.len() > 10),
            "{error:?}"
        );
    }
}
