// The map in MapLibre GL JS, from vector tiles: another day or language asks for no tile again.
import * as maplibregl from "/assets/maplibre-gl.mjs";
import { panel } from "/assets/panel.js";

const { id, settings } = await panel((all) => {
  for (const [key, value] of Object.entries(all)) map.setGlobalStateProperty(key, value);
});
const map = new maplibregl.Map({ container: "map", style: `/styles/${id}/style.json`, hash: true });
map.addControl(new maplibregl.NavigationControl());
map.addControl(new maplibregl.ScaleControl());
map.on("load", () => { for (const [key, value] of Object.entries(settings())) map.setGlobalStateProperty(key, value); });
// For whoever tries it from outside.
window.map = map;
