//! Attribution as clients put it into their pages: text and links, and nothing that a page could
//! run.

/// The attribution with `<a href="http(s)://...">` and `</a>` as they are, but for other
/// attributes, and all else as text.
pub fn cleaned(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let (mut rest, mut open) = (html, false);
    while let Some(c) = rest.chars().next() {
        let tag = rest.strip_prefix('<').and_then(|tag| tag.split_once('>'));
        match tag.map(|(tag, after)| (link(tag), tag.trim().eq_ignore_ascii_case("/a"), after)) {
            Some((Some(href), _, after)) if !open => {
                out.push_str(&format!("<a href=\"{href}\" rel=\"noopener noreferrer\">"));
                (rest, open) = (after, true);
            }
            Some((_, true, after)) if open => {
                out.push_str("</a>");
                (rest, open) = (after, false);
            }
            _ => {
                escape(c, rest, &mut out);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    if open {
        out.push_str("</a>");
    }
    out
}

/// The target of a tag that is a link to a page, escaped.
fn link(tag: &str) -> Option<String> {
    let attributes = tag
        .strip_prefix(['a', 'A'])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace()))?;
    let lower = attributes.to_ascii_lowercase();
    let (at, _) = lower.match_indices("href").find(|(at, _)| {
        lower[..*at].ends_with(|c: char| c.is_ascii_whitespace())
            && lower[at + 4..].trim_start().starts_with('=')
    })?;
    let value = attributes[at + 4..].trim_start().strip_prefix('=')?.trim_start();
    let href = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_ascii_whitespace().next()?,
    };
    let start = href.to_ascii_lowercase();
    let is_page = start.starts_with("https://") || start.starts_with("http://");
    let is_plain =
        !href.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'<>`\\".contains(c));
    (is_page && is_plain).then(|| {
        let mut out = String::new();
        href.char_indices().for_each(|(at, c)| escape(c, &href[at..], &mut out));
        out
    })
}

/// Writes the first character of a text; what is an entity already stays one.
fn escape(c: char, text: &str, out: &mut String) {
    match c {
        '&' if is_entity(text) => out.push('&'),
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => out.push(c),
    }
}

fn is_entity(text: &str) -> bool {
    let Some((name, _)) = text[1..].split_once(';') else { return false };
    let digits =
        |digits: &str, radix: u32| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    name.len() <= 32
        && match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => digits(hexadecimal, 16),
                None => digits(number, 10),
            },
            None => !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_text_and_links_is_left() {
        let a = |href: &str, text: &str| {
            format!("<a href=\"{href}\" rel=\"noopener noreferrer\">{text}</a>")
        };
        for (html, clean) in [
            ("Natural Earth; GeoNames", "Natural Earth; GeoNames".to_string()),
            (
                "&copy; <a href=\"https://a.org/?x=1&y=2\">A & B</a>",
                format!("&copy; {}", a("https://a.org/?x=1&amp;y=2", "A &amp; B")),
            ),
            ("<a target=_blank HREF='http://a.org' onclick=x()>A</a>", a("http://a.org", "A")),
            ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;".to_string()),
            (
                "<a href=\"javascript:alert(1)\">A</a>",
                "&lt;a href=&quot;javascript:alert(1)&quot;&gt;A&lt;/a&gt;".to_string(),
            ),
            (
                "<a href=\"java&#115;cript:x\">A",
                "&lt;a href=&quot;java&#115;cript:x&quot;&gt;A".to_string(),
            ),
            ("<a href=\"https://a.org\">unclosed", a("https://a.org", "unclosed")),
            (
                "<a href=\"https://a.org\"><a href=\"https://b.org\">B</a></a>",
                format!(
                    "{}&lt;/a&gt;",
                    a("https://a.org", "&lt;a href=&quot;https://b.org&quot;&gt;B")
                ),
            ),
            (
                "<a data-href=\"https://a.org\" href=\"data:x\">A",
                "&lt;a data-href=&quot;https://a.org&quot; href=&quot;data:x&quot;&gt;A"
                    .to_string(),
            ),
            (
                "<a href=https://a.org\"onmouseover=x>A</a>",
                "&lt;a href=https://a.org&quot;onmouseover=x&gt;A&lt;/a&gt;".to_string(),
            ),
            ("<script>x</script><", "&lt;script&gt;x&lt;/script&gt;&lt;".to_string()),
            ("&#x3C;b&gt; &bogus", "&#x3C;b&gt; &amp;bogus".to_string()),
        ] {
            assert_eq!(cleaned(html), clean, "{html}");
        }
    }
}
