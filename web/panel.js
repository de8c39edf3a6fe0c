// What both pages have: a day, the days on which the map changes, a language. Calls `turn` with the settings when one changes.
export const panel = async (turn) => {
  const [style] = await (await fetch("/styles.json")).json();
  const at = (id) => document.getElementById(id);
  const [date, steps, lang] = [at("date"), at("steps"), at("lang")];
  const days = style.dates;
  const values = (key) => style.state?.[key];
  for (const name of values("lang")?.values ?? []) lang.add(new Option(name, name));
  date.value = values("date")?.default ?? days.at(-1) ?? "";
  lang.value = values("lang")?.default ?? "en";
  steps.max = days.length - 1;
  const place = () => { steps.value = Math.max(0, days.findLastIndex((day) => day <= date.value)); };
  // A style may have other settings, or none.
  const own = { date, lang };
  const known = Object.keys(own).filter((key) => values(key));
  for (const key of Object.keys(own)) own[key].closest("label").hidden = !known.includes(key);
  steps.hidden = !known.includes("date") || days.length === 0;
  const settings = () => Object.fromEntries(known.map((key) => [key, own[key].value]));
  place();
  steps.addEventListener("input", () => { date.value = days[steps.value]; turn(settings()); });
  date.addEventListener("change", () => { if (date.value) { place(); turn(settings()); } });
  lang.addEventListener("change", () => turn(settings()));
  return { id: style.id, settings };
};
