// Where the server is: the folder of the page, so that the viewer works behind a path of a proxy.
const base = new URL(".", document.baseURI);

export type Query = Record<string, string | number | undefined>;

export const address = (path: string, query: Query = {}): string => {
  const url = new URL(path, base);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(key, String(value));
  }
  return url.href;
};

// Answers of this page, kept: going back and forth in time asks for nothing again.
const kept = new Map<string, Promise<unknown>>();
const MOST_KEPT = 200;

const fetched = async (url: string): Promise<unknown> => {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail ?? response.statusText);
  return body;
};

export const json = <T>(path: string, query: Query = {}): Promise<T> => {
  const url = address(path, query);
  let answer = kept.get(url);
  if (!answer) {
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string);
    answer = fetched(url);
    kept.set(url, answer);
    answer.catch(() => kept.delete(url));
  }
  return answer as Promise<T>;
};
