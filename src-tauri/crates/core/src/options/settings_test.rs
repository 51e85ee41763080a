use proptest::prelude::*;

use super::*;

fn laid(settings: &[(&str, Option<&str>)]) -> AppliedOptions {
    let settings: Vec<OptionSetting> = settings
        .iter()
        .map(|(name, value)| OptionSetting::new(name, *value))
        .collect();
    apply(&settings, &ChangeOptions::default())
}

fn reasons(settings: &[(&str, Option<&str>)]) -> Vec<String> {
    laid(settings)
        .problems
        .into_iter()
        .map(|problem| problem.reason)
        .collect()
}

#[test]
fn settings_reach_the_fields_that_carry_them() {
    let applied = laid(&[
        ("chunk-time", Some("0.5")),
        ("max-load", Some("Threads_running:40,Threads_connected=900")),
        ("critical-load", Some("")),
        ("max-lag", Some("2m")),
        (
            "set-vars",
            Some("lock_wait_timeout=5,sql_mode='A\\,B',explain_format=TRADITIONAL"),
        ),
        ("recursion-method", Some("none")),
        ("alter-foreign-keys-method", Some("drop_swap")),
        ("noanalyze-before-swap", None),
        ("charset", Some("gbk")),
    ]);
    assert_eq!(applied.problems, []);
    let options = applied.options;
    assert_eq!(
        (
            options.chunk_time_ms,
            options.max_lag_s,
            options.lock_wait_timeout_s
        ),
        (Some(500), 120, 5)
    );
    assert_eq!((options.max_load[1].value, options.critical_load.len()), (900, 0));
    assert_eq!(
        options.set_vars.len(),
        1,
        "ours and the lock wait have places of their own"
    );
    assert_eq!(options.set_vars[0].value, "'A,B'");
    assert_eq!(
        (options.recursion_method, options.analyze_before_swap),
        (RecursionMethod::None, false)
    );
    assert_eq!(
        (options.foreign_keys_method, options.charset.as_deref()),
        (Some(ForeignKeysMethod::DropSwap), Some("gbk"))
    );
    assert_eq!(options.others, []);
}

#[test]
fn a_fixed_size_takes_the_suggested_time_away_and_a_time_the_size() {
    let fixed = laid(&[("chunk-size", Some("2k"))]).options;
    assert_eq!((fixed.chunk_size, fixed.chunk_time_ms), (Some(2048), None));
    let timed = apply(&[OptionSetting::new("chunk-time", Some("1"))], &fixed).options;
    assert_eq!((timed.chunk_size, timed.chunk_time_ms), (None, Some(1000)));
}

#[test]
fn other_options_are_kept_once_and_under_one_spelling() {
    let applied = laid(&[
        ("chunk-index", Some("a")),
        ("nocheck-plan", None),
        ("chunk-index", Some("b")),
        ("no-check-plan", Some("")),
        ("preserve-triggers", Some("")),
    ]);
    let names: Vec<String> = applied.options.others.iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        ["--chunk-index b", "--no-check-plan", "--preserve-triggers"]
    );
    let back = apply(&[OptionSetting::new("check-plan", None)], &applied.options).options;
    assert_eq!(
        back.others.len(),
        2,
        "the default sense is the absence of the option"
    );
}

#[test]
fn what_is_not_acceptable_is_told_and_left_out() {
    for (name, value, reason) in [
        ("password", Some("hunter2"), "refused_secret"),
        ("ask-pass", None, "refused_secret"),
        ("host", Some("db1"), "ours"),
        ("execute", None, "ours"),
        ("nonsense", Some("x"), "unknown"),
        ("no-max-lag", None, "unknown"),
        ("pause-file", Some("/tmp/x"), "refused_superseded"),
        ("no-swap-tables", None, "refused_proof"),
        ("alter-foreign-keys-method", Some("none"), "refused_foreign_keys"),
        ("alter-foreign-keys-method", Some("auto"), "refused_foreign_keys"),
        ("chunk-index-columns", Some("0"), "value"),
        ("chunk-time", Some("0"), "value"),
        ("chunk-size", Some("0"), "value"),
        ("max-lag", Some("0"), "value"),
        ("max-lag", None, "value"),
        ("recursion-method", Some("cluster"), "value"),
        ("recursion-method", Some("dsn=h=a,p=x,D=a,t=b"), "server_secret"),
        ("check-replica-lag", Some("h=a,p=x"), "server_secret"),
        ("preserve-triggers", Some("yes"), "value_unexpected"),
        ("chunk-index", None, "value_missing"),
        ("chunk-index", Some("a\nb"), "value_text"),
    ] {
        let applied = laid(&[(name, value)]);
        assert_eq!(reasons(&[(name, value)]), [reason], "--{name}");
        assert_eq!(applied.options, ChangeOptions::default(), "--{name} {value:?}");
        assert!(
            !format!("{:?}", applied.problems).contains("hunter2"),
            "a secret is not repeated"
        );
    }
}

#[test]
fn a_table_of_replicas_goes_beside_the_field() {
    let applied = laid(&[("recursion-method", Some("dsn=D=percona,t=dsns"))]);
    assert_eq!(
        applied.options.others,
        [OptionSetting::new(
            "recursion-method",
            Some("dsn=D=percona,t=dsns")
        )]
    );
    let back = apply(
        &[OptionSetting::new("recursion-method", Some("hosts"))],
        &applied.options,
    )
    .options;
    assert_eq!(
        (back.others.len(), back.recursion_method),
        (0, RecursionMethod::Hosts)
    );
}

fn any_options() -> impl Strategy<Value = ChangeOptions> {
    let threshold =
        ("[A-Z][a-z_]{1,9}", 1..9999u64).prop_map(|(variable, value)| LoadThreshold { variable, value });
    let loads = proptest::collection::vec(threshold, 0..3);
    let variable =
        ("x_[a-z0-9]{1,9}", "[a-z0-9,']{1,9}").prop_map(|(name, value)| SessionVariable { name, value });
    let method = prop_oneof![
        Just(None),
        Just(Some(ForeignKeysMethod::DropSwap)),
        Just(Some(ForeignKeysMethod::RebuildConstraints))
    ];
    let recursion = prop_oneof![
        Just(RecursionMethod::Auto),
        Just(RecursionMethod::Hosts),
        Just(RecursionMethod::Processlist),
        Just(RecursionMethod::None)
    ];
    let pace = (
        proptest::option::of(1..100_000u32),
        proptest::option::of(1..60_000u32),
    );
    let others = proptest::sample::subsequence(
        vec![
            ("chunk-index", Some("idx")),
            ("no-check-plan", None),
            ("check-interval", Some("5")),
        ],
        0..=3,
    );
    (
        pace,
        loads.clone(),
        loads,
        (1..100u32, 1..100u32),
        proptest::collection::vec(variable, 0..3),
        method,
        recursion,
        any::<bool>(),
        others,
    )
        .prop_map(
            |(
                (chunk_size, chunk_time_ms),
                max_load,
                critical_load,
                (lag, wait),
                set_vars,
                foreign_keys_method,
                recursion_method,
                analyze,
                others,
            )| ChangeOptions {
                chunk_size,
                chunk_time_ms,
                max_load,
                critical_load,
                charset: None,
                lock_wait_timeout_s: wait,
                max_lag_s: lag,
                recursion_method,
                set_vars,
                foreign_keys_method,
                analyze_before_swap: analyze,
                others: others
                    .into_iter()
                    .map(|(name, value)| OptionSetting::new(name, value))
                    .collect(),
                history: None,
            },
        )
}

proptest! {
    /// Saved as a preset and laid over again, options come back as they were.
    #[test]
    fn what_differs_leads_from_the_base_to_the_options(options in any_options(), base in any_options()) {
        let base = ChangeOptions { others: Vec::new(), ..base };
        let applied = apply(&difference(&options, &base), &base);
        prop_assert_eq!(applied.problems, vec![]);
        prop_assert_eq!(applied.options, options);
    }
}
