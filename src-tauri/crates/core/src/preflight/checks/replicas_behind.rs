//! Replicas repeat the server's own ALTER. Scope: the server, under the direct engine. `warn`: each begins when the source
//! is through and applies nothing else meanwhile, so it falls behind by about as long; `info` within the lag that the
//! change allows.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["REPLICAS_FALL_BEHIND"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(forecast) = context.input.forecast else {
        return Vec::new();
    };
    let lag_ms = forecast
        .replicas
        .iter()
        .filter_map(|replica| replica.lag_ms)
        .max();
    let Some(lag_ms) = lag_ms.filter(|ms| *ms > 0) else {
        return Vec::new();
    };
    let allowed_s = u64::from(context.input.request.options.max_lag_s);
    let severity = match lag_ms > allowed_s * 1000 {
        true => Severity::Warn,
        false => Severity::Info,
    };
    let why = if forecast.learned {
        "rate_learned"
    } else {
        "rate_assumed"
    };
    let finding = Finding::new("REPLICAS_FALL_BEHIND", severity);
    let hosts = list(forecast.replicas.iter().map(|replica| replica.host.clone()));
    let finding = finding.with("replicas", hosts).with("why", why);
    vec![
        finding
            .with("lag_s", lag_ms.div_ceil(1000))
            .with("max_lag_s", allowed_s),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{Algorithm, Engine, Forecast, ReplicaForecast, Severity};

    fn world(lag_ms: Option<u64>, learned: bool) -> World {
        let mut world = World::calm().by_server(Algorithm::Inplace);
        world.forecast = Some(Forecast {
            rows: 2_000_000,
            work: None,
            shadow_bytes: 0,
            binlog_bytes: None,
            duration_ms: 13_000,
            rate_rows_s: 150_000,
            learned,
            samples: 0,
            chunks: None,
            disk_bytes: 0,
            replicas: vec![ReplicaForecast {
                host: "db2:3306".into(),
                disk_bytes: 0,
                lag_ms,
            }],
        });
        world
    }

    fn told(world: &World) -> Option<(Severity, String, String)> {
        let found = world.findings().into_iter();
        let mut found = found.filter(|finding| finding.code == "REPLICAS_FALL_BEHIND");
        let finding = found.next()?;
        let param = |name: &str| finding.params[name].clone();
        Some((finding.severity, param("lag_s"), param("why")))
    }

    #[test]
    fn the_lag_is_told_with_its_length_and_what_that_stands_on() {
        assert_eq!(
            told(&world(Some(12_700), false)),
            Some((Severity::Warn, "13".into(), "rate_assumed".into()))
        );
        assert_eq!(
            told(&world(Some(900), true)),
            Some((Severity::Info, "1".into(), "rate_learned".into()))
        );
    }

    #[test]
    fn nothing_is_told_of_what_is_over_at_once_or_waits_for_its_replicas() {
        assert_eq!(told(&world(Some(0), false)), None);
        assert_eq!(told(&world(None, false)), None);
        let mut copy = world(Some(12_700), false);
        copy.engine = Engine::PtOsc;
        assert_eq!(told(&copy), None, "the copy has findings of its own");
        assert_eq!(told(&World::calm().by_server(Algorithm::Inplace)), None);
    }
}
