//! `contactline query`

use clap::Args;

use super::{DataArgs, Failure, load};
use crate::feature::Date;
use crate::geo::LonLat;
use crate::map::NearQuery;

/// Ask what lies at a place, or what is nearest, and print the answer as JSON
#[derive(Args)]
#[command(
    after_help = "Example:\n  contactline query --at 46.7499,39.7601 --date 2020-11-09\n  contactline query --near 46.7528,39.8177 --k 3"
)]
#[group(required = true, multiple = false, id = "question", args = ["at", "near"])]
pub(super) struct Query {
    /// All features at longitude,latitude, by collection
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    at: Option<String>,
    /// The features nearest to longitude,latitude
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    near: Option<String>,
    /// How many
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    k: u16,
    /// Where to look for the nearest; may be given often. Without it, among the named places
    #[arg(long, value_name = "NAME")]
    collection: Vec<String>,
    /// Only what holds on this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    #[command(flatten)]
    data: DataArgs,
}

impl Query {
    pub(super) fn run(self) -> Result<(), Failure> {
        let map = load(&self.data.options(Vec::new()))?;
        let answer = match (&self.at, &self.near) {
            (Some(at), _) => map.at(LonLat::parse(at).map_err(Failure::usage)?, self.date),
            (None, near) => {
                let position = LonLat::parse(near.as_deref().unwrap_or_default()).map_err(Failure::usage)?;
                let query = NearQuery { position, k: self.k.into(), date: self.date, collections: self.collection };
                map.near(&query).map_err(Failure::new)?
            }
        };
        println!("{answer:#}");
        Ok(())
    }
}
