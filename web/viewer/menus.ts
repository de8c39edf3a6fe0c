// The menus of the page: the map's language, whose names it has, and the page's own language.
import { at } from "./dom.ts";
import type { Styled } from "./sheet.ts";
import type { View } from "./view.ts";
import { LANGUAGES, say } from "./words.ts";

export const options = (
  id: string,
  values: readonly (readonly [string, string])[],
  chosen: string,
): void => {
  at<HTMLSelectElement>(id).replaceChildren(
    ...values.map(([value, label]) => new Option(label, value, value === chosen, value === chosen)),
  );
};

export const menus = (styled: Styled, view: View): void => {
  // What the style calls its values need be no code that there is.
  const called = (names: Intl.DisplayNames, code: string) => {
    try {
      return names.of(code) ?? code;
    } catch {
      return code;
    }
  };
  const named = new Intl.DisplayNames([view.ui], { type: "language", fallback: "code" });
  const values = styled.state.lang?.values ?? [];
  options(
    "lang",
    values.map((code) => [code, code === "local" ? say("local") : called(named, code)] as const),
    view.lang,
  );
  at("lang-row").hidden = values.length < 2;
  const sides = styled.state.worldview?.values ?? [];
  const regions = new Intl.DisplayNames([view.ui], { type: "region", fallback: "code" });
  options(
    "worldview",
    sides.map(
      (code) => [code, code === "neutral" ? say("neutral") : called(regions, code)] as const,
    ),
    view.worldview,
  );
  at("worldview-row").hidden = sides.length < 2;
  options("ui", Object.entries(LANGUAGES), view.ui);
};
