/*
 * The date format of HTTP headers (IMF-fixdate, RFC 9110 section 5.6.7): whole seconds, UTC.
 * Flask's sessions save a datetime in it.
 */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const HTTP_DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{2}) ([A-Z][a-z]{2}) (\d{4}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?: (?:GMT|UTC|([+-])([01]\d|2[0-3])([0-5]\d)))?$/;

/**
 * A date as `Thu, 02 Jan 2020 03:04:05 GMT`. Fractions of a second are dropped.
 *
 * @throws TypeError for an invalid date, or a year outside 1 to 9999, which Python's datetime does
 *   not have.
 */
export function formatHttpDate(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999))
    throw new TypeError("A Date must be valid, and its year must be from 1 to 9999. Fix: check the Date.");
  return date.toUTCString();
}

/**
 * Reads such a text. Undefined if it is not a date. An offset such as +0200 in place of GMT is
 * applied, a missing zone means UTC, and the day of the week is not checked.
 */
export function parseHttpDate(text: string): Date | undefined {
  const match = HTTP_DATE.exec(text);
  if (match === null) return undefined;
  const [, day, monthName = "", year, hour, minute, second, sign, offsetHours, offsetMinutes] = match;
  const month = MONTHS.indexOf(monthName);
  const date = new Date(0);
  // Date.UTC would move the years 0 to 99 into the twentieth century.
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  // Date moves a day that the month does not have to the next month.
  if (month === -1 || Number(year) < 1 || date.getUTCMonth() !== month || date.getUTCDate() !== Number(day))
    return undefined;
  if (sign === undefined) return date;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return new Date(date.getTime() - (sign === "+" ? offset : -offset));
}
