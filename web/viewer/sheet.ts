// What the server tells of a style: its settings, its days, and what it wants the viewer to make of
// it.
export interface Setting {
  default: string;
  values: string[] | null;
}
export interface Styled {
  id: string;
  name: string;
  state: Record<string, Setting | undefined>;
  dates: string[];
  preferred?: boolean;
  stepwise?: boolean;
}
export interface Told {
  title?: Record<string, string>;
  opens?: { date: string; says?: Record<string, string> };
  first?: string;
  last?: string;
  events?: string;
  series?: { collection: string; by: string; values: [string, number][] };
}
export interface Entry {
  label: string | Record<string, string>;
  color?: string;
  hatch?: string;
  line?: string;
}
export interface Sheet {
  layers: { id: string }[];
  metadata?: { "contactline:viewer"?: Told; "contactline:legend"?: Entry[] };
}
export interface Tiles {
  attribution?: string;
  center?: [number, number, number];
  "contactline:frame"?: [number, number, number, number];
}
