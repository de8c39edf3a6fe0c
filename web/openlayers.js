// The map in OpenLayers: drawn by it from the style (ol-mapbox-style), or by the server as tiles.
import { panel } from "/assets/panel.js";

const by = document.getElementById("by");
let latest = "";
const map = new ol.Map({ target: "map", view: new ol.View({ center: ol.proj.fromLonLat([46.7, 39.8]), zoom: 8 }) });
const draw = async (said) => {
  const settings = new URLSearchParams(Object.entries(said));
  const asked = `${by.value} ${settings}`;
  latest = asked;
  let layer;
  if (by.value === "tiles") {
    layer = new ol.layer.Tile({ source: new ol.source.XYZ({ url: `/styles/${id}/{z}/{x}/{y}.png?${settings}`, attributions }) });
  } else {
    // It knows no state that changes: the settings are written in.
    layer = await olms.apply(new ol.layer.Group(), `${location.origin}/styles/${id}/style.json?${settings}`);
  }
  // Another may have been asked for meanwhile.
  if (asked !== latest) return;
  map.setLayers([layer]);
  document.body.dataset.drawn = asked;
};
const { id, settings } = await panel(draw);
const { attribution: attributions } = await (await fetch(`/styles/${id}.json`)).json();
by.addEventListener("change", () => draw(settings()));
await draw(settings());
// For whoever tries it from outside.
window.map = map;
