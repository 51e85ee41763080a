//! The command line's own texts; everything else that is said comes from the product's catalogue.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mysqler_contract::Params;
use mysqler_contract::messages::{Locale, interpolate};

type Catalogue = BTreeMap<String, String>;

static EN: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../../locales/en.json")));
static ZH_CN: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../../locales/zh-CN.json")));

// A malformed file is caught by the test below, so an empty catalogue cannot ship.
fn parse(json: &str) -> Catalogue {
    serde_json::from_str(json).unwrap_or_default()
}

fn catalogue(locale: Locale) -> &'static Catalogue {
    match locale {
        Locale::En => &EN,
        Locale::ZhCn => &ZH_CN,
    }
}

/// An unknown key renders as itself, so that a gap is seen.
pub fn text(locale: Locale, key: &str, params: &Params) -> String {
    catalogue(locale)
        .get(key)
        .map_or_else(|| key.to_owned(), |template| interpolate(template, params))
}

#[cfg(test)]
mod tests {
    use mysqler_contract::messages::FORMS;

    use super::*;

    fn names(template: &str) -> Vec<&str> {
        let (_, longest) = template.split_once(FORMS).unwrap_or(("", template));
        let mut found: Vec<_> = longest
            .split('{')
            .skip(1)
            .filter_map(|part| Some(part.split_once('}')?.0))
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_and_parameters() {
        assert!(EN.len() > 20, "the English catalogue did not parse");
        assert_eq!(EN.keys().collect::<Vec<_>>(), ZH_CN.keys().collect::<Vec<_>>());
        for (key, text) in EN.iter() {
            assert_eq!(names(text), names(&ZH_CN[key]), "{key}");
            assert!(key.starts_with("ctl.") && !ZH_CN[key].is_empty(), "{key}");
        }
    }

    /// Keys are written out in the sources, so every one that is used can be found there.
    #[test]
    fn every_key_of_the_sources_has_a_text_and_every_text_is_used() {
        let mut sources = String::new();
        read_sources(
            std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
            &mut sources,
        );
        let used: Vec<&str> = sources
            .split("\"ctl.")
            .skip(1)
            .filter_map(|rest| rest.split_once('"').map(|(key, _)| key))
            .filter(|key| !key.is_empty() && !key.contains('{'))
            .collect();
        assert!(used.len() > 20, "the sources were not found");
        for key in &used {
            assert!(EN.contains_key(&format!("ctl.{key}")), "ctl.{key} has no text");
        }
        let idle: Vec<_> = EN
            .keys()
            .filter(|key| !used.contains(&&key["ctl.".len()..]))
            .collect();
        assert!(idle.is_empty(), "no longer used: {idle:?}");
    }

    fn read_sources(dir: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_sources(&path, into);
            } else {
                into.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
}
