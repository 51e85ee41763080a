//! Presets: options under a name. Three are built in; others are made by people, and a connection may begin with one.

use mysqler_contract::{
    AppError, AppliedOptions, ChangeOptions, ConnectionId, ConnectionPreset, Environment, ErrorCode,
    OptionProblem, OptionSetting, OptionSpec, PastedCommand, Preset, PresetId, Result, Secret,
};

use super::{catalogue, settings};
use crate::Core;

/// Id and settings. Shorter chunks cost little wall time and keep writers' stalls in single milliseconds; the fast one
/// is for a server that nobody waits for.
pub const BUILT_IN: [(&str, &[(&str, &str)]); 3] = [
    ("gentle", &[("chunk-time", "0.1")]),
    ("standard", &[("chunk-time", "0.5")]),
    ("fast", &[("chunk-time", "1"), ("max-lag", "10")]),
];

const NAME_CHARACTERS: usize = 50;

pub fn built_in() -> Vec<Preset> {
    let made = BUILT_IN.iter().map(|(id, settings)| Preset {
        id: PresetId((*id).to_owned()),
        name: (*id).to_owned(),
        built_in: true,
        settings: settings
            .iter()
            .map(|(name, value)| OptionSetting::new(name, Some(value)))
            .collect(),
        updated_at: None,
    });
    made.collect()
}

/// Where nobody chose: production is treated gently.
pub fn preset_of(environment: Environment) -> PresetId {
    let id = match environment {
        Environment::Production => "gentle",
        Environment::Test | Environment::Development => "standard",
    };
    PresetId(id.to_owned())
}

fn is_built_in(id: &PresetId) -> bool {
    BUILT_IN.iter().any(|(built_in, _)| *built_in == id.0)
}

fn not_found(what: &str) -> AppError {
    AppError::new(ErrorCode::NotFound).with("what", what)
}

impl Core {
    /// Every option of the tool.
    pub fn option_catalogue(&self) -> Vec<OptionSpec> {
        catalogue::specs()
    }

    pub fn option_problems(&self, options: &ChangeOptions) -> Vec<OptionProblem> {
        super::problems(options)
    }

    /// Settings laid over options, for presets, pasted commands and remedies.
    pub fn options_apply(&self, settings: &[OptionSetting], onto: &ChangeOptions) -> AppliedOptions {
        settings::apply(settings, onto)
    }

    /// What has to be laid over `base` to get `options`.
    pub fn options_difference(&self, options: &ChangeOptions, base: &ChangeOptions) -> Vec<OptionSetting> {
        settings::difference(options, base)
    }

    /// `INVALID_INPUT` when the text is no command line of the tool.
    pub fn command_paste(&self, text: &Secret) -> Result<PastedCommand> {
        super::parse_paste(text.expose()).ok_or_else(|| invalid("command", "option_not_ptosc"))
    }

    /// The built-in ones first, then the others by name.
    pub async fn presets(&self) -> Result<Vec<Preset>> {
        let mut all = built_in();
        all.extend(self.ports.presets.list().await?);
        Ok(all)
    }

    pub async fn preset(&self, id: &PresetId) -> Result<Preset> {
        let found = self.presets().await?.into_iter().find(|preset| preset.id == *id);
        found.ok_or_else(|| not_found(&id.0))
    }

    /// By name as a person types it, without regard to case.
    pub async fn preset_named(&self, name: &str) -> Result<Preset> {
        let wanted = name.trim().to_lowercase();
        let presets = self.presets().await?.into_iter();
        let found = presets
            .into_iter()
            .find(|preset| preset.name.to_lowercase() == wanted);
        found.ok_or_else(|| not_found(name))
    }

    /// Adds a preset, or replaces the settings of the one with that id. `INVALID_INPUT` when a setting is not one that
    /// the tool takes from a person, `NAME_TAKEN` for the name of another.
    pub async fn preset_save(
        &self,
        id: Option<PresetId>,
        name: &str,
        settings: Vec<OptionSetting>,
    ) -> Result<Preset> {
        check_name(name)?;
        let applied = settings::apply(&settings, &ChangeOptions::default());
        if let Some(problem) = applied.problems.first() {
            let refused = invalid(
                &format!("--{}", problem.option),
                &format!("option_{}", problem.reason),
            );
            let params = problem.params.iter();
            return Err(params.fold(refused, |error, (name, value)| error.with(name, value)));
        }
        if let Some(id) = &id {
            self.own_preset(id).await?;
        }
        let preset = Preset {
            id: id.unwrap_or_else(|| PresetId(uuid::Uuid::new_v4().to_string())),
            name: name.to_owned(),
            built_in: false,
            settings,
            updated_at: Some(self.ports.clock.now()),
        };
        self.ports.presets.save(&preset).await?;
        Ok(preset)
    }

    pub async fn preset_rename(&self, id: &PresetId, name: &str) -> Result<Preset> {
        let preset = self.own_preset(id).await?;
        self.preset_save(Some(preset.id), name, preset.settings).await
    }

    /// Connections that began with it go back to what their environment asks for.
    pub async fn preset_remove(&self, id: &PresetId) -> Result<()> {
        self.own_preset(id).await?;
        self.ports.presets.remove(id).await
    }

    /// Built-in presets are no one's to change.
    async fn own_preset(&self, id: &PresetId) -> Result<Preset> {
        let preset = self.preset(id).await?;
        match is_built_in(id) {
            true => Err(invalid("preset", "option_built_in")),
            false => Ok(preset),
        }
    }

    pub async fn connection_preset(&self, id: &ConnectionId) -> Result<ConnectionPreset> {
        let environment = self.connection(id).await?.environment;
        let chosen = self.ports.presets.chosen(id).await?;
        Ok(ConnectionPreset {
            connection: id.clone(),
            chosen: chosen.is_some(),
            preset: chosen.unwrap_or_else(|| preset_of(environment)),
        })
    }

    /// `None` leaves it to the connection's environment.
    pub async fn connection_preset_set(
        &self,
        id: &ConnectionId,
        preset: Option<&PresetId>,
    ) -> Result<ConnectionPreset> {
        self.connection(id).await?;
        if let Some(preset) = preset {
            self.preset(preset).await?;
        }
        self.ports.presets.choose(id, preset).await?;
        self.connection_preset(id).await
    }
}

fn invalid(field: &str, reason: &str) -> AppError {
    AppError::new(ErrorCode::InvalidInput)
        .with("field", field)
        .with("reason", reason)
}

fn check_name(name: &str) -> Result<()> {
    let reason = if name.trim().is_empty() {
        "name_empty"
    } else if name.chars().any(char::is_control) {
        "control_characters"
    } else if name.trim() != name {
        "name_edge_space"
    } else if name.chars().count() > NAME_CHARACTERS {
        "name_too_long"
    } else if is_built_in(&PresetId(name.to_lowercase())) {
        return Err(AppError::new(ErrorCode::NameTaken).with("name", name));
    } else {
        return Ok(());
    };
    Err(invalid("name", reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_presets_hold_only_what_can_be_laid() {
        let presets = built_in();
        assert_eq!(presets.len(), 3);
        for preset in presets {
            let applied = settings::apply(&preset.settings, &ChangeOptions::default());
            assert_eq!(applied.problems, [], "{}", preset.name);
        }
        let gentle = &built_in()[0];
        let applied = settings::apply(&gentle.settings, &ChangeOptions::default());
        assert_eq!(
            applied.options,
            ChangeOptions::default(),
            "what is built in for a silent server is gentle"
        );
    }

    #[test]
    fn production_begins_gently() {
        assert_eq!(preset_of(Environment::Production).0, "gentle");
        assert_eq!(preset_of(Environment::Test).0, "standard");
    }

    #[test]
    fn a_name_is_what_people_can_read_and_no_built_in_one() {
        for bad in ["", " ", " a", "a\n", "Gentle", "FAST", &"x".repeat(51)] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        assert!(check_name("夜间 大表").is_ok());
    }
}
