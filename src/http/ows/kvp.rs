//! Key-value pairs, whose names may be in any case (OGC 06-121r3, 11.5.2).

use std::collections::BTreeMap;

use axum::http::Uri;

use super::Exception;

/// The pairs of a request by their names in capitals.
#[derive(Debug)]
pub struct Kvp(BTreeMap<String, String>);

impl Kvp {
    pub fn of(uri: &Uri) -> Result<Self, Exception> {
        let mut pairs = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let name = name.to_uppercase();
            if pairs.insert(name.clone(), value.into_owned()).is_some() {
                let text = format!("the parameter {name} is given twice");
                return Err(Exception::new("InvalidParameterValue", &name, text));
            }
        }
        Ok(Self(pairs))
    }

    /// Puts a pair in, or in place of another.
    pub fn put(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_string(), value.to_string());
    }

    /// Puts a pair in where there is none of its name.
    pub fn put_missing(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.put(name, value);
        }
    }

    /// A value that is not empty, which stays.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A value that is not empty.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|value| !value.is_empty())
    }

    /// The same, which must be there.
    pub fn need(&mut self, name: &str) -> Result<String, Exception> {
        self.take(name).ok_or_else(|| Exception::missing(name))
    }

    /// A whole number that must be there.
    pub fn number(&mut self, name: &str) -> Result<u32, Exception> {
        let text = self.need(name)?;
        text.parse().map_err(|_| Exception::invalid(name, &text, "a whole number from 0"))
    }

    /// What is left.
    pub fn rest(self) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter().filter(|(_, value)| !value.is_empty())
    }
}
