//! What the viewer is made of on the server: its page and card, the legend, layers that are hidden.

mod app;

use app::{Answer, get, get_as};
use axum::http::{StatusCode, header};
use serde_json::Value as Json;

async fn labels(path: &str) -> Vec<String> {
    let answer = get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&answer.body));
    let rows = answer.json()["rows"].as_array().unwrap().clone();
    for row in &rows {
        let swatch = row["swatch"].as_str().unwrap();
        assert!(swatch.starts_with("data:image/png;base64,iVBOR"), "{swatch}");
        assert!(!row["layers"].as_array().unwrap().is_empty());
    }
    rows.iter().map(|row| row["label"].as_str().unwrap().to_string()).collect()
}

/// The rows are those of what is seen: of the day, the place, the language.
#[tokio::test]
async fn the_legend_tells_of_what_is_seen() {
    let place = "bbox=45.5,38.8,47.6,40.4&width=900&height=700";
    let after = labels(&format!("/styles/conflict/legend.json?{place}&date=2020-12-05")).await;
    assert!(after.contains(&"Russian peacekeeping zone".to_string()), "{after:?}");
    let before = labels(&format!("/styles/conflict/legend.json?{place}&date=2001-01-01")).await;
    assert!(!before.contains(&"Russian peacekeeping zone".to_string()), "{before:?}");
    let russian =
        labels(&format!("/styles/conflict/legend.json?{place}&date=2020-12-05&lang=ru")).await;
    assert!(russian.contains(&"Зона ответственности российских миротворцев".to_string()));
    assert_eq!(russian.len(), after.len());
    let baku =
        labels("/styles/conflict/legend.json?bbox=49.5,40.2,50.2,40.6&date=2020-12-05").await;
    assert!(baku.len() < after.len(), "{baku:?}");
    let image = get(&format!("/styles/conflict/legend.png?{place}&date=2020-12-05")).await;
    assert_eq!(image.header(header::CONTENT_TYPE), "image/png");
    let drawn = image::load_from_memory(&image.body).unwrap();
    assert!(drawn.width() > 100 && drawn.height() > 20 * after.len() as u32, "{drawn:?}");
    for (path, status) in [
        ("/styles/none/legend.json", 404),
        ("/styles/conflict/legend.json?bbox=1,2,3", 400),
        ("/styles/conflict/legend.json?bbox=48,39,45,41&width=0", 400),
        ("/styles/conflict/legend.json?width=99999", 400),
        ("/styles/conflict/legend.json?date=soon", 400),
        ("/styles/conflict/legend.png?nothing=1", 400),
    ] {
        assert_eq!(get(path).await.status.as_u16(), status, "{path}");
    }
}

/// A tile without some layers is another tile, and the same as that of a map without them.
#[tokio::test]
async fn layers_can_be_left_out() {
    let tile = |query: &str| format!("/styles/conflict/8/161/97.png{query}");
    let whole = get(&tile("?date=2020-11-25")).await;
    let less = get(&tile("?date=2020-11-25&hide=control-hatched,control-azerbaijan")).await;
    assert_eq!(less.status, StatusCode::OK);
    assert!(less.body != whole.body);
    let rgb = |body: &[u8]| image::load_from_memory(body).unwrap().to_rgb8();
    let blue =
        |body: &[u8]| rgb(body).pixels().filter(|p| i32::from(p[2]) - i32::from(p[0]) > 40).count();
    assert!(blue(&whole.body) > 2_000, "{}", blue(&whole.body));
    assert!(blue(&less.body) < blue(&whole.body) / 4, "{}", blue(&less.body));
    for place in [
        "/map/tiles/WorldCRS84Quad/7/36/161",
        "/collections/control/map/tiles/WebMercatorQuad/8/97/161",
    ] {
        let whole = get(&format!("{place}?f=png&datetime=2020-11-25")).await;
        let less = get(&format!("{place}?f=png&datetime=2020-11-25&hide=control-azerbaijan")).await;
        assert_eq!(less.status, StatusCode::OK, "{place}");
        assert!(less.body != whole.body, "{place}");
    }
    let wrong = get(&tile("?hide=control-hatched,none")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.json()["detail"].as_str().unwrap().contains("no layer 'none'"));
}

async fn page(path: &str) -> Answer {
    get_as(path, "text/html").await
}

/// The page says to those who run no scripts what its address shows; `/embed` may stand in frames.
#[tokio::test]
async fn the_page_has_a_card_of_its_view() {
    let text = |answer: &Answer| String::from_utf8(answer.body.clone()).unwrap();
    let own = page("/?date=2020-11-25&map=8.5/39.8/46.75&lang=hy&at=46.75,39.76").await;
    let html = text(&own);
    let picture = html.split("property=\"og:image\" content=\"").nth(1).unwrap();
    let picture = picture.split('"').next().unwrap().replace("&amp;", "&");
    let path = picture.strip_prefix("http://maps.example:8080").unwrap();
    assert!(path.contains("/static/46.75,39.8,7.5/1200x630.png?date=2020-11-25&lang=hy"), "{path}");
    let drawn = get(path).await;
    let size = image::load_from_memory(&drawn.body).unwrap();
    assert_eq!((size.width(), size.height()), (1_200, 630));
    assert!(html.contains("og:title\" content=\"Nagorno-Karabakh conflict, 2020-11-25\""));
    // Whoever previews a link asks for anything, and says no more than the view.
    for accept in ["*/*", ""] {
        let previewed = get_as("/?date=2020-11-25&map=8.5/39.8/46.75", accept).await;
        assert_eq!(previewed.status, StatusCode::OK, "{accept}");
        assert!(text(&previewed).contains("og:image"), "{accept}");
    }
    assert!(get_as("/", "*/*").await.json()["links"].is_array());
    // Of a range it is what changed, without what is left out, in the page's language.
    let range = text(&page("/?date=2020-12-05&since=2020-09-26&hide=roads&ui=ru").await);
    let picture = range.split("og:image\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    for part in ["change=2020-09-26%2F2020-12-05", "hide=roads", "lang=ru"] {
        assert!(picture.contains(part), "{part}: {picture}");
    }
    let path = picture.replace("&amp;", "&");
    let drawn = get(path.strip_prefix("http://maps.example:8080").unwrap()).await;
    assert_eq!(drawn.status, StatusCode::OK, "{}", String::from_utf8_lossy(&drawn.body));
    // What makes no sense is left out, and nothing of an address becomes part of the page.
    let odd = "/?date=soon&style=x%22%3E%3Cscript%3E&map=9/99/x&lang=%3Cb%3E";
    let odd = page(odd).await;
    assert_eq!(odd.status, StatusCode::OK);
    let html = text(&odd);
    assert!(!html.contains("x\"><script>") && !html.contains("lang=<b>"), "{html}");
    assert!(html.contains("date=2020-11-10"), "the day that the style opens on");
    assert_eq!(own.header(header::X_FRAME_OPTIONS), "DENY");
    // oEmbed 1.0, as the page's head says.
    let link = text(&own);
    let link = link.split("application/json+oembed\" href=\"").nth(1).unwrap();
    let link = link.split('"').next().unwrap().strip_prefix("http://maps.example:8080").unwrap();
    let told = get(link).await.json();
    assert_eq!((&told["type"], &told["version"]), (&Json::from("rich"), &Json::from("1.0")));
    let frame = told["html"].as_str().unwrap();
    assert!(frame.contains("src=\"http://maps.example:8080/embed?date=2020-11-25&amp;map=8.5"));
    for (path, status) in [
        ("/oembed", 400),
        ("/oembed?url=https://elsewhere.example/", 404),
        ("/oembed?url=http://maps.example:8080/query", 404),
        ("/oembed?url=http://maps.example:8080/&format=xml", 501),
        ("/oembed?url=http://maps.example:8080/&maxwidth=0", 400),
        ("/oembed?url=http://maps.example:8080/&maxwidth=9999", 200),
        ("/oembed?url=http://maps.example:8080", 200),
    ] {
        assert_eq!(get(path).await.status.as_u16(), status, "{path}");
    }
    let embedded = page("/embed?date=2020-11-25").await;
    assert_eq!(embedded.status, StatusCode::OK);
    assert_eq!(embedded.header(header::X_FRAME_OPTIONS), "");
    let policy = embedded.header(header::CONTENT_SECURITY_POLICY).to_string();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(!policy.contains("frame-ancestors"), "{policy}");
}

/// Each language has all words and no others, with the same places for what they are said of.
#[test]
fn the_words_are_there_in_each_language() {
    let read = |language: &str| -> serde_json::Map<String, Json> {
        let file = format!("{}/web/words/{language}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    };
    let places = |text: &str| -> Vec<String> {
        let mut found: Vec<String> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_string()))
            .collect();
        found.sort();
        found
    };
    let english = read("en");
    for language in ["az", "hy", "ru", "ka", "fa", "tr", "fr"] {
        let own = read(language);
        assert!(own.keys().eq(english.keys()), "{language}");
        for (key, text) in &own {
            let (text, said) = (text.as_str().unwrap(), english[key].as_str().unwrap());
            assert!(!text.trim().is_empty(), "{language}: {key}");
            assert_eq!(places(text), places(said), "{language}: {key}");
        }
    }
}
