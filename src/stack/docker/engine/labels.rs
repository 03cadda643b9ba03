//! The labels by which Compose marks what it makes; the same in its first and second version.

/// The project.
pub const PROJECT_LABEL: &str = "com.docker.compose.project";
/// The service.
pub const SERVICE_LABEL: &str = "com.docker.compose.service";
/// The number in the service, from 1.
pub const NUMBER_LABEL: &str = "com.docker.compose.container-number";
/// `True` for what `compose run` makes: no instance of a service.
pub const ONE_OFF_LABEL: &str = "com.docker.compose.oneoff";
/// The folder that the project was brought up from.
pub const FOLDER_LABEL: &str = "com.docker.compose.project.working_dir";
/// The files that the project was made from, with commas.
pub const CONFIG_FILES_LABEL: &str = "com.docker.compose.project.config_files";
