//! OGC API - Maps Part 1 (OGC 20-058), annex A: of which place at which scale maps are, in which
//! system, and of which time.

use crate::app::{Answer, get};
use crate::maps::PLACE;
use crate::report::{Report, apart, count, picture, refused, size, told};

pub async fn run(r: &mut Report) {
    sizes(r).await;
    scales(r).await;
    boxes(r).await;
    subsets(r).await;
    centers(r).await;
    systems(r).await;
    times(r).await;
}

async fn map(query: &str) -> Answer {
    get(&format!("/map?f=png&{query}")).await
}

/// The corners that an answer says.
fn corners(answer: &Answer) -> [f64; 4] {
    let corners: Vec<f64> =
        answer.header("content-bbox").split(',').filter_map(|v| v.parse().ok()).collect();
    corners.try_into().unwrap_or([f64::NAN; 4])
}

fn close(a: [f64; 4], b: [f64; 4], by: f64) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= by)
}

async fn sizes(r: &mut Report) {
    let place = "bbox=45,39,48,41";
    for (test, name, (a, b)) in [
        ("/conf/scaling/width-definition", "width", ((300, 200), (150, 100))),
        ("/conf/scaling/height-definition", "height", ((300, 200), (150, 100))),
    ] {
        for (w, h) in [a, b] {
            let given = if name == "width" { w } else { h };
            let answer = map(&format!("{place}&{name}={given}")).await;
            // The other side is as long as the box asks for.
            r.check(test, size(&answer) == Some((w, h)), told(name, &answer));
            r.check(test, close(corners(&answer), [45.0, 39.0, 48.0, 41.0], 1e-9), name);
        }
        for wrong in ["0", "-1", "1.5", "a", "", "99999999999"] {
            let answer = map(&format!("{place}&{name}={wrong}")).await;
            r.check(test, refused(&answer), told(&format!("{name}={wrong}"), &answer));
        }
        for wrong in [
            format!("{name}=16385"),
            "width=16000&height=16000".to_string(),
            format!("{name}=300&scale-denominator=4000000"),
        ] {
            let answer = map(&format!("{place}&{wrong}")).await;
            r.check(test, refused(&answer), told(&wrong, &answer));
        }
    }
    let both = map(&format!("{place}&width=300&height=300")).await;
    r.check("/conf/scaling/height-definition", size(&both) == Some((300, 300)), "both");
    r.check("/conf/scaling/width-definition", size(&both) == Some((300, 300)), "both");
}

async fn scales(r: &mut Report) {
    let test = "/conf/scaling/scale-denominator-definition";
    // On the equator a px of 0.28 mm is 1,113.19 m, or 0.01 degrees.
    let at_equator = "bbox=45,-1,48,1&scale-denominator=3975696.1";
    for (query, expected) in [
        (at_equator.to_string(), (300, 200)),
        (format!("{at_equator}&crs=[EPSG:3857]"), (300, 200)),
        (format!("{at_equator}&mm-per-pixel=0.28"), (300, 200)),
        (format!("{at_equator}&mm-per-pixel=0.56"), (150, 100)),
    ] {
        let answer = map(&query).await;
        let (w, h) = size(&answer).unwrap_or_default();
        let right = w.abs_diff(expected.0) <= 1 && h.abs_diff(expected.1) <= 1;
        r.check(test, right, format!("{query}: {w} by {h}"));
    }
    for wrong in ["0", "-1", "a"] {
        let answer = map(&format!("bbox=45,39,48,41&scale-denominator={wrong}")).await;
        r.check(test, refused(&answer), told(wrong, &answer));
    }
    let clash = map(&format!("{PLACE}&scale-denominator=4000000")).await;
    r.check(test, refused(&clash), told("with width and bbox", &clash));
    // In EPSG:3857 on 60 degrees a metre of the ground is two of the system.
    let far = "crs=[EPSG:3857]&bbox=45,59.99,46,60.01&scale-denominator=400000";
    let answer = map(far).await;
    let (w, _) = size(&answer).unwrap_or_default();
    let expected = 111_319.49 / 2.0 / (400_000.0 * 0.28e-3);
    let right = (f64::from(w) / expected - 1.0).abs() < 0.02;
    r.wanted(
        test,
        right,
        format!("{far}: {w} px wide, which would be {expected:.0} on the ground"),
    );
}

async fn boxes(r: &mut Report) {
    let own = map(PLACE).await;
    let (definition, system, success) = (
        "/conf/spatial-subsetting/bbox-definition",
        "/conf/spatial-subsetting/bbox-crs",
        "/conf/spatial-subsetting/map-success",
    );
    r.check(definition, close(corners(&own), [45.0, 39.0, 48.0, 41.0], 0.0), "its corners");
    for (test, query) in [
        (definition, "bbox=45,39,0,48,41,0&width=300"),
        (definition, "bbox=4.5e1,39.0,48,41&width=300"),
        (
            system,
            "bbox=45,39,48,41&width=300&bbox-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        ),
        (system, "bbox=45,39,48,41&width=300&bbox-crs=[OGC:CRS84]"),
        (system, "bbox=39,45,41,48&width=300&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326"),
        (system, "bbox=39,45,41,48&width=300&bbox-crs=[EPSG:4326]"),
    ] {
        let answer = map(query).await;
        r.check(test, answer.body == own.body, told(query, &answer));
        r.check(success, close(corners(&answer), corners(&own), 1e-9), query);
    }
    for wrong in ["1,2,3", "3,4,1,2", "1,2,1,2", "a,b,c,d", "1,2,3,4&center=2,3"] {
        let answer = map(&format!("bbox={wrong}&width=100")).await;
        r.check(definition, refused(&answer), told(wrong, &answer));
    }
    let clash = map("bbox=1,2,3,4&subset=Lat(2:4),Lon(1:3)&width=100").await;
    r.check(definition, refused(&clash), told("bbox and subset", &clash));
    let (with, without) = (map("width=80&bbox-crs=[EPSG:3857]").await, map("width=80").await);
    r.check(system, with.body == without.body, "bbox-crs is left alone without a bbox");
    let wrong = map(&format!("{PLACE}&bbox-crs=moon")).await;
    r.check(system, refused(&wrong), told("moon", &wrong));
    // What lies elsewhere is not there.
    let empty = picture(&map("bbox=0,0,3,2&width=300&collections=places").await).unwrap();
    r.check(success, empty.pixels().all(|p| p[3] == 0), "no places");
    let half = picture(&map("bbox=45,40,48,41&width=300&collections=control").await).unwrap();
    let whole = picture(&map(&format!("{PLACE}&collections=control")).await).unwrap();
    let upper = image::imageops::crop_imm(&whole, 0, 0, 300, 100).to_image();
    r.check(success, apart(&half, &upper) < 1.0, apart(&half, &upper));
    // Over the antimeridian the lower longitude is the higher number.
    let around = map("bbox=170,-20,-170,20&width=100").await;
    r.wanted(definition, around.status == 200, told("bbox=170,-20,-170,20", &around));
}

async fn subsets(r: &mut Report) {
    let own = map(PLACE).await;
    let (definition, response, system) = (
        "/conf/spatial-subsetting/subset-definition",
        "/conf/spatial-subsetting/subset-response",
        "/conf/spatial-subsetting/subset-crs",
    );
    let uri = "subset-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84";
    for (test, query) in [
        (definition, "subset=Lat(39:41),Lon(45:48)".to_string()),
        (definition, "subset=Lon(45:48),Lat(39:41)".to_string()),
        (definition, "subset=lat(39:41),lon(45:48)".to_string()),
        (system, format!("subset=Lat(39:41),Lon(45:48)&{uri}")),
        (system, "subset=Lat(39:41),Lon(45:48)&subset-crs=[OGC:CRS84]".to_string()),
        (system, "subset=Lat(39:41),Lon(45:48)&subset-crs=[EPSG:4326]".to_string()),
    ] {
        let answer = map(&format!("{query}&width=300")).await;
        r.check(test, answer.status == 200, told(&query, &answer));
        r.check(response, answer.body == own.body, &query);
        r.check(response, close(corners(&answer), [45.0, 39.0, 48.0, 41.0], 1e-9), &query);
    }
    let query = "crs=[EPSG:32638]&width=200";
    let utm = format!("{query}&subset=E(500000:700000),N(4300000:4500000)&subset-crs=[EPSG:32638]");
    let utm = map(&utm).await;
    let other = format!("{query}&bbox=500000,4300000,700000,4500000&bbox-crs=[EPSG:32638]");
    let other = map(&other).await;
    r.check(definition, utm.status == 200 && utm.body == other.body, told("E and N", &utm));
    r.check(system, utm.body == other.body, "E and N");
    let (with, without) = (map("width=80&subset-crs=[EPSG:3857]").await, map("width=80").await);
    r.check(system, with.body == without.body, "subset-crs is left alone without a subset");
    for wrong in [
        "subset=foo(1:2),Lon(45:48)",
        "subset=h(1:2),Lon(45:48)",
        "subset=((((",
        "subset=Lat(1:2),Lat(3:4)",
        "subset=Lat(39:41),Lon(45:48)&bbox=45,39,48,41",
        "subset=Lat(39:41),Lon(45:48)&center=46,40",
    ] {
        let answer = map(&format!("{wrong}&width=100")).await;
        r.check(definition, refused(&answer), told(wrong, &answer));
    }
    for (query, statuses) in [
        ("subset=Lat(39:41)&subset=Lon(45:48)", [200, 200]),
        ("subset=Lat(-10:10),Lon(170:-170)", [200, 200]),
        ("subset=Lat(200:300),Lon(45:48)", [204, 404]),
    ] {
        let answer = map(&format!("{query}&width=100")).await;
        let right = statuses.contains(&answer.status.as_u16());
        r.wanted(definition, right, format!("{}, not {statuses:?}", told(query, &answer)));
    }
}

async fn centers(r: &mut Report) {
    let (definition, system, sides, success) = (
        "/conf/spatial-subsetting/center-definition",
        "/conf/spatial-subsetting/center-crs",
        "/conf/spatial-subsetting/width-height",
        "/conf/spatial-subsetting/map-success",
    );
    let scaled = "scale-denominator=3975696.0927&width=300&height=200";
    let own = map(&format!("center=46.5,0&{scaled}")).await;
    r.check(sides, size(&own) == Some((300, 200)), told("center", &own));
    r.check(sides, close(corners(&own), [45.0, -1.0, 48.0, 1.0], 1e-4), "its corners");
    let fine = map(&format!("center=46.5,0&{scaled}&mm-per-pixel=0.14")).await;
    r.check(sides, size(&fine) == Some((300, 200)), "smaller pixels");
    r.check(sides, close(corners(&fine), [45.75, -0.5, 47.25, 0.5], 1e-4), "smaller pixels");
    let middle = |answer: &Answer| {
        let [a, b, c, d] = corners(answer);
        [(a + c) / 2.0, (b + d) / 2.0, 0.0, 0.0]
    };
    let own = map(&format!("center=46.5,40&{scaled}")).await;
    for (query, at) in [
        ("center=46.5,40&center-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84", [46.5, 40.0]),
        ("center=46.5,40&center-crs=[OGC:CRS84]", [46.5, 40.0]),
        ("center=40,46.5&center-crs=http://www.opengis.net/def/crs/EPSG/0/4326", [46.5, 40.0]),
        ("center=40,46.5&center-crs=[EPSG:4326]", [46.5, 40.0]),
    ] {
        let answer = map(&format!("{query}&{scaled}")).await;
        r.check(definition, answer.status == 200, told(query, &answer));
        let right = close(middle(&answer), [at[0], at[1], 0.0, 0.0], 1e-9);
        r.check(definition, right, query);
        r.check(system, answer.body == own.body, query);
        r.check(success, right && answer.body == own.body, query);
    }
    let (with, without) = (map("width=80&center-crs=[EPSG:3857]").await, map("width=80").await);
    r.check(system, with.body == without.body, "center-crs is left alone without a center");
    for wrong in ["1", "a,b", "1,2&bbox=1,2,3,4", "1,2&subset=Lat(1:2),Lon(1:2)"] {
        let answer = map(&format!("center={wrong}&{scaled}")).await;
        r.check(definition, refused(&answer), told(wrong, &answer));
    }
    for query in [
        "center=46.5,40",
        "center=46.5,40&width=300&height=200",
        "scale-denominator=4000000&width=300&height=200",
        "scale-denominator=4000000&width=300",
    ] {
        let answer = map(query).await;
        r.wanted(sides, answer.status == 200, told(query, &answer));
    }
}

async fn systems(r: &mut Report) {
    let (definition, success) = ("/conf/crs/crs-definition", "/conf/crs/map-success");
    let own = map(PLACE).await;
    let collection = get("/collections/control").await.json();
    let systems = collection["crs"].as_array().unwrap().iter().filter_map(|c| c.as_str());
    let systems: Vec<&str> = systems.collect();
    r.check(definition, systems.len() > 3, systems.len());
    for uri in systems {
        let code = uri.rsplit('/').next().unwrap();
        let short = if code == "CRS84" { "[OGC:CRS84]".into() } else { format!("[EPSG:{code}]") };
        let place = format!("{PLACE}&collections=control,places");
        let answer = map(&format!("{place}&crs={uri}")).await;
        r.check(definition, answer.status == 200, told(uri, &answer));
        r.check(definition, answer.header("content-crs") == format!("<{uri}>"), uri);
        let curie = map(&format!("{place}&crs={short}")).await;
        r.check(definition, curie.body == answer.body, &short);
        // Its corners in its own system are the same map again.
        let corners = answer.header("content-bbox").to_string();
        let (w, h) = size(&answer).unwrap();
        let again = format!(
            "bbox={corners}&bbox-crs={uri}&crs={short}&width={w}&height={h}\
             &collections=control,places"
        );
        let again = map(&again).await;
        r.check(definition, again.status == 200, told(uri, &again));
        let (one, other) = (picture(&answer).unwrap(), picture(&again).unwrap());
        r.check(success, apart(&one, &other) < 2.0, format!("{uri} {}", apart(&one, &other)));
    }
    let turned = map(&format!("{PLACE}&crs=[EPSG:4326]")).await;
    r.check(success, turned.body == own.body, "EPSG:4326 is drawn as CRS84 is");
    r.check(success, turned.header("content-bbox") == "39,45,41,48", "axes");
    let mercator = corners(&map(&format!("{PLACE}&crs=[EPSG:3857]")).await);
    let expected = [5_009_377.09, 4_721_671.57, 5_343_335.56, 5_012_341.66];
    r.check(success, close(mercator, expected, 1.0), format!("{mercator:?}"));
    let plain = map(&format!("{PLACE}&crs=[OGC:CRS84]")).await;
    r.check(definition, plain.body == own.body, "CRS84 where none is said");
    for wrong in ["moon", "[EPSG:1]", "http://www.opengis.net/def/crs/EPSG/0/1"] {
        let answer = map(&format!("{PLACE}&crs={wrong}")).await;
        r.check(definition, refused(&answer), told(wrong, &answer));
    }
    let land = picture(&own).unwrap();
    r.check(success, count(&land, |p| p[3] == 255) == 60_000, "the whole of it is drawn");
}

async fn times(r: &mut Report) {
    let place = format!("/map?{PLACE}&f=png&collections=control");
    let on = async |more: &str| get(&format!("{place}&{more}")).await;
    let (before, after) = (on("datetime=2020-09-01").await, on("datetime=2020-12-15").await);
    let response = "/conf/datetime/datetime-response";
    r.check(response, before.status == 200 && before.body != after.body, "two days");
    r.check("/conf/datetime/map-success", before.body != after.body, "two days");
    let definition = "/conf/datetime/datetime-definition";
    for (day, same) in [
        ("2020-12-15T00:00:00Z", &after),
        ("2020-12-15T23:59:59.5Z", &after),
        ("2020-09-01/2020-12-15", &after),
        ("../2020-12-15", &after),
        ("/2020-12-15", &after),
        ("2020-08-31T10:00:00Z", &before),
    ] {
        let answer = on(&format!("datetime={day}")).await;
        r.check(definition, answer.status == 200, told(day, &answer));
        r.check(response, answer.body == same.body, day);
    }
    for day in ["2020-12-15/..", "2020-12-15/"] {
        let answer = on(&format!("datetime={day}")).await;
        r.check(definition, answer.status == 200, told(day, &answer));
    }
    for day in ["soon", "2020-13-01", "2021-01-01/2020-01-01"] {
        let answer = on(&format!("datetime={day}")).await;
        r.check(definition, answer.status == 400, told(day, &answer));
    }
    let rivers = format!("/collections/rivers/map?{PLACE}");
    let (any, then) = (get(&rivers).await, get(&format!("{rivers}&datetime=2020-09-01")).await);
    r.check(response, any.body == then.body, "what has no time is there at any");
    // The wrong axis is refused; times are not yet one.
    let wrong = on("subset=foo(%222020-12-15%22)").await;
    r.check("/conf/datetime/subset-definition", refused(&wrong), told("foo", &wrong));
    for (test, subset) in [
        ("/conf/datetime/axis", "time(%222020-12-15%22)"),
        ("/conf/datetime/subset-definition", "time(%222020-12-15%22)"),
        ("/conf/datetime/subset-definition", "time(%222020-09-01%22:%222020-12-15%22)"),
        ("/conf/datetime/subset-definition", "time(*)"),
        ("/conf/datetime/subset-definition", "time(%222020-12%22)"),
        ("/conf/datetime/subset-response", "time(%222020-12-15%22)"),
        ("/conf/datetime/map-success", "time(%222020-12-15%22)"),
    ] {
        let answer = on(&format!("subset={subset}")).await;
        r.wanted(test, answer.status == 200, told(&format!("subset={subset}"), &answer));
    }
}
