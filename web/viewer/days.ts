// Days as numbers since 1970, in UTC: what lies between them is whole.
const DAY_MS = 86_400_000;

export const number = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
export const day = (number: number): string =>
  new Date(Math.round(number) * DAY_MS).toISOString().slice(0, 10);
// Whether a text is a day that there is: no 31 February.
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(number(text)) && day(number(text)) === text;

// The last day of a list, which is in order, that is no later.
export const latest = (days: readonly string[], day: string): string | undefined =>
  days.findLast((one) => one <= day);

// The day so many months (or years of twelve) away; the last of a shorter month.
export const monthsAway = (from: string, months: number): string => {
  const [year, month, date] = from.split("-").map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last)))
    .toISOString()
    .slice(0, 10);
};
