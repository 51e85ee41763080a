use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn read(text: &str) -> PastedCommand {
    parse(text).unwrap_or_else(|| panic!("{text} is not understood"))
}

fn settings(pasted: &PastedCommand) -> Vec<String> {
    pasted.settings.iter().map(ToString::to_string).collect()
}

fn fates(pasted: &PastedCommand, fate: PastedFate) -> Vec<String> {
    let parts = pasted.parts.iter().filter(|part| part.fate == fate);
    parts
        .map(|part| {
            format!("{} {}", part.part, part.why.as_deref().unwrap_or(""))
                .trim_end()
                .to_owned()
        })
        .collect()
}

const RUNBOOK: &str = r#"
# adds the note
sudo /usr/bin/pt-online-schema-change --user=dba --password='s3cr3t' \
  --host 10.0.0.5 -P3307 -A utf8mb4 \
  --alter "ADD COLUMN \`note\` VARCHAR(64) COMMENT 'it''s'" \
  --max-load Threads_running=40 --critical-load="Threads_running=80" --chunk-size=2k \
  --nocheck-replication-filters --no-version-check --recursion-method=none \
  --alter-foreign-keys-method=auto --progress time,5 --pause-file /tmp/x --made-up=1 \
  D=shop,t=orders,p=s3cr3t --execute | tee run.log
"#;

#[test]
fn a_line_of_a_runbook_gives_the_request_and_says_what_became_of_each_part() {
    let pasted = read(RUNBOOK);
    assert_eq!(
        (pasted.database.as_deref(), pasted.table.as_deref()),
        (Some("shop"), Some("orders"))
    );
    assert_eq!(
        pasted.clause.as_deref(),
        Some("ADD COLUMN `note` VARCHAR(64) COMMENT 'it''s'")
    );
    assert_eq!(
        (pasted.host.as_deref(), pasted.port, pasted.user.as_deref()),
        (Some("10.0.0.5"), Some(3307), Some("dba"))
    );
    assert_eq!(
        settings(&pasted),
        [
            "--charset utf8mb4",
            "--max-load Threads_running=40",
            "--critical-load Threads_running=80",
            "--chunk-size 2k",
            "--no-check-replication-filters",
            "--recursion-method none",
        ]
    );
    assert_eq!(
        fates(&pasted, PastedFate::Dropped),
        [
            "… before_tool",
            "--password refused_secret",
            "--alter-foreign-keys-method refused_foreign_keys",
            "--pause-file refused_superseded",
            "--made-up unknown",
            "p= refused_secret",
        ]
    );
    assert_eq!(
        fates(&pasted, PastedFate::Ours),
        [
            "--user ours",
            "--host ours",
            "-P ours",
            "--no-version-check ours",
            "--progress ours",
            "--execute ours"
        ]
    );
    assert!(
        !format!("{pasted:?}").contains("s3cr3t"),
        "a secret is not repeated"
    );
}

#[rstest]
#[case("pt-online-schema-change --max-lo Threads_running=9 D=a,t=b", &["--max-load Threads_running=9"])]
#[case("pt-online-schema-change --check-slave-lag h=r1 D=a,t=b", &["--check-replica-lag h=r1"])]
#[case("pt-online-schema-change --chunk-size 1k --chunk-size 2k D=a,t=b", &["--chunk-size 2k"])]
#[case("pt-online-schema-change --skip-check-slave-lag h=a --skip-check-replica-lag h=b", &["--skip-check-replica-lag h=a", "--skip-check-replica-lag h=b"])]
#[case("pt-online-schema-change --check-plan D=a,t=b", &["--check-plan"])]
#[case("pt-online-schema-change --chunk", &[])]
#[case("pt-online-schema-change --max-lag", &[])]
#[case("docker run -i --env PERL_UNICODE=A mysqler/pt-runner:3.7.1 run --execute --max-lag 10s 'h=db,D=a,t=b'", &["--max-lag 10s"])]
fn options_are_read_as_the_tool_reads_them(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(settings(&read(text)), expected);
}

#[rstest]
#[case(
    "pt-online-schema-change -ps3cr3t -p s3cr3t --pass s3cr3t --slave-password=s3cr3t --replica-password s3cr3t"
)]
#[case(
    "MYSQL_PWD=s3cr3t pt-online-schema-change --check-replica-lag h=a,p=s3cr3t --recursion-method dsn=h=a,p=s3cr3t,D=x,t=y"
)]
#[case("pt-online-schema-change h=a,p=s3cr3t,D=b,t=c -Zs3cr3t --passwort=s3cr3t")]
fn no_secret_comes_back(#[case] text: &str) {
    let pasted = read(text);
    assert!(!format!("{pasted:?}").contains("s3cr3t"), "{pasted:?}");
    assert_eq!(pasted.settings, []);
}

#[rstest]
#[case("")]
#[case("mysql -h db1")]
#[case("pt-online-schema-change --alter 'ADD")]
#[case("pt-table-checksum D=a")]
fn other_texts_are_left_alone(#[case] text: &str) {
    assert_eq!(parse(text), None);
}

#[test]
fn names_with_commas_and_spaces_are_read_whole() {
    let pasted = read(r"pt-online-schema-change 'D=a\,b 库,t=x' --dry-run");
    assert_eq!(
        (
            pasted.database.as_deref(),
            pasted.table.as_deref(),
            pasted.dry_run
        ),
        (Some("a,b 库"), Some("x"), true)
    );
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(tail in any::<String>()) {
        let _ = parse(&tail);
        let _ = parse(&format!("pt-online-schema-change {tail}"));
    }

    #[test]
    fn a_quoted_clause_comes_back_byte_for_byte(clause in "[^\0]{1,60}", database in "[^\0,\\\\]{1,12}", table in "[^\0,\\\\]{1,12}") {
        let line = format!(
            "pt-online-schema-change --alter {} --execute {}",
            quoted(&clause),
            quoted(&format!("D={database},t={table}"))
        );
        let pasted = read(&line);
        prop_assert_eq!(pasted.clause, Some(clause));
        prop_assert_eq!(pasted.database, Some(database));
        prop_assert_eq!(pasted.table, Some(table));
    }

    /// Wherever a password stands, none of what is told holds it.
    #[test]
    fn no_password_survives(password in "[A-Za-z0-9]{12,20}", place in 0..6usize) {
        let arguments = [
            format!("--password={password}"),
            format!("--password {password}"),
            format!("-p{password}"),
            format!("-p {password}"),
            format!("h=a,p={password},D=b,t=c"),
            format!("--replica-password {password}"),
        ];
        let pasted = read(&format!("pt-online-schema-change --max-lag 5 {} --chunk-time 1", arguments[place]));
        let told = format!("{:?}", pasted);
        prop_assert!(!told.contains(&password));
        prop_assert_eq!(pasted.settings.len(), 2);
    }
}
