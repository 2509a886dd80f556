//! The words of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What the program says about itself.
pub(crate) const USAGE: &str = "\
usage: desk [OPTIONS]               serves; stop it with Ctrl-C
       desk password NAME           sets a new password, which it prints
       desk bench [--data FOLDER]   prints how many requests a second it keeps, and how long one takes
       desk kills [N]               kills a desk under load N times (1000), and checks that nothing was lost

options:
  --listen ADDRESS    where to serve (127.0.0.1:8080)
  --data FOLDER       where to keep everything (desk-data)
  --center FOLDER     a bundle with center.toml and its script, for a new store (a sample)
  --quiet             no simulated agents and customers
  --answered          every simulated call is answered after a second, and soon over
  --origin URL        another origin whose pages may use the API; can be repeated
  --pace N            requests a second that one address may make of the API (20; 0: no limit)
  --password TEXT     the password of a new store's accounts (a random one, which is printed)
";

/// How to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) listen: SocketAddr,
    pub(crate) data: PathBuf,
    pub(crate) center: Option<PathBuf>,
    pub(crate) quiet: bool,
    pub(crate) answered: bool,
    pub(crate) origins: Vec<String>,
    pub(crate) pace: u32,
    pub(crate) password: Option<String>,
    /// The most bytes of the store, to try a full disk.
    pub(crate) room: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("desk-data"),
            center: None,
            quiet: false,
            answered: false,
            origins: Vec::new(),
            pace: 20,
            password: None,
            room: None,
        }
    }
}

impl Options {
    /// Reads options.
    ///
    /// # Errors
    ///
    /// A word is not known, or its value can't be read.
    pub(crate) fn read(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quiet" => options.quiet = true,
                "--answered" => options.answered = true,
                _ => options.take(&word, words.next())?,
            }
        }
        Ok(options)
    }

    /// Reads a word that has a value.
    fn take(&mut self, word: &str, value: Option<String>) -> Result<(), String> {
        let known = ["--listen", "--data", "--center", "--origin", "--pace", "--password", "--room"];
        if !known.contains(&word) {
            return Err(format!("`{word}`: unknown\n{USAGE}"));
        }
        let value = value.ok_or_else(|| format!("`{word}`: a value is missing\n{USAGE}"))?;
        let wrong = || format!("`{word}`: `{value}` can't be read\n{USAGE}");
        match word {
            "--listen" => self.listen = value.parse().map_err(|_| wrong())?,
            "--data" => self.data = value.into(),
            "--center" => self.center = Some(value.into()),
            "--origin" => self.origins.push(value.trim_end_matches('/').to_owned()),
            "--pace" => self.pace = value.parse().map_err(|_| wrong())?,
            "--room" => self.room = Some(value.parse().map_err(|_| wrong())?),
            _ => self.password = Some(value),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<Options, String> {
        Options::read(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn words_are_read_and_mistakes_told() {
        let options = read("--listen 0.0.0.0:9 --quiet --origin https://a.example/ --pace 0").unwrap();
        assert_eq!((options.listen.port(), options.quiet, options.pace), (9, true, 0));
        assert_eq!(options.origins, ["https://a.example"]);
        assert_eq!(read(""), Ok(Options::default()));
        for wrong in ["--lisen x", "--listen", "--listen x", "--pace -1"] {
            assert!(read(wrong).unwrap_err().contains("usage: desk"), "{wrong}");
        }
    }
}
