//! `contactline query`

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map as JsonObject, Value as Json};

use super::terminal::{print, tell};
use super::{DataArgs, Failure, load};
use crate::ask::Question;
use crate::diag::without_mark;
use crate::feature::Date;
use crate::geo::Effort;

/// Ask what lies at a place, what is nearest, what changed hands, and print the answer as GeoJSON
#[derive(Args)]
#[command(after_help = "Examples:\n  contactline query --at 46.7499,39.7601 --date 2020-11-09\n  \
                  contactline query --near 46.7528,39.8177 --k 3\n  \
                  contactline query of=lines/line-of-contact-1994 distance_m=5000 \
                  collections=places\n  \
                  contactline query between=2020-09-27/2020-12-01 split=districts \
                  skipGeometry=true")]
pub(super) struct Query {
    /// Members of the question, as /query has them
    #[arg(value_name = "MEMBER=VALUE")]
    members: Vec<String>,
    /// The question as a JSON file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// All features at longitude,latitude
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    at: Option<String>,
    /// The features nearest to longitude,latitude, or to a named place
    #[arg(long, value_name = "LON,LAT|PLACE", allow_hyphen_values = true)]
    near: Option<String>,
    /// How many of the nearest
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    k: Option<u16>,
    /// Where to look; may be repeated. Without it everywhere, or for the nearest among the named
    /// places
    #[arg(long, value_name = "NAME")]
    collection: Vec<String>,
    /// Only features valid on this date
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    #[command(flatten)]
    data: DataArgs,
}

impl Query {
    pub(super) fn run(self) -> Result<(), Failure> {
        let effort = Effort::default();
        let question = Question::read(&self.members()?, &effort).map_err(Failure::usage)?;
        if self.data.base.is_some() {
            return Err(Failure::usage("--base is of pictures; a question has none"));
        }
        let map = load(&self.data.options(Vec::new()))?;
        let answer = question.ask(map.catalog(), &effort).map_err(Failure::new)?;
        answer.warnings.iter().for_each(|warning| tell(format_args!("warning: {warning}")));
        print(format_args!("{:#}", answer.to_json()))
    }

    fn members(&self) -> Result<JsonObject<String, Json>, Failure> {
        let mut members = match &self.json {
            None => JsonObject::new(),
            Some(path) => {
                let failed = |e: String| Failure::usage(format!("{}: {e}", path.display()));
                let text = std::fs::read_to_string(path).map_err(|e| failed(e.to_string()))?;
                serde_json::from_slice(without_mark(text.as_bytes()))
                    .map_err(|e| failed(format!("no question, a JSON object: {e}")))?
            }
        };
        for member in &self.members {
            let (key, value) = member.split_once('=').ok_or_else(|| {
                Failure::usage(format!("'{member}' is no member: write name=value"))
            })?;
            members.insert(key.to_string(), Json::from(value));
        }
        let flags = [
            ("at", self.at.clone()),
            ("near", self.near.clone()),
            ("k", self.k.map(|k| k.to_string())),
            ("datetime", self.date.map(|d| d.to_string())),
            ("collections", (!self.collection.is_empty()).then(|| self.collection.join(","))),
        ];
        for (key, value) in flags {
            if let Some(value) = value {
                members.insert(key.to_string(), Json::from(value));
            }
        }
        Ok(members)
    }
}
