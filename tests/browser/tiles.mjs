// Vector tiles as @mapbox/vector-tile reads them: every layer and feature of files {z}-{x}-{y}.pbf in a folder.
// Usage: node tiles.mjs FOLDER; prints how many tiles, layers and features there are.
import { readdirSync, readFileSync } from "node:fs";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const [folder] = process.argv.slice(2);
const count = { tiles: 0, layers: 0, features: 0, rings: 0 };
for (const file of readdirSync(folder).filter((name) => name.endsWith(".pbf"))) {
  const [z, x, y] = file.replace(".pbf", "").split("-").map(Number);
  const tile = new VectorTile(new PbfReader(readFileSync(`${folder}/${file}`)));
  count.tiles += 1;
  for (const layer of Object.values(tile.layers)) {
    count.layers += 1;
    if (layer.version !== 2 || layer.extent !== 4096 || layer.length === 0) throw new Error(`${file}: ${layer.name}: ${layer.version}`);
    for (let i = 0; i < layer.length; i += 1) {
      const feature = layer.feature(i);
      const { geometry } = feature.toGeoJSON(x, y, z);
      count.features += 1;
      if (!Number.isSafeInteger(feature.id)) throw new Error(`${file}: ${layer.name} ${i}: id ${feature.id}`);
      if (feature.type === 3) count.rings += geometry.type === "Polygon" ? geometry.coordinates.length : geometry.coordinates.flat().length;
      if (feature.loadGeometry().some((part) => part.length === 0)) throw new Error(`${file}: ${layer.name} ${i} has an empty part`);
    }
  }
}
console.log(`@mapbox/vector-tile: ${count.tiles} tiles, ${count.layers} layers, ${count.features} features, ${count.rings} rings`);
