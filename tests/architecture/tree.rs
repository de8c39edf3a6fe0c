//! The source as a graph: which file uses which, through `use`, inline paths and re-exports.

use std::collections::{BTreeMap, BTreeSet};

/// A module's path below the crate: `["atlas", "frame"]`; the crate itself is empty.
pub type Module = Vec<String>;

/// The modules of a crate, each with its code.
pub struct Tree {
    modules: BTreeMap<Module, File>,
}

struct File {
    /// Without comments, texts and unit tests.
    code: String,
    /// What names stand for here, as absolute paths: `use`, public or not.
    names: BTreeMap<String, Module>,
    /// Modules of which everything is taken.
    globs: Vec<Module>,
    /// Every absolute path that is used.
    paths: BTreeSet<Module>,
}

impl Tree {
    /// From files below `src` (`atlas/frame.rs`) and their text.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let named = |(path, text): (String, String)| (module_of(&path), bare(&text));
        let codes: BTreeMap<Module, String> = files.into_iter().map(named).collect();
        let all: BTreeSet<Module> = codes.keys().cloned().collect();
        let read = |(module, code)| {
            let file = File::read(&module, code, &all);
            (module, file)
        };
        Self { modules: codes.into_iter().map(read).collect() }
    }

    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.modules.keys()
    }

    pub fn code(&self, module: &[String]) -> &str {
        self.modules.get(module).map_or("", |file| &file.code)
    }

    /// The modules that a module uses, where each thing is defined and not where it is passed on.
    pub fn uses(&self, module: &[String]) -> BTreeSet<Module> {
        let Some(file) = self.modules.get(module) else { return BTreeSet::new() };
        let used = file.paths.iter().filter_map(|path| self.home(path, 0));
        used.filter(|home| home != module).collect()
    }

    /// The module in which the last name of an absolute path is defined.
    fn home(&self, path: &[String], depth: u32) -> Option<Module> {
        let mut at = 0;
        while at < path.len() && self.modules.contains_key(&path[..=at]) {
            at += 1;
        }
        let (module, rest) = path.split_at(at);
        let file = self.modules.get(module)?;
        let Some(name) = rest.first() else { return Some(module.to_vec()) };
        if depth > 8 {
            return None;
        }
        let passed_on = file.names.get(name).filter(|to| to.as_slice() != path);
        if let Some(home) = passed_on.and_then(|to| self.home(to, depth + 1)) {
            return Some(home);
        }
        let defines = |module: &Module| {
            let code = self.code(module);
            ["fn", "struct", "enum", "trait", "type", "const", "static", "macro_rules!"]
                .iter()
                .any(|kind| has_word(code, &format!("{kind} {name}")))
        };
        Some(file.globs.iter().find(|glob| defines(glob)).cloned().unwrap_or(module.to_vec()))
    }

    /// Files of one room that use one another in a circle, each circle once. A folder's `mod.rs` is
    /// its face: that it calls on the files of its folder is no part of a circle.
    pub fn circles(&self, room: &str) -> Vec<Vec<Module>> {
        let of_room: Vec<&Module> =
            self.modules().filter(|m| m.first().is_some_and(|r| r == room)).collect();
        let beside = |m: &Module| {
            let uses = self.uses(m).into_iter();
            uses.filter(|used| !used.starts_with(m)).collect::<BTreeSet<Module>>()
        };
        let next: BTreeMap<&Module, BTreeSet<Module>> =
            of_room.iter().map(|m| (*m, beside(m))).collect();
        let mut reach: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
        for start in &of_room {
            let mut seen = BTreeSet::new();
            let mut left = vec![*start];
            while let Some(module) = left.pop() {
                for used in of_room.iter().filter(|m| next[module].contains(**m)) {
                    if seen.insert(*used) {
                        left.push(used);
                    }
                }
            }
            reach.insert(start, seen);
        }
        let mut circles: Vec<Vec<Module>> = Vec::new();
        for module in &of_room {
            let circle: Vec<Module> = of_room
                .iter()
                .filter(|m| reach[module].contains(**m) && reach[**m].contains(module))
                .map(|m| (*m).clone())
                .collect();
            if circle.len() > 1 && !circles.contains(&circle) {
                circles.push(circle);
            }
        }
        circles
    }
}

impl File {
    fn read(module: &Module, code: String, all: &BTreeSet<Module>) -> Self {
        let mut file =
            Self { code, names: BTreeMap::new(), globs: Vec::new(), paths: BTreeSet::new() };
        let code = file.code.clone();
        let mut rest = String::new();
        let mut left = code.as_str();
        while let Some(at) = find_use(left) {
            let end = left[at..].find(';').map_or(left.len(), |end| at + end + 1);
            rest.push_str(&left[..at]);
            for (path, alias) in expanded(&left[at + 4..end.max(at + 5) - 1]) {
                file.add(module, path, alias, all);
            }
            left = &left[end..];
        }
        rest.push_str(left);
        for path in inline(&rest) {
            if let Some(path) = absolute(module, &path, all, &file.names) {
                file.paths.insert(path);
            }
        }
        file
    }

    fn add(
        &mut self,
        module: &Module,
        mut path: Vec<String>,
        alias: String,
        all: &BTreeSet<Module>,
    ) {
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let is_glob = path.last().is_some_and(|last| last == "*");
        if is_glob {
            path.pop();
        }
        let Some(path) = absolute(module, &path, all, &BTreeMap::new()) else { return };
        match is_glob {
            true => self.globs.push(path.clone()),
            false => drop(self.names.insert(alias, path.clone())),
        }
        self.paths.insert(path);
    }
}

/// `atlas/frame.rs` and `atlas/mod.rs` as modules.
fn module_of(path: &str) -> Module {
    let mut parts: Module = path.trim_end_matches(".rs").split('/').map(str::to_string).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    if parts == ["lib"] { Vec::new() } else { parts }
}

/// An absolute path for one that is written in a module; `None` for another crate's.
fn absolute(
    module: &Module,
    path: &[String],
    all: &BTreeSet<Module>,
    names: &BTreeMap<String, Module>,
) -> Option<Module> {
    let first = path.first()?;
    match first.as_str() {
        "crate" | "contactline" => Some(path[1..].to_vec()),
        "self" => Some([module, &path[1..]].concat()),
        "super" => {
            let up = path.iter().take_while(|part| *part == "super").count();
            let base = module.get(..module.len().checked_sub(up)?)?;
            Some([base, &path[up..]].concat())
        }
        _ => match names.get(first) {
            Some(known) => Some([known, &path[1..]].concat()),
            None => {
                let child = [module.as_slice(), &path[..1]].concat();
                all.contains(&child).then(|| [module.as_slice(), path].concat())
            }
        },
    }
}

/// Where the next `use` stands, at the beginning of a line but for `pub` and blanks.
fn find_use(code: &str) -> Option<usize> {
    code.match_indices("use ").map(|(at, _)| at).find(|at| {
        let line = &code[code[..*at].rfind('\n').map_or(0, |n| n + 1)..*at];
        let line = line.trim();
        line.is_empty() || line == "pub" || (line.starts_with("pub(") && line.ends_with(')'))
    })
}

/// The paths of a `use` tree, each with the name that it has here.
fn expanded(tree: &str) -> Vec<(Vec<String>, String)> {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let before: Vec<String> = parts(&tree[..open]);
        let inner = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
        let (mut depth, mut from, mut out) = (0, 0, Vec::new());
        let cuts = inner.char_indices().chain([(inner.len(), ',')]);
        for (at, c) in cuts {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    for (path, alias) in expanded(&inner[from..at]) {
                        let alias = match alias.as_str() {
                            "self" => before.last().cloned().unwrap_or_default(),
                            _ => alias,
                        };
                        out.push(([before.clone(), path].concat(), alias));
                    }
                    from = at + 1;
                }
                _ => {}
            }
        }
        return out;
    }
    let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
    let path = parts(path);
    let Some(last) = path.last() else { return Vec::new() };
    let alias = if alias.is_empty() { last.clone() } else { alias.trim().to_string() };
    vec![(path, alias)]
}

fn parts(path: &str) -> Vec<String> {
    path.split("::").map(|p| p.trim().to_string()).filter(|p| !p.is_empty()).collect()
}

/// Paths of two parts or more that stand in the code.
fn inline(code: &str) -> BTreeSet<Vec<String>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    for word in code.split(|c: char| !is_word(c) && c != ':') {
        let path = parts(word.trim_matches(':'));
        if word.contains("::") && path.len() > 1 && path.iter().all(|p| !p.contains(':')) {
            found.insert(path);
        }
    }
    found
}

fn has_word(code: &str, word: &str) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    code.match_indices(word).any(|(at, _)| ends(code[at + word.len()..].chars().next()))
}

/// The code without comments, the contents of texts, and unit tests.
fn bare(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut i = 0;
    while i < chars.len() {
        let rest = &chars[i..];
        match rest {
            ['/', '/', ..] => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            ['r', '"', ..] | ['r', '#', ..] if is_raw(rest) && !ends_in_word(&out) => {
                i += raw_length(rest);
            }
            ['"', ..] => {
                i += 1;
                while i < chars.len() && chars[i] != '"' {
                    i += if chars[i] == '\\' { 2 } else { 1 };
                }
                i += 1;
                out.push_str("\"\"");
            }
            ['\'', '\\', _, '\'', ..] => i += 4,
            ['\'', _, '\'', ..] => i += 3,
            [c, ..] => {
                out.push(*c);
                i += 1;
            }
            [] => {}
        }
    }
    out
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
}

fn is_raw(rest: &[char]) -> bool {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    rest.get(1 + hashes) == Some(&'"')
}

fn raw_length(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    let end: Vec<char> = std::iter::once('"').chain(vec!['#'; hashes]).collect();
    let from = hashes + 2;
    let at = rest[from..].windows(end.len()).position(|w| w == end.as_slice());
    at.map_or(rest.len(), |at| from + at + end.len())
}
