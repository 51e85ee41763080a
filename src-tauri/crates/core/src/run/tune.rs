//! Thresholds and chunk time of a run that copies: which can be changed, by the same rules as before the run.

use std::collections::BTreeMap;

use mysqler_contract::{
    AppError, ErrorCode, OptionProblem, OptionSetting, Plan, RecursionMethod, Result, RunView, Tuning,
    messages,
};

use super::figures::tuning_of;
use super::replicas::watches;
use crate::options::apply;
use crate::preflight::{is_below, is_reached};

/// In the tool's words.
const TUNABLE: [&str; 4] = ["chunk-time", "max-lag", "max-load", "critical-load"];

/// All that is to hold, with `settings` laid over what holds.
pub(super) fn tuned(view: &RunView, plan: &Plan, settings: &[OptionSetting]) -> Result<Tuning> {
    let options = &plan.request.options;
    for setting in settings {
        let name = setting.name.as_str();
        let unwatched = options.recursion_method == RecursionMethod::None;
        let why = match name {
            name if !TUNABLE.contains(&name) => "needs_continue",
            "chunk-time" if options.chunk_size.is_some() => "fixed_size",
            "max-lag" if unwatched => "no_replica_watched",
            _ => continue,
        };
        return Err(not_possible(name, why));
    }
    let now = tuning_of(view, plan);
    let mut base = options.clone();
    base.chunk_time_ms = now.chunk_time_ms;
    base.max_lag_s = now.max_lag_s.unwrap_or(base.max_lag_s);
    base.max_load = now.max_load;
    base.critical_load = now.critical_load;
    let (unlimited, others): (Vec<_>, Vec<_>) = settings.iter().cloned().partition(ends_lag_waits);
    if !unlimited.is_empty() {
        base.max_lag_s = Tuning::NO_LAG_LIMIT;
    }
    let applied = apply(&others, &base);
    match applied.problems.first() {
        Some(problem) => Err(refused(problem)),
        None if settings.is_empty() => Err(AppError::invalid("settings", "tuning_empty")),
        None if applied.options.chunk_time_ms.is_none() && now.chunk_time_ms.is_some() => {
            Err(not_possible("chunk-time", "needs_continue"))
        }
        // The tool would wait all the same for one that does not replicate.
        None if applied.options.max_lag_s == Tuning::NO_LAG_LIMIT && !watches(plan) => {
            Err(not_possible("max-lag", "lag_limit_needed"))
        }
        None => Ok(Tuning::of(&applied.options)),
    }
}

/// An empty limit, as an empty threshold turns its check off.
fn ends_lag_waits(setting: &OptionSetting) -> bool {
    setting.name == "max-lag"
        && setting
            .value
            .as_deref()
            .is_some_and(|value| value.trim().is_empty())
}

/// Thresholds beside the server's present state: one that ends the run at once, or that nothing counts, is a slip.
pub(super) fn stand(tuning: &Tuning, present: &BTreeMap<String, u64>) -> Result<()> {
    for (name, all) in [
        ("max-load", &tuning.max_load),
        ("critical-load", &tuning.critical_load),
    ] {
        for threshold in all {
            match present.get(&threshold.variable) {
                None => {
                    return Err(not_possible(name, "variable_unknown").with("variable", &threshold.variable));
                }
                Some(now) if name == "critical-load" && is_reached(threshold, *now) => {
                    return Err(not_possible(name, "critical_reached")
                        .with("variable", &threshold.variable)
                        .with("present", now));
                }
                Some(_) => {}
            }
        }
    }
    let pairs = tuning.critical_load.iter().flat_map(|critical| {
        let max = tuning.max_load.iter();
        max.map(move |max| (critical, max))
    });
    for (critical, max) in pairs {
        if is_below(critical, max) {
            return Err(
                not_possible("critical-load", "critical_below_max").with("variable", &critical.variable)
            );
        }
    }
    Ok(())
}

/// The text of `why` is `reason.tuning_<why>` of the catalogue.
fn not_possible(option: &str, why: &str) -> AppError {
    let key = format!("tuning_{why}");
    let text = messages::text(
        messages::Locale::En,
        &format!("reason.{key}"),
        &Default::default(),
    );
    AppError::new(ErrorCode::TuningNotPossible)
        .with("option", option)
        .with("reason", key)
        .detail(text)
}

fn refused(problem: &OptionProblem) -> AppError {
    let key = format!("option_{}", problem.reason);
    let text = messages::text(messages::Locale::En, &format!("reason.{key}"), &problem.params);
    AppError::new(ErrorCode::InvalidInput)
        .with("field", &problem.option)
        .with("reason", key)
        .detail(text)
}

#[cfg(test)]
mod tests {
    use mysqler_contract::{Flavour, LoadThreshold, WorkKind};

    use super::*;
    use crate::run::fixture;

    fn of(plan: &Plan, settings: &[(&str, &str)]) -> Result<Tuning> {
        let view = fixture::worked(plan, 10_000);
        let settings: Vec<OptionSetting> = settings
            .iter()
            .map(|(name, value)| OptionSetting::new(name, Some(value)))
            .collect();
        tuned(&view, plan, &settings)
    }

    fn why(outcome: Result<Tuning>) -> String {
        let error = outcome.expect_err("refused");
        format!(
            "{:?} {}",
            error.code,
            error.params.get("reason").cloned().unwrap_or_default()
        )
    }

    #[test]
    fn what_is_not_named_stays_as_it_holds() {
        let plan = fixture::plan(WorkKind::ChunkedCopy);
        let before = Tuning::of(&plan.request.options);
        let now = of(
            &plan,
            &[("chunk-time", "0.5"), ("max-load", "Threads_running=70")],
        )
        .expect("carried");
        assert_eq!(now.chunk_time_ms, Some(500));
        assert_eq!(now.max_load[0].value, 70);
        assert_eq!(
            (now.max_lag_s, now.critical_load),
            (before.max_lag_s, before.critical_load)
        );
    }

    #[test]
    fn what_the_tool_cannot_take_while_it_works_is_told_as_such() {
        let mut plan = fixture::plan(WorkKind::ChunkedCopy);
        assert_eq!(
            why(of(&plan, &[("chunk-size", "100")])),
            "TuningNotPossible tuning_needs_continue"
        );
        assert_eq!(why(of(&plan, &[])), "InvalidInput tuning_empty");
        assert_eq!(
            why(of(&plan, &[("max-lag", "soon")])),
            "InvalidInput option_value"
        );
        plan.request.options.chunk_size = Some(1000);
        assert_eq!(
            why(of(&plan, &[("chunk-time", "1")])),
            "TuningNotPossible tuning_fixed_size"
        );
        plan.request.options.recursion_method = RecursionMethod::None;
        assert_eq!(
            why(of(&plan, &[("max-lag", "1")])),
            "TuningNotPossible tuning_no_replica_watched"
        );
    }

    #[test]
    fn an_empty_lag_limit_is_for_replicas_that_the_application_watches() {
        let mut plan = fixture::plan(WorkKind::ChunkedCopy);
        assert_eq!(
            why(of(&plan, &[("max-lag", "")])),
            "TuningNotPossible tuning_lag_limit_needed"
        );
        plan.server.flavour = Flavour::MariaDb;
        let none = of(&plan, &[("max-lag", ""), ("chunk-time", "0.5")]).expect("carried");
        assert_eq!(none.max_lag_s, Some(Tuning::NO_LAG_LIMIT));
        assert_eq!(none.chunk_time_ms, Some(500));
        let again = of(&plan, &[("max-lag", "3")]).expect("carried");
        assert_eq!(again.max_lag_s, Some(3));
    }

    #[test]
    fn thresholds_are_held_against_the_server() {
        let threshold = |value| {
            vec![LoadThreshold {
                variable: "Threads_running".into(),
                value,
            }]
        };
        let tuning = |max, critical| Tuning {
            max_load: threshold(max),
            critical_load: threshold(critical),
            ..Tuning::default()
        };
        let present = BTreeMap::from([("Threads_running".to_owned(), 9)]);
        assert!(
            stand(&tuning(5, 50), &present).is_ok(),
            "a wait is what may be wanted"
        );
        let said = |tuning: &Tuning, present| why(stand(tuning, present).map(|()| Tuning::default()));
        assert_eq!(
            said(&tuning(5, 9), &present),
            "TuningNotPossible tuning_critical_reached"
        );
        assert_eq!(
            said(&tuning(50, 50), &present),
            "TuningNotPossible tuning_critical_below_max"
        );
        assert_eq!(
            said(&tuning(5, 50), &BTreeMap::new()),
            "TuningNotPossible tuning_variable_unknown"
        );
    }
}
