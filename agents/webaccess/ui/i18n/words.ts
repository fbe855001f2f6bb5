// The words of the client. Languages are files beside en.json, which has all keys; a key that another language lacks is shown in English.

import en from "./en.json";

export type Key = keyof typeof en;
type Stem<K> = K extends `${infer S}_other` ? S : never;
export type PluralKey = Stem<Key>;
type Values = Readonly<Record<string, string | number>>;

const language = navigator.language;
const plural = new Intl.PluralRules("en");
const whole = new Intl.NumberFormat(language);

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = values[name];
    return value === undefined ? all : typeof value === "number" ? whole.format(value) : value;
  });
}

/** The text of a key. */
export function t(key: Key, values: Values = {}): string {
  return fill(en[key], values);
}

/** The text of a key for a number: KEY_one or KEY_other. */
export function n(key: PluralKey, count: number, values: Values = {}): string {
  const one: string = `${key}_one`;
  const chosen = plural.select(count) === "one" && one in en ? one : `${key}_other`;
  return fill(en[chosen as Key], { ...values, n: count });
}

export function number(value: number): string {
  return whole.format(value);
}

const sizes = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** A number of bytes, rounded to three digits. */
export function bytes(value: number): string {
  const step = value < 1024 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log(value) / Math.log(1024)));
  return new Intl.NumberFormat(language, { style: "unit", unit: sizes[step] ?? "byte", maximumSignificantDigits: 3 }).format(value / 1024 ** step);
}

const time = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short", hour: "numeric", minute: "2-digit" });
const dayMonth = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" });
const month = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });

/** An instant as lists show it: the nearer, the finer. */
export function shortDate(instant: string, now: Date): string {
  if (instant === "") return "";
  const at = new Date(instant);
  const days = Math.floor((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return time.format(at);
  if (days > 0 && days < 6) return weekday.format(at);
  return at.getFullYear() === now.getFullYear() ? dayMonth.format(at) : date.format(at);
}

export function fullDate(instant: string): string {
  return instant === "" ? "" : full.format(new Date(instant));
}

export function longDay(instant: string): string {
  return instant === "" ? "" : month.format(new Date(instant));
}
