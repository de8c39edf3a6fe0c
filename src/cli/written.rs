//! Files that are written whole or not at all: beside their place first, and then renamed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use super::Failure;

/// Where a file is to go.
pub(super) struct Place<'a> {
    output: &'a Path,
    /// What is renamed at the end: symbolic links stay, and what they lead to is replaced.
    file: PathBuf,
}

impl<'a> Place<'a> {
    pub fn new(output: &'a Path) -> Self {
        Self { output, file: fs::canonicalize(output).unwrap_or_else(|_| output.to_path_buf()) }
    }

    /// Whether it is standard output, a pipe or a device: what is written is gone, and no file can
    /// take its place.
    pub fn is_stream(&self) -> bool {
        let is_special = |p: &Path| fs::metadata(p).is_ok_and(|m| !m.is_file() && !m.is_dir());
        self.is_stdout()
            || self.output.starts_with("/dev")
            || self.output.starts_with("/proc")
            || is_special(self.output)
    }

    fn is_stdout(&self) -> bool {
        self.output == Path::new("-")
    }

    /// A file beside the place, to be given to [`Self::put`] when it is whole; it vanishes if it is
    /// not.
    fn beside(&self) -> io::Result<tempfile::NamedTempFile> {
        let folder = match self.file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let extension = self.file.extension().unwrap_or_default().to_string_lossy();
        let suffix = format!(".{extension}");
        let mut file = Builder::new();
        file.prefix(".contactline-").suffix(&suffix);
        // As any new file has them, and not as temporary ones do.
        #[cfg(unix)]
        file.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        file.tempfile_in(folder)
    }

    fn put(&self, whole: TempPath) -> io::Result<()> {
        if let Ok(before) = fs::metadata(&self.file) {
            fs::set_permissions(&whole, before.permissions())?;
        }
        whole.persist(&self.file).map_err(|e| e.error)
    }

    /// Lets `make` write a file by its path.
    ///
    /// # Errors
    /// Where it fails, or the file cannot be put in its place.
    pub fn by_path(&self, make: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
        if self.is_stream() {
            return make(self.output);
        }
        let path = self.beside().map_err(|e| self.failed(&e))?.into_temp_path();
        make(&path)?;
        self.put(path).map_err(|e| self.failed(&e))
    }

    fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        if self.is_stdout() {
            let mut out = io::stdout().lock();
            return out.write_all(bytes).and_then(|()| out.flush());
        }
        if self.is_stream() {
            return File::options().write(true).open(self.output)?.write_all(bytes);
        }
        let mut file = self.beside()?;
        file.write_all(bytes)?;
        self.put(file.into_temp_path())
    }

    fn failed(&self, error: &io::Error) -> Failure {
        let help = match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => {
                "; nothing was left behind: make room, or write elsewhere"
            }
            io::ErrorKind::NotFound => "; make its folder first",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "; a file is written beside its place first: write to a folder that can be \
                 written to"
            }
            _ => "",
        };
        // The name of the file beside it is nobody's matter.
        let cause = error
            .raw_os_error()
            .map_or_else(|| error.to_string(), |n| io::Error::from_raw_os_error(n).to_string());
        Failure::new(format!("{}: {cause}{help}", self.output.display()))
    }
}

/// Writes a file whole or not at all; a stream is written as it is.
///
/// # Errors
/// Where it cannot be written; nothing of it is left then, and what was there before stays.
pub(super) fn write(output: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let place = Place::new(output);
    match place.bytes(bytes) {
        // A reader that has gone has had enough.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe && place.is_stream() => Ok(()),
        other => other.map_err(|e| place.failed(&e)),
    }
}
