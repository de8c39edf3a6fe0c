// Features as answers have them.
export interface Feature {
  id: string;
  collection: string;
  matched?: string;
  distance_m?: number;
  area_km2?: number;
  geometry?: GeoJSON.Geometry | null;
  properties: Record<string, string | number | boolean | null | undefined>;
}

export interface Answer {
  features: Feature[];
  numberMatched?: number;
}

export const text = (feature: Feature, key: string): string => {
  const value = feature.properties[key];
  return value === undefined || value === null ? "" : String(value);
};

// What a feature is called in a language, or at all.
export const name = (feature: Feature, lang: string): string =>
  text(feature, `name:${lang}`) || text(feature, "name") || feature.id;
