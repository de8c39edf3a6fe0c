//! Lines of one name that meet at their ends, made one: a street comes in pieces, and is labelled
//! as a whole.

use std::collections::HashMap;

use crate::geo::World;

/// Lines by the number of the part they begin at: as they are after joining, or empty for a part of
/// another's.
pub type Joined = HashMap<u32, Vec<World>>;

/// An end of a line: its name, and where it is.
type End<'a> = (&'a str, [u64; 2]);

/// Joins `lines` (number, name, points), each with the first of those before it that it meets, in
/// MapLibre's order. A line is only turned to another's end by its start, and to another's start by
/// its end.
pub fn join(lines: &[(u32, String, &[World])]) -> Joined {
    let mut joined = Joined::new();
    let (mut starts, mut ends): (HashMap<End, u32>, HashMap<End, u32>) = Default::default();
    for (number, name, line) in lines {
        let (Some(first), Some(last)) = (line.first(), line.last()) else { continue };
        let (start, end) = ((name.as_str(), key(first)), (name.as_str(), key(last)));
        let before = ends.get(&start).copied();
        let after = starts.get(&end).copied();
        let mut points = line.to_vec();
        match (before, after) {
            (Some(a), Some(b)) if a != b => {
                ends.remove(&start);
                starts.remove(&end);
                points.extend(taken(&mut joined, b).into_iter().skip(1));
                let whole = points.last().map_or(end, |p| (name.as_str(), key(p)));
                append(&mut joined, a, points);
                ends.insert(whole, a);
            }
            (Some(a), _) => {
                ends.remove(&start);
                append(&mut joined, a, points);
                ends.insert(end, a);
            }
            (None, Some(b)) => {
                starts.remove(&end);
                points.extend(taken(&mut joined, b).into_iter().skip(1));
                joined.insert(b, points);
                starts.insert(start, b);
            }
            (None, None) => {
                joined.insert(*number, points);
                starts.insert(start, *number);
                ends.insert(end, *number);
                continue;
            }
        }
        joined.insert(*number, Vec::new());
    }
    joined
}

fn key(p: &World) -> [u64; 2] {
    [p.x.to_bits(), p.y.to_bits()]
}

/// A line's points; it is left empty.
fn taken(joined: &mut Joined, number: u32) -> Vec<World> {
    joined.get_mut(&number).map(std::mem::take).unwrap_or_default()
}

/// Lets line `number` go on along `points`, the first of which is its last.
fn append(joined: &mut Joined, number: u32, points: Vec<World>) {
    joined.entry(number).or_default().extend(points.into_iter().skip(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(xs: &[f64]) -> Vec<World> {
        xs.iter().map(|x| World { x: *x, y: 0.0 }).collect()
    }

    #[test]
    fn pieces_of_a_street_are_one_line() {
        let pieces =
            [line(&[0.0, 1.0]), line(&[2.0, 3.0]), line(&[1.0, 1.5, 2.0]), line(&[1.0, 9.0])];
        let named = |i: usize, name: &str| (i as u32, name.to_string(), pieces[i].as_slice());
        let all = [named(0, "A"), named(1, "A"), named(2, "A"), named(3, "B")];
        let joined = join(&all);
        assert_eq!(joined[&0], line(&[0.0, 1.0, 1.5, 2.0, 3.0]));
        assert!(joined[&1].is_empty() && joined[&2].is_empty());
        assert_eq!(joined[&3], pieces[3]);
        // One that comes before another takes its place.
        let joined = join(&[named(1, "A"), named(2, "A"), named(0, "A")]);
        assert_eq!(joined[&1], line(&[0.0, 1.0, 1.5, 2.0, 3.0]));
        // A ring does not go on into itself.
        let ring = line(&[0.0, 1.0, 0.0]);
        assert_eq!(join(&[(7, "R".into(), &ring)])[&7], ring);
    }
}
